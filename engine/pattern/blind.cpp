#include "pattern/blind.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "pattern/cells.h"
#include "pattern/paths.h"

namespace corpuscope::pattern {

namespace {

// Positions before and behind a border, the nearest that take part, in one cell that does on both sides of it.
struct Passage {
  std::int64_t last_before = 0, first_behind = 0;
};

std::vector<Passage> passages(const Cells& cells, std::int64_t border) {
  std::vector<Passage> list;
  for (const Grid& grid : cells.grids()) {
    const std::int64_t segment = grid.segment_of(border);
    if (grid.segment_of(border - 1) != segment) continue;
    const std::int64_t row = grid.begin_of(segment) + grid.offset, behind = grid.row_from(segment, border);
    const std::int64_t before =
        row + grid.dilation.quotient(std::max<std::int64_t>(border - 1 - row, 0)) * grid.dilation;
    if (before >= 0 && before < border && behind < cells.end_of(grid, segment)) list.push_back({before, behind});
  }
  return list;
}

std::pair<std::int64_t, std::int64_t> blind_positions(const std::vector<Passage>& passages, const Cells& cells,
                                                      std::int64_t border) {
  if (passages.empty()) return {0, cells.length()};
  if (!cells.causal()) return {border, border};
  std::pair<std::int64_t, std::int64_t> blind{0, cells.length()};
  for (const Passage& p : passages) {
    blind.first = std::max(blind.first, p.last_before + 1);
    blind.second = std::min(blind.second, p.first_behind);
  }
  return blind;
}

BlindSpot spot_at(const Cells& cells, const Grid& grid, std::int64_t border, std::int64_t from, std::int64_t to) {
  using Kind = BlindSpot::Kind;
  BlindSpot spot{Kind::apart, border, grid.level};
  const auto list = passages(cells, border);
  const auto closed_before = [&](const Passage& p) { return cells.causal() && p.last_before < from; };
  const auto closed_behind = [&](const Passage& p) { return cells.causal() && p.first_behind > to; };
  const auto all = [&](const auto& closed) { return std::all_of(list.begin(), list.end(), closed); };
  if (!list.empty())
    spot.kind = all(closed_before)                                                            ? Kind::tail
                : all(closed_behind)                                                          ? Kind::head
                : all([&](const Passage& p) { return closed_before(p) || closed_behind(p); }) ? Kind::sides
                                                                                              : Kind::detour;
  const std::int64_t segment = grid.segment_of(spot.kind == Kind::head ? border : border - 1);
  spot.begin = std::max<std::int64_t>(grid.begin_of(segment), 0);
  spot.end = cells.end_of(grid, segment);
  const auto [first, second] = blind_positions(list, cells, border);
  if (spot.kind == Kind::tail) spot.blind_begin = first, spot.blind_end = border;
  if (spot.kind == Kind::head) spot.blind_begin = border, spot.blind_end = second;
  return spot;
}

}  // namespace

std::optional<BlindSpot> why_no_path(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from,
                                     std::int64_t to, core::Job* job) {
  if (shortest_path(pattern, heads, length, from, to, job)) return {};
  if (pattern.causal && to < from) return BlindSpot{};
  const Cells cells(pattern, heads, length);
  const std::int64_t first = std::min(from, to), second = std::max(from, to);
  std::optional<BlindSpot> best;
  // Every border between them is one that cannot be passed; those of their own segments tell most.
  for (const Grid& grid : cells.grids())
    for (const std::int64_t border :
         {grid.begin_of(grid.segment_of(first)) + grid.segment, grid.begin_of(grid.segment_of(second))}) {
      if (border <= first || border > second) continue;
      const BlindSpot spot = spot_at(cells, grid, border, first, second);
      if (!best || spot.kind < best->kind || (spot.kind == best->kind && spot.level > best->level)) best = spot;
    }
  return best;
}

std::pair<std::int64_t, std::int64_t> blind_around(const Pattern& pattern, int heads, std::int64_t length,
                                                   std::int64_t border) {
  const Cells cells(pattern, heads, length);
  if (border < 1 || border >= length)
    throw core::Error(fmt::format("no border lies before token {}", border),
                      fmt::format("Choose one from 1 to {}.", length - 1));
  return blind_positions(passages(cells, border), cells, border);
}

std::vector<Cure> cures(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from, std::int64_t to,
                        core::Job* job) {
  std::vector<Pattern> changed;
  const auto change = [&](OffsetRule rule, bool staggered, bool more_levels) {
    Pattern other = pattern;
    other.rule = rule;
    other.staggered = staggered;
    if (more_levels) other = extended(other, length);
    if (other != pattern && std::find(changed.begin(), changed.end(), other) == changed.end())
      changed.push_back(other);
  };
  for (const bool more_levels : {false, true}) {
    change(pattern.rule, pattern.staggered, more_levels);
    change(OffsetRule::both_ends, pattern.staggered, more_levels);
    change(pattern.rule, true, more_levels);
    change(OffsetRule::both_ends, true, more_levels);
  }
  std::vector<Cure> cures;
  for (const Pattern& other : changed) {
    const auto path = shortest_path(other, heads, length, from, to, job);
    if (path) cures.push_back({other, int(path->size())});
  }
  return cures;
}

}  // namespace corpuscope::pattern
