#include "pattern/paths.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "core/error.h"
#include "pattern/cells.h"

namespace corpuscope::pattern {

namespace {

constexpr std::size_t most_visits = std::size_t(1) << 25;

// A cell as one search came to it: entered at `entry`, from the cell of visit `before` (-1: from the start).
struct Visit {
  int grid = 0, before = -1;
  std::int64_t segment = 0, entry = 0;
};

// From the number of a cell to that of its visit: open addressing, at most half full.
class VisitTable {
 public:
  VisitTable() : slots_(1024, Slot{-1, -1}) {}

  // -1: not visited. May be assigned to; valid until the next call of `grow_for`.
  int& operator[](std::int64_t cell) {
    Slot& slot = slots_[find(cell)];
    slot.cell = cell;
    return slot.visit;
  }
  int get(std::int64_t cell) const { return slots_[find(cell)].visit; }

  void grow_for(std::size_t visits) {
    if (visits * 2 < slots_.size()) return;
    const auto old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 4, Slot{-1, -1}));
    for (const Slot& slot : old)
      if (slot.cell >= 0) slots_[find(slot.cell)] = slot;
  }

 private:
  struct Slot {
    std::int64_t cell;
    int visit;
  };

  std::size_t find(std::int64_t cell) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (std::uint64_t(cell) * 0x9E3779B97F4A7C15U) >> (64 - std::bit_width(mask));
    while (slots_[at].cell >= 0 && slots_[at].cell != cell) at = (at + 1) & mask;
    return at;
  }

  std::vector<Slot> slots_;
};

// Breadth-first search from one end.
class Search {
 public:
  Search(Cells cells, std::int64_t start, std::int64_t goal)
      : cells_(std::move(cells)), limit_(cells_.causal() ? goal + 1 : cells_.length()) {
    for (const Grid& grid : cells_.grids())
      if (grid.takes_part(start)) add(grid, grid.segment_of(start), start, -1);
  }

  const Cells& cells() const { return cells_; }
  const std::vector<Visit>& visits() const { return visits_; }
  std::size_t frontier() const { return visits_.size() - frontier_; }
  const Visit* find(std::int64_t cell) const {
    const int visit = table_.get(cell);
    return visit < 0 ? nullptr : &visits_[std::size_t(visit)];
  }

  // One step: the cells that those of the last step touch. Stops at the first that meet(visit) accepts.
  template <class Meet>
  std::optional<int> step(core::Job* job, const Meet& meet) {
    const std::size_t begin = frontier_, end = visits_.size();
    frontier_ = end;
    std::optional<int> met;
    for (std::size_t i = begin; i < end && !met; ++i) {
      if (job && i % 256 == 0) job->poll();
      const Visit visit = visits_[i];
      const Grid& grid = cells_.grids()[std::size_t(visit.grid)];
      const std::int64_t first = cells_.first_reached(grid, visit.segment, visit.entry);
      cells_.touch(grid, visit.segment, first, limit_, [&](const Grid& to, std::int64_t segment, std::int64_t x) {
        if (met) return;
        const int added = add(to, segment, x, int(i));
        if (added >= 0 && meet(visits_[std::size_t(added)])) met = added;
      });
    }
    return met;
  }

 private:
  // The number of the visit, or -1 where the cell was known from this position on already.
  int add(const Grid& grid, std::int64_t segment, std::int64_t entry, int before) {
    table_.grow_for(visits_.size() + 1);
    int& known = table_[grid.first_cell + segment];
    if (known >= 0 && (!cells_.causal() || visits_[std::size_t(known)].entry <= entry)) return -1;
    if (known < 0 || std::size_t(known) < frontier_) {
      if (visits_.size() >= most_visits)
        throw core::Error("the search for a path in this attention pattern visits too many segments",
                          "Choose tokens that lie closer together, or levels with longer segments.");
      known = int(visits_.size());
      visits_.emplace_back();
    }
    visits_[std::size_t(known)] = {int(&grid - cells_.grids().data()), before, segment, entry};
    return known;
  }

