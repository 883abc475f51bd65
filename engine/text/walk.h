#pragma once
// The files of a folder, in a fixed order.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"
#include "text/exclusions.h"

namespace corpuscope::text {

struct FoundFile {
  std::filesystem::path path;  // absolute, or relative to where the program runs
  std::string name;            // '/' between, made valid UTF-8 for showing; see walk
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970
};

struct SkippedFile {
  std::string name;
  std::string reason;  // "excluded: *.log", "ignored by .gitignore", "a pipe", "a link to a folder already read", "no permission"
};

struct Walk {
  std::vector<FoundFile> files;  // sorted by name, folders in place
  std::vector<SkippedFile> skipped;
  std::vector<std::filesystem::path> folders;  // that were looked into
};

// Regular files below `root` (or `root` itself). `.git` is left out, `.gitignore` files are obeyed (ignored folders
// are one entry in `skipped`), symbolic links to files inside the root are skipped, none is followed out of it or
// round in a loop. Never throws for one file; throws core::Error where `root` cannot be read at all.
//
// Names are relative to `root`, below `name` where one is given; a `root` that is a file bears it. What `excluded`
// says of these names is left out, too.
Walk walk(const std::filesystem::path& root, core::Job& job, const std::string& name = {},
          const Exclusions& excluded = {});

}  // namespace corpuscope::text
