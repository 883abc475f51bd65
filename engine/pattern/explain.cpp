#include "pattern/explain.h"

#include <fmt/format.h>

#include <vector>

#include "core/count_text.h"

namespace corpuscope::pattern {

std::string name(BlindSpot::Kind kind) {
  using Kind = BlindSpot::Kind;
  switch (kind) {
    case Kind::earlier: return "earlier";
    case Kind::apart: return "apart";
    case Kind::tail: return "tail";
    case Kind::head: return "head";
    case Kind::sides: return "sides";
    case Kind::detour: return "detour";
  }
  return {};
}

std::string explain(const BlindSpot& spot, const Pattern& pattern, const Numerals& number) {
  using Kind = BlindSpot::Kind;
  if (spot.kind == Kind::earlier)
    return "The pattern is causal: what comes earlier knows nothing of what comes later.";
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    return end - begin == 1 ? "token " + number(begin) : fmt::format("tokens {} to {}", number(begin), number(end - 1));
  };
  const Level& level = pattern.levels[std::size_t(spot.level)];
  const std::string segment =
      fmt::format("level {} (w {} r {}) has a segment of {}", spot.level + 1, number(level.segment),
                  number(level.dilation), range(spot.begin, spot.end));
  const std::string border = "the border before token " + number(spot.border);
  switch (spot.kind) {
    case Kind::apart:
      return fmt::format(
          "Nothing passes {}, where {}: no segment of any level spans it with positions on both sides.", border,
          segment);
    case Kind::tail:
      return fmt::format(
          "Nothing passes {} from here, where {}: of {} none takes part, for any head, in a level that goes on behind "
          "the border.",
          border, segment, range(spot.blind_begin, spot.blind_end));
    case Kind::head:
      return fmt::format(
          "Nothing gets here past {}, where {}: of {} none takes part, for any head, in a level that spans the border.",
          border, segment, range(spot.blind_begin, spot.blind_end));
    case Kind::sides:
      return fmt::format(
          "Nothing passes {}, where {}: in each class that spans it the last positions lie before the one token, or the "
          "first ones behind the other.",
          border, segment);
    default:
      return fmt::format(
          "Nothing passes {}, where {}: positions that take part in levels that span it lie between the tokens on both "
          "sides, but no hops lead from the one token through them to the other.",
          border, segment);
  }
}

std::string difference(const Pattern& from, const Pattern& to) {
  std::vector<std::string> changes;
  if (to.rule != from.rule) changes.push_back("the offset rule " + name(to.rule));
  if (to.staggered != from.staggered) changes.emplace_back("staggered segments");
  if (to.levels.size() > from.levels.size())
    changes.push_back(core::counted(std::int64_t(to.levels.size() - from.levels.size()), "more level"));
  return fmt::format("{}", fmt::join(changes, " and "));
}

}  // namespace corpuscope::pattern