  Cells cells_;
  std::int64_t limit_;  // positions from here on lead nowhere
  std::vector<Visit> visits_;
  std::size_t frontier_ = 0;  // the first visit of the last step
  VisitTable table_;
};

class BothEnds {
 public:
  BothEnds(const Cells& cells, std::int64_t from, std::int64_t to)
      : from_(from), to_(to), last_(cells.length() - 1), early_(cells, from, to),
        late_(cells.mirrored(), last_ - to, last_ - from) {}

  std::optional<Path> path(core::Job* job) {
    for (std::size_t i = 0; i < early_.visits().size(); ++i)
      if (meets_late(early_.visits()[i])) return join(int(i), late_of(early_.visits()[i]));
    while (early_.frontier() > 0 && late_.frontier() > 0) {
      if (early_.frontier() <= late_.frontier()) {
        const auto met = early_.step(job, [&](const Visit& visit) { return meets_late(visit); });
        if (met) return join(*met, late_of(early_.visits()[std::size_t(*met)]));
      } else {
        const auto met = late_.step(job, [&](const Visit& visit) { return meets_early(visit); });
        if (met) return join(early_of(late_.visits()[std::size_t(*met)]), *met);
      }
    }
    return {};
  }

 private:
  const Visit* opposite(const Visit& visit, const Search& here, const Search& there) const {
    const Grid& grid = here.cells().grids()[std::size_t(visit.grid)];
    const std::int64_t segment = here.cells().mirrored_segment(grid, visit.segment);
    return there.find(there.cells().grids()[std::size_t(visit.grid)].first_cell + segment);
  }
  bool in_order(const Visit& early, const Visit& late) const {
    return !early_.cells().causal() || early.entry <= last_ - late.entry;
  }
  bool meets_late(const Visit& early) const {
    const Visit* late = opposite(early, early_, late_);
    return late && in_order(early, *late);
  }
  bool meets_early(const Visit& late) const {
    const Visit* early = opposite(late, late_, early_);
    return early && in_order(*early, late);
  }
  int late_of(const Visit& early) const { return int(opposite(early, early_, late_) - late_.visits().data()); }
  int early_of(const Visit& late) const { return int(opposite(late, late_, early_) - early_.visits().data()); }

  // Both searches came to the same cell: the path through it.
  Path join(int early, int late) const {
    Path path;
    std::int64_t to = late_.visits()[std::size_t(late)].entry;
    to = last_ - to;
    for (int i = early; i >= 0; i = early_.visits()[std::size_t(i)].before) {
      const Visit& visit = early_.visits()[std::size_t(i)];
      path.insert(path.begin(), hop(early_, visit, visit.entry, to));
      to = visit.entry;
    }
    for (int i = late_.visits()[std::size_t(late)].before; i >= 0; i = late_.visits()[std::size_t(i)].before) {
      const Visit& visit = late_.visits()[std::size_t(i)];
      path.push_back(hop(late_, visit, path.back().to, last_ - visit.entry));
    }
    return path;
  }
  static Hop hop(const Search& search, const Visit& visit, std::int64_t from, std::int64_t to) {
    const Grid& grid = search.cells().grids()[std::size_t(visit.grid)];
    return {from, to, grid.level, grid.head};
  }

  std::int64_t from_, to_, last_;
  Search early_, late_;
};

}  // namespace

std::optional<Path> shortest_path(const Pattern& pattern, int heads, std::int64_t length, std::int64_t from,
                                  std::int64_t to, core::Job* job) {
  const Cells cells(pattern, heads, length);
  for (const std::int64_t position : {from, to})
    if (position < 0 || position >= length)
      throw core::Error(fmt::format("token {} lies outside the sequence", position),
                        fmt::format("Choose one from 0 to {}.", length - 1));
  if (from == to) return Path{};
  if (pattern.causal && from > to) return {};
  return BothEnds(cells, from, to).path(job);
}

}  // namespace corpuscope::pattern
