#include "pattern/paths.h"

#include <fmt/format.h>

#include "core/error.h"
#include "pattern/nested_path.h"
#include "pattern/search.h"

namespace corpuscope::pattern {

namespace {

class BothEnds {
 public:
  BothEnds(const Cells& cells, std::int64_t from, std::int64_t to)
      : last_(cells.length() - 1),
        early_(cells, from, cells.causal() ? to + 1 : cells.length()),
        late_(cells.mirrored(), last_ - to, cells.causal() ? last_ - from + 1 : cells.length()) {}

  std::optional<Path> path(core::Job* job) {
    const auto meets_late = [&](const Visit& visit) { return meet(early_, visit, late_); };
    const auto meets_early = [&](const Visit& visit) { return meet(late_, visit, early_); };
    if (std::any_of(early_.visits().begin(), early_.visits().end(), meets_late)) return path_;
    while (early_.new_visits() > 0 && late_.new_visits() > 0)
      if (early_.new_visits() <= late_.new_visits() ? early_.step(job, meets_late) : late_.step(job, meets_early))
        return path_;
    return {};
  }

 private:
  // Whether a cell of the visit was reached from the other end too, in time.
  bool meet(const Search& here, const Visit& visit, const Search& there) {
    const Cells& cells = here.cells();
    const Run& run = visit.run;
    const Grid& grid = cells.grids()[std::size_t(run.grid)];
    const Grid& mirrored = there.cells().grids()[std::size_t(run.grid)];
    const std::int64_t last_segment = run.segment + (run.count - 1) * run.step;
    const Run wanted{run.grid, cells.mirrored_segment(grid, last_segment), run.step, run.count, 0};
    return there.any_sharing(wanted, [&](const Visit& other, std::int64_t segment) {
      if (cells.causal() && depth(grid, run) + depth(mirrored, other.run) >= grid.segment) return false;
      const auto own = here.way_to(visit, there.cells().mirrored_segment(mirrored, segment));
      const auto others = there.way_to(other, segment);
      path_ = &here == &early_ ? join(own, others) : join(others, own);
      return true;
    });
  }

  // Both ways end in the same cell.
  Path join(const std::vector<std::pair<std::int64_t, int>>& early,
            const std::vector<std::pair<std::int64_t, int>>& late) const {
    Path path;
    const auto add = [&](std::int64_t from, std::int64_t to, int number) {
      const Grid& grid = early_.cells().grids()[std::size_t(number)];
      path.push_back({from, to, grid.level, grid.head});
    };
    for (std::size_t i = early.size() - 1; i > 0; --i) add(early[i].first, early[i - 1].first, early[i].second);
    add(early[0].first, last_ - late[0].first, early[0].second);
    for (std::size_t i = 1; i < late.size(); ++i) add(path.back().to, last_ - late[i].first, late[i].second);
    return path;
  }

  std::int64_t last_;
  Search early_, late_;
  Path path_;
};

}  // namespace

std::optional<Path> shortest_path(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from,
                                  std::int64_t to, core::Job* job) {
  const Cells cells(pattern, heads, length);  // checks what it is given
  for (const std::int64_t position : {from, to})
    if (position < 0 || position >= length)
      throw core::Error(fmt::format("token {} lies outside the sequence", position),
                        fmt::format("Choose one from 0 to {}.", length - 1));
  if (from == to) return Path{};
  if (pattern.causal && from > to) return {};
  if (const auto nested = Nested::of(pattern, heads)) return nested_path(*nested, from, to, job);
  return BothEnds(cells, from, to).path(job);
}

}  // namespace corpuscope::pattern
