#include "pattern/paths.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "core/error.h"
#include "pattern/cells.h"

namespace corpuscope::pattern {

namespace {

constexpr std::size_t most_visits = std::size_t(1) << 24;

// Cells as one search came to them, from those of visit `before` (-1: from the start).
struct Visit {
  Run run;
  int before = -1;
};

// A segment of both progressions, or nothing.
std::optional<std::int64_t> common_segment(const Run& a, const Run& b) {
  const std::int64_t last_a = a.segment + (a.count - 1) * a.step, last_b = b.segment + (b.count - 1) * b.step;
  const std::int64_t low = std::max(a.segment, b.segment), high = std::min(last_a, last_b);
  if (low > high) return {};
  const Run& wide = a.step >= b.step ? a : b;  // its steps are tried one by one until they recur
  const Run& narrow = a.step >= b.step ? b : a;
  std::int64_t s = wide.segment + (low - wide.segment + wide.step - 1) / wide.step * wide.step;
  const std::int64_t different = wide.step % narrow.step == 0 ? 1 : narrow.step;
  for (std::int64_t i = 0; i < different && s <= high; ++i, s += wide.step)
    if ((s - narrow.segment) % narrow.step == 0) return s;
  return {};
}

// Where the cells of a run are entered, from the beginning of their segment.
std::int64_t depth(const Grid& grid, const Run& run) { return run.entry - grid.begin_of(run.segment); }

// Breadth-first search from one end.
class Search {
 public:
  Search(Cells cells, std::int64_t start, std::int64_t goal)
      : cells_(std::move(cells)), limit_(cells_.causal() ? goal + 1 : cells_.length()), known_(cells_.grids().size()) {
    for (const Grid& grid : cells_.grids())
      if (grid.takes_part(start)) add({cells_.index(grid), grid.segment_of(start), 1, 1, start}, -1);
  }

  const Cells& cells() const { return cells_; }
  const std::vector<Visit>& visits() const { return visits_; }
  std::size_t frontier() const { return visits_.size() - frontier_; }

  // One step: the cells that those of the last step touch. Stops at the first visit that meet(visit) accepts.
  template <class Meet>
  bool step(core::Job* job, const Meet& meet) {
    const std::size_t begin = frontier_, end = visits_.size();
    frontier_ = end;
    bool met = false;
    for (std::size_t i = begin; i < end && !met; ++i) {
      if (job && i % 64 == 0) job->poll();
      const Run run = visits_[i].run;
      cells_.touch(run, limit_, [&](const Run& touched) {
        if (met) return;
        const int added = add(touched, int(i));
        met = added >= 0 && meet(visits_[std::size_t(added)]);
      });
    }
    return met;
  }

  // Calls found(visit, segment) for visits that share a segment with a run, until it answers true.
  template <class Found>
  bool any_sharing(const Run& run, const Found& found) const {
    const Known& known = known_[std::size_t(run.grid)];
    if (run.count <= std::int64_t(known.single.size())) {
      for (std::int64_t i = 0; i < run.count; ++i) {
        const auto at = known.single.find(run.segment + i * run.step);
        if (at != known.single.end() && found(visits_[std::size_t(at->second)], at->first)) return true;
      }
    } else {
      for (const auto& [segment, visit] : known.single)
        if (common_segment(run, visits_[std::size_t(visit)].run) && found(visits_[std::size_t(visit)], segment))
          return true;
    }
    const auto shares = [&](int number) {
      const Visit& visit = visits_[std::size_t(number)];
      const auto segment = common_segment(run, visit.run);
      return segment && found(visit, *segment);
    };
    for (const auto& [step, places] : known.by_step) {
      if (run.count == 1 || run.step % step == 0) {
        const auto place = places.find(run.segment % step);
        if (place != places.end() && std::any_of(place->second.begin(), place->second.end(), shares)) return true;
      } else {
        for (const auto& [place, visits] : places)
          if ((step % run.step != 0 || (place - run.segment) % run.step == 0) &&
              std::any_of(visits.begin(), visits.end(), shares))
            return true;
      }
    }
    return false;
  }

