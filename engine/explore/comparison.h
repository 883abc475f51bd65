#pragma once
// What the folders of a workspace hold, against what the workspace knows of it. A log and a lock that the workspace has
// beside it are no files of the corpus.

#include <map>
#include <string>
#include <vector>

#include "core/job.h"
#include "text/exclusions.h"
#include "text/walk.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

using Known = std::map<std::string, workspace::Document>;  // by name

// Whether the file is the workspace, its log or its lock.
bool is_of_workspace(const std::filesystem::path& file, const std::filesystem::path& workspace);

Known known_documents(const workspace::Workspace& workspace);

// Documents that were read out of this file: itself, or the members of the archive that it is.
Known documents_of(const std::string& file, const Known& known);

struct Comparison {
  std::vector<text::FoundFile> to_read;
  std::vector<std::int64_t> removed;        // ids
  std::vector<workspace::Skipped> skipped;  // all but what is to be read
  std::int64_t unchanged = 0, bytes = 0;    // files, and bytes of those to be read
  std::vector<std::filesystem::path> folders;
  text::Exclusions excluded;
};

Comparison compare(const workspace::Workspace& workspace, const Known& known, core::Job& job);

}  // namespace corpuscope::explore
