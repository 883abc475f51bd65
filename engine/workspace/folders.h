#pragma once
// Where the documents of a workspace come from.

#include <string>

namespace corpuscope::workspace {

// Names of documents are relative to their folder. Where a workspace has several folders, they begin with the folder's
// name: "notes/2024/may.md" is 2024/may.md of the folder that is called "notes" here.
struct Folder {
  std::string path;  // absolute; of a folder, or of a single file
  std::string name;  // no other folder's; empty for the only one of a workspace that never had another
};

}  // namespace corpuscope::workspace