  // The path by which a search got to a visit's cell: position and grid of each entry, the last first.
  std::vector<std::pair<std::int64_t, int>> way_to(const Visit& last, std::int64_t segment) const {
    std::vector<std::pair<std::int64_t, int>> entries;
    for (const Visit* visit = &last;; visit = &visits_[std::size_t(visit->before)]) {
      const Grid& grid = cells_.grids()[std::size_t(visit->run.grid)];
      if (visit != &last) segment = grid.segment_of(entries.back().first);
      entries.emplace_back(grid.begin_of(segment) + depth(grid, visit->run), visit->run.grid);
      if (visit->before < 0) return entries;
    }
  }

 private:
  // Of one grid: the visits of single cells by their segment, and of longer runs by their step and place in it.
  struct Known {
    std::unordered_map<std::int64_t, int> single;
    std::map<std::int64_t, std::unordered_map<std::int64_t, std::vector<int>>> by_step;
  };

  // Whether an earlier visit of a run holds all of this one, entered no later.
  bool covered(const Grid& grid, const Run& run) const {
    const auto holds = [&](int number) {
      const Run& other = visits_[std::size_t(number)].run;
      return run.segment >= other.segment &&
             run.segment + (run.count - 1) * run.step <= other.segment + (other.count - 1) * other.step &&
             (!cells_.causal() || depth(grid, other) <= depth(grid, run));
    };
    for (const auto& [step, places] : known_[std::size_t(run.grid)].by_step) {
      if (run.count > 1 && run.step % step != 0) continue;
      const auto place = places.find(run.segment % step);
      if (place != places.end() && std::any_of(place->second.begin(), place->second.end(), holds)) return true;
    }
    return false;
  }

  // The number of the visit; -1 where nothing new is in it.
  int add(const Run& run, int before) {
    const Grid& grid = cells_.grids()[std::size_t(run.grid)];
    Known& known = known_[std::size_t(run.grid)];
    if (covered(grid, run)) return -1;
    if (visits_.size() >= most_visits)
      throw core::Error("the search for a path in this attention pattern visits too many segments",
                        "Choose tokens that lie closer together, or levels with longer segments.");
    if (run.count > 1) {
      known.by_step[run.step][run.segment % run.step].push_back(int(visits_.size()));
    } else {
      const auto [at, is_new] = known.single.try_emplace(run.segment, int(visits_.size()));
      if (!is_new) {
        Visit& old = visits_[std::size_t(at->second)];
        if (!cells_.causal() || old.run.entry <= run.entry) return -1;
        if (std::size_t(at->second) >= frontier_) {  // not gone on from yet
          old = {run, before};
          return at->second;
        }
        at->second = int(visits_.size());
      }
    }
    visits_.push_back({run, before});
    return int(visits_.size()) - 1;
  }

  Cells cells_;
  std::int64_t limit_;  // positions from here on lead nowhere
  std::vector<Visit> visits_;
  std::size_t frontier_ = 0;  // the first visit of the last step
  std::vector<Known> known_;
};

class BothEnds {
 public:
  BothEnds(const Cells& cells, std::int64_t from, std::int64_t to)
      : last_(cells.length() - 1), early_(cells, from, to), late_(cells.mirrored(), last_ - to, last_ - from) {}

  std::optional<Path> path(core::Job* job) {
    const auto meets_late = [&](const Visit& visit) { return meet(early_, visit, late_); };
    const auto meets_early = [&](const Visit& visit) { return meet(late_, visit, early_); };
    if (std::any_of(early_.visits().begin(), early_.visits().end(), meets_late)) return path_;
    while (early_.frontier() > 0 && late_.frontier() > 0)
      if (early_.frontier() <= late_.frontier() ? early_.step(job, meets_late) : late_.step(job, meets_early))
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
