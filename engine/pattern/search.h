#pragma once
// Breadth-first search over the cells of a pattern, from one position. Used by paths.h and reach.h.

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/job.h"
#include "pattern/cells.h"

namespace corpuscope::pattern {

// Cells as one search came to them, from those of visit `before` (-1: from the start).
struct Visit {
  Run run;
  int before = -1;
};

// A segment of both runs, which are of one grid, or nothing.
std::optional<std::int64_t> common_segment(const Run& a, const Run& b);

// Where the cells of a run are entered, from the beginning of their segment.
inline std::int64_t depth(const Grid& grid, const Run& run) { return run.entry - grid.begin_of(run.segment); }

class Search {
 public:
  // From `start`; positions from `end` on are left out. After this the cells of one hop are visited.
  Search(Cells cells, std::int64_t start, std::int64_t end);

  const Cells& cells() const { return cells_; }
  const std::vector<Visit>& visits() const { return visits_; }
  std::size_t first_new() const { return frontier_; }  // the first visit of the last step
  std::size_t new_visits() const { return visits_.size() - frontier_; }

  // One step: the cells that those of the last step touch. Stops, with true, at the first visit that meet(visit)
  // accepts. Throws core::Error where there would be more than 2^24 visits.
  template <class Meet>
  bool step(core::Job* job, const Meet& meet) {
    const std::size_t begin = frontier_, end = visits_.size();
    frontier_ = end;
    bool met = false;
    for (std::size_t i = begin; i < end && !met; ++i) {
      if (job && i % 64 == 0) job->poll();
      const Run run = visits_[i].run;
      cells_.touch(run, end_, [&](const Run& touched) {
        if (met) return;
        const int added = add(touched, int(i));
        met = added >= 0 && meet(visits_[std::size_t(added)]);
      });
    }
    return met;
  }
  void step(core::Job* job) {
    step(job, [](const Visit&) { return false; });
  }

  // Calls found(visit, segment) for visits that share a segment with a run, until it answers true.
  template <class Found>
  bool any_sharing(const Run& run, const Found& found) const;

  // How a search got to a visit's cell: position and grid of each entry, the last first.
  std::vector<std::pair<std::int64_t, int>> way_to(const Visit& last, std::int64_t segment) const;

 private:
  // Of one grid: the visits of single cells by their segment, and of longer runs by their step and place in it.
  struct Known {
    std::unordered_map<std::int64_t, int> single;
    std::map<std::int64_t, std::unordered_map<std::int64_t, std::vector<int>>> by_step;
  };

  bool covered(const Grid& grid, const Run& run) const;
  int add(const Run& run, int before);

  Cells cells_;
  std::int64_t end_;
  std::vector<Visit> visits_;
  std::size_t frontier_ = 0;
  std::vector<Known> known_;
};

template <class Found>
bool Search::any_sharing(const Run& run, const Found& found) const {
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

}  // namespace corpuscope::pattern
