#pragma once
// The folders that a workspace is made of, and what a person adds to them, takes out, and leaves out.

#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

struct CorpusChange {
  std::vector<std::filesystem::path> add, remove;    // folders, or single files
  std::vector<std::string> exclude, include_again;  // patterns as in .gitignore; the latter are those excluded before
};

// Writes the change down, as one step; the documents follow when the workspace is brought up to date. With a second
// folder, names of documents begin with their folder's: those that are there are renamed. Throws core::Error where a
// folder cannot be added (it holds another, or lies inside of one) or is not there to be removed.
void change_corpus(workspace::Workspace& workspace, const CorpusChange& change, core::Job& job);

// The pattern of one document or folder and no other, and that of all names with its ending ("*.log"; empty where it has
// none).
std::string pattern_of(const std::string& name);
std::string pattern_of_kind(const std::string& name);

// The folder as it is kept: absolute, without links. Throws core::Error where there is none.
std::filesystem::path whole_path(const std::filesystem::path& folder);

// The file that a document was read from (of an archive's member what would be its file); empty where none of the
// folders holds it.
std::filesystem::path file_of(const std::vector<workspace::Folder>& folders, const std::string& document);

}  // namespace corpuscope::explore
