#pragma once
// Opening a corpus: files become searchable text, then one sequence of tokens, in a workspace.

#include <filesystem>

#include "core/job.h"
#include "explore/folders.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

struct OpenSettings {
  std::filesystem::path tokenizer;  // empty: the default one of resources/
  CorpusChange change = {};         // made before the files are looked at
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

// Brings the workspace up to date with its folders: new and changed files are read, deleted ones removed, all others
// left alone. Two stages: searchable text, then tokens. May be killed at any moment and called again. Where the text
// is not what it was, runs of a model over it go: see Writer::finish_sequence.
OpenResult update_corpus(const std::filesystem::path& workspace, const OpenSettings& settings, core::Job& job);

// The same for these folders, of which the workspace is made where it is not there yet. Throws core::Error where it is
// one of others.
OpenResult open_corpus(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& workspace,
                       const OpenSettings& settings, core::Job& job);
OpenResult open_corpus(const std::filesystem::path& folder, const std::filesystem::path& workspace,
                       const OpenSettings& settings, core::Job& job);

// How the folders differ from what the workspace holds of them, in files.
struct Changes {
  std::int64_t added = 0, changed = 0, removed = 0;
  std::string first;  // the name of one of them
  std::vector<std::filesystem::path> folders;  // all that there are, one inside of the other
  std::int64_t files() const { return added + changed + removed; }
};
Changes find_changes(const workspace::Workspace& workspace, core::Job& job);

// Writes every document's text below `folder`, by its name. Names never lead out of the folder.
std::int64_t export_text(const workspace::Workspace& workspace, const std::filesystem::path& folder,
                         core::Job& job);

}  // namespace corpuscope::explore
