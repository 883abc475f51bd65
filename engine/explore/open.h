#pragma once
// Opening a corpus: files become searchable text, then one sequence of tokens, in a workspace.

#include <filesystem>

#include "core/job.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

struct OpenSettings {
  std::filesystem::path tokenizer;  // empty: the default one of resources/
};

// Where the workspace of a folder lies when nobody says: in the user's data directory, named after the folder.
std::filesystem::path default_workspace(const std::filesystem::path& folder);

// The user's data directory, in which Corpuscope keeps its own: workspaces and models. Throws core::Error where there is
// none.
std::filesystem::path data_folder();

// resources/ as found beside the program, in the source tree or where it was installed.
// Throws core::Error naming the places that were tried.
std::filesystem::path resource(const std::string& name);

struct OpenResult {
  std::int64_t read = 0, unchanged = 0, removed = 0;  // files; where an archive was read, its members
  double text_seconds = 0, token_seconds = 0;
};

// Brings the workspace up to date with the folder: new and changed files are read, deleted ones removed, all
// others left alone. Two stages: searchable text, then tokens. May be killed at any moment and called again.
OpenResult open_corpus(const std::filesystem::path& folder, const std::filesystem::path& workspace,
                       const OpenSettings& settings, core::Job& job);

// Writes every document's text below `folder`, by its name. Names never lead out of the folder.
std::int64_t export_text(const workspace::Workspace& workspace, const std::filesystem::path& folder,
                         core::Job& job);

}  // namespace corpuscope::explore
