#pragma once
// Which chapter and page a place of a document lies in.

#include <cstdint>
#include <string>
#include <vector>

#include "workspace/anchors.h"

namespace corpuscope::explore {

class Sections {
 public:
  explicit Sections(std::vector<workspace::Anchor> anchors);

  // "The Whale, page 41"; empty where the place has neither.
  std::string at(std::int64_t offset) const;

 private:
  std::vector<workspace::Anchor> chapters_, pages_;
};

}  // namespace corpuscope::explore
