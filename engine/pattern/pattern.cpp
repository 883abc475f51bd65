#include "pattern/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace corpuscope::pattern {

namespace {

struct Span {
  std::int64_t begin = 0, end = 0;
};

// Positions of [0, length) that a segment of a head's grid covers.
Span segment_span(const Pattern& pattern, int level, int head, std::int64_t length, std::int64_t segment) {
  const std::int64_t w = pattern.levels[std::size_t(level)].segment;
  const std::int64_t begin = segment * w - shift(pattern, level, head);
  return {std::max<std::int64_t>(begin, 0), std::min(begin + w, length)};
}

__extension__ typedef __int128 Wide;  // holds the square of any length

Wide pairs_of(const Rows& rows, bool causal) {
  const Wide count = rows.count;
  return causal ? count * (count + 1) / 2 : count * count;
}

}  // namespace

void check(const Pattern& pattern, int heads) {
  if (heads < 1) throw core::Error("the attention pattern has no heads", "Give at least one head.");
  if (pattern.levels.empty()) throw core::Error("the attention pattern has no levels", "Give at least one level.");
  for (std::size_t k = 0; k < pattern.levels.size(); ++k) {
    const Level& level = pattern.levels[k];
    if (level.segment < 1 || level.dilation < 1 || level.segment > (std::int64_t(1) << 40) ||
        level.dilation > level.segment)
      throw core::Error(fmt::format("level {} of the attention pattern has segment {} and dilation {}", k + 1,
                                    level.segment, level.dilation),
                        "Segments lie between 1 and 2^40, dilations between 1 and the segment.");
  }
  if (pattern.levels[0].dilation != 1)
    throw core::Error(fmt::format("the first level of the attention pattern has dilation {}",
                                  pattern.levels[0].dilation),
                      "It must have dilation 1, so that every position sees at least itself.");
}

std::int64_t offset(const Pattern& pattern, int level, int head, int heads) {
  const auto [w, r] = pattern.levels[std::size_t(level)];
  switch (pattern.rule) {
    case OffsetRule::modulo:
      return head % r;
    case OffsetRule::block:
      return head / ((heads + r - 1) / r);
    case OffsetRule::both_ends:
      if (head % 2 == 0) return (head / 2) % r;
      return (((w - 1 - (head - 1) / 2) % r) + r) % r;
  }
  return 0;
}

std::int64_t shift(const Pattern& pattern, int level, int head) {
  return pattern.staggered && head % 2 == 1 ? pattern.levels[std::size_t(level)].segment / 2 : 0;
}

bool takes_part(const Pattern& pattern, int level, int head, int heads, std::int64_t position) {
  const auto [w, r] = pattern.levels[std::size_t(level)];
  return (position + shift(pattern, level, head)) % w % r == offset(pattern, level, head, heads);
}

bool sees(const Pattern& pattern, int level, int head, int heads, std::int64_t query, std::int64_t key) {
  if (pattern.causal && key > query) return false;
  const std::int64_t w = pattern.levels[std::size_t(level)].segment, t = shift(pattern, level, head);
  return (query + t) / w == (key + t) / w && takes_part(pattern, level, head, heads, query) &&
         takes_part(pattern, level, head, heads, key);
}

std::int64_t segment_count(const Pattern& pattern, int level, int head, std::int64_t length) {
  if (length <= 0) return 0;
  return (length - 1 + shift(pattern, level, head)) / pattern.levels[std::size_t(level)].segment + 1;
}

Rows segment_rows(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                  std::int64_t segment) {
  const auto [w, r] = pattern.levels[std::size_t(level)];
  const Span span = segment_span(pattern, level, head, length, segment);
  const std::int64_t row0 = segment * w - shift(pattern, level, head) + offset(pattern, level, head, heads);
  const std::int64_t index = row0 >= span.begin ? 0 : (span.begin - row0 + r - 1) / r;
  const std::int64_t first = row0 + index * r;
  return {first, first < span.end ? (span.end - 1 - first) / r + 1 : 0, r, index};
}

std::int64_t visible_pairs(const Pattern& pattern, int heads, std::int64_t length) {
  Wide pairs = 0;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < heads; ++head) {
      const std::int64_t count = segment_count(pattern, level, head, length);
      const auto pairs_in = [&](std::int64_t segment) {
        return pairs_of(segment_rows(pattern, level, head, heads, length, segment), pattern.causal);
      };
      if (count > 0) pairs += pairs_in(0);
      if (count > 1) pairs += pairs_in(count - 1);
      if (count > 2) pairs += (count - 2) * pairs_in(1);  // those between are whole and alike
    }
  if (pairs > std::numeric_limits<std::int64_t>::max())
    throw core::Error("the attention pattern lets tokens see more than 2^63 pairs", "Choose shorter segments.");
  return std::int64_t(pairs);
}

Pattern extended(Pattern pattern, std::int64_t length) {
  std::int64_t segment_ratio = 2, dilation_ratio = 2;
  if (pattern.levels.size() > 1) {
    const Level a = pattern.levels[pattern.levels.size() - 2], b = pattern.levels.back();
    segment_ratio = std::max<std::int64_t>(2, b.segment / a.segment);
    dilation_ratio = std::max<std::int64_t>(1, b.dilation / a.dilation);
  }
  while (pattern.levels.back().segment < length)
    pattern.levels.push_back(
        {pattern.levels.back().segment * segment_ratio, pattern.levels.back().dilation * dilation_ratio});
  return pattern;
}

std::string name(OffsetRule rule) {
  switch (rule) {
    case OffsetRule::modulo: return "modulo";
    case OffsetRule::block: return "block";
    case OffsetRule::both_ends: return "both_ends";
  }
  return {};
}

OffsetRule offset_rule(const std::string& text) {
  for (OffsetRule rule : {OffsetRule::modulo, OffsetRule::block, OffsetRule::both_ends})
    if (name(rule) == text) return rule;
  throw core::Error("there is no offset rule \"" + text + "\"", "Use modulo, block or both_ends.");
}

}  // namespace corpuscope::pattern
