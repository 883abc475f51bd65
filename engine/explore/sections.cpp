#include "explore/sections.h"

#include <algorithm>

namespace corpuscope::explore {
namespace {

std::string last_before(const std::vector<workspace::Anchor>& anchors, std::int64_t offset) {
  const auto behind = std::upper_bound(anchors.begin(), anchors.end(), offset,
                                       [](std::int64_t at, const auto& anchor) { return at < anchor.offset; });
  return behind == anchors.begin() ? std::string() : std::prev(behind)->name;
}

}  // namespace

Sections::Sections(std::vector<workspace::Anchor> anchors) {
  for (auto& anchor : anchors) (anchor.is_page ? pages_ : chapters_).push_back(std::move(anchor));
}

std::string Sections::at(std::int64_t offset) const {
  const auto chapter = last_before(chapters_, offset), page = last_before(pages_, offset);
  return chapter + (chapter.empty() || page.empty() ? "" : ", ") + page;
}

}  // namespace corpuscope::explore
