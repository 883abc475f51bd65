#include "pattern/nested.h"

#include <algorithm>
#include <map>
#include <utility>

namespace corpuscope::pattern {

namespace {

constexpr std::int64_t most_parts = 64;

std::vector<std::int64_t> offsets_of(const Pattern& pattern, int level, int heads) {
  std::vector<std::int64_t> offsets;
  for (int head = 0; head < heads; ++head) offsets.push_back(offset(pattern, level, head, heads));
  return offsets;
}

// Answers are kept, and those of one segment hold in all of its level: what lies between two borders looks alike
// nearly everywhere.
class Connection {
 public:
  explicit Connection(const Nested& nested) : nested_(nested) {}

  bool ask(std::int64_t from, std::int64_t to) {
    if (from >= to) return from == to;
    const int level = nested_.common_level(from, to);
    if (level <= 0) return level == 0;  // at level 0 every position takes part
    const std::int64_t begin = from - from % nested_.levels()[std::size_t(level)].segment;
    from -= begin, to -= begin;
    const auto [known, is_new] = answers_.try_emplace({from, to}, false);
    if (!is_new) return known->second;
    const std::int64_t w = nested_.levels()[std::size_t(level) - 1].segment, border = (from / w + 1) * w;
    const auto passes = [&](std::int64_t offset) {
      const std::int64_t before = nested_.last_row(level, offset, border),
                         behind = nested_.first_row(level, offset, border);
      return before >= from && behind <= to && ask(from, before) && ask(behind, to);
    };
    const auto& offsets = nested_.offsets(level);
    return answers_[{from, to}] = std::any_of(offsets.begin(), offsets.end(), passes);
  }

 private:
  const Nested& nested_;
  std::map<std::pair<std::int64_t, std::int64_t>, bool> answers_;
};

}  // namespace

std::optional<Nested> Nested::of(const Pattern& pattern, int heads) {
  check(pattern, heads);
  if (!pattern.causal || (pattern.staggered && heads > 1)) return {};
  Nested nested;
  nested.levels_ = pattern.levels;
  for (int k = 0; k < int(pattern.levels.size()); ++k) {
    const Level& level = pattern.levels[std::size_t(k)];
    nested.by_head_.push_back(offsets_of(pattern, k, heads));
    auto& offsets = nested.offsets_.emplace_back(nested.by_head_.back());
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    if (level.segment % level.dilation != 0) return {};
    if (k == 0) continue;
    const Level& lower = pattern.levels[std::size_t(k) - 1];
    if (level.segment % lower.segment != 0 || level.dilation % lower.dilation != 0) return {};
    const auto& below = nested.offsets_[std::size_t(k) - 1];
    if (level.segment / lower.segment > most_parts) return {};
    for (const std::int64_t offset : offsets)
      if (!std::binary_search(below.begin(), below.end(), offset % lower.dilation)) return {};
  }
  return nested;
}

int Nested::head(int level, std::int64_t offset) const {
  const auto& by_head = by_head_[std::size_t(level)];
  return int(std::find(by_head.begin(), by_head.end(), offset) - by_head.begin());
}

int Nested::common_level(std::int64_t a, std::int64_t b) const {
  for (int k = 0; k < int(levels_.size()); ++k)
    if (a / levels_[std::size_t(k)].segment == b / levels_[std::size_t(k)].segment) return k;
  return -1;
}

std::int64_t Nested::first_row(int level, std::int64_t offset, std::int64_t from) const {
  const std::int64_t r = levels_[std::size_t(level)].dilation;
  return from + ((offset - from) % r + r) % r;
}

bool Nested::connected(std::int64_t from, std::int64_t to) const { return Connection(*this).ask(from, to); }

}  // namespace corpuscope::pattern
