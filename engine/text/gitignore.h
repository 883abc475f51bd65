#pragma once
// Which files Git would leave out.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/glob.h"

namespace corpuscope::text {

// The rules of one .gitignore file.
class IgnoreFile {
 public:
  explicit IgnoreFile(std::string_view content);

  // What the last rule that matches says about a path relative to the file's folder: true to ignore, false to keep;
  // nothing if no rule matches.
  std::optional<bool> verdict(std::string_view path, bool is_folder) const;

  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    Glob glob;
    bool keeps = false;
    bool folders_only = false;
    bool anywhere = false;  // no slash in it: it is about names at any depth
  };
  void add_rule(std::string_view line);

  std::vector<Rule> rules_;
};

// The rule files that hold in a folder: the nearest has the first word.
class IgnoreRules {
 public:
  IgnoreRules() = default;

  // With one more file, whose folder is `folder`: empty or ending in '/', and relative to what all paths are
  // relative to.
  IgnoreRules with(std::string folder, IgnoreFile file) const;

  bool ignores(std::string_view path, bool is_folder) const;

 private:
  struct Link {
    std::string folder;
    IgnoreFile file;
    std::shared_ptr<const Link> outer;
  };
  std::shared_ptr<const Link> nearest_;
};

}  // namespace corpuscope::text
