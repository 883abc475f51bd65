#pragma once
// The files of a folder, in a fixed order.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"

namespace corpuscope::text {

struct FoundFile {
  std::filesystem::path path;  // absolute, or relative to where the program runs
  std::string name;            // relative to the folder, '/' between, made valid UTF-8 for showing
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970
};

struct SkippedFile {
  std::string name;
  std::string reason;  // "ignored by .gitignore", "a pipe", "a link to a folder already read", "no permission"
};

struct Walk {
  std::vector<FoundFile> files;  // sorted by name, folders in place
  std::vector<SkippedFile> skipped;
};

// Regular files below `root` (or `root` itself). `.git` is left out, `.gitignore` files are obeyed (ignored folders
// are one entry in `skipped`), symbolic links to files inside the root are skipped, none is followed out of it or
// round in a loop. Never throws for one file; throws core::Error where `root` cannot be read at all.
Walk walk(const std::filesystem::path& root, core::Job& job);

}  // namespace corpuscope::text
