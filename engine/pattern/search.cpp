#include "pattern/search.h"

#include "core/error.h"

namespace corpuscope::pattern {

namespace {

constexpr std::size_t most_visits = std::size_t(1) << 24;

}  // namespace

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

Search::Search(Cells cells, std::int64_t start, std::int64_t end)
    : cells_(std::move(cells)), end_(end), known_(cells_.grids().size()) {
  for (const Grid& grid : cells_.grids())
    if (grid.takes_part(start)) add({cells_.index(grid), grid.segment_of(start), 1, 1, start}, -1);
}

std::vector<std::pair<std::int64_t, int>> Search::way_to(const Visit& last, std::int64_t segment) const {
  std::vector<std::pair<std::int64_t, int>> entries;
  for (const Visit* visit = &last;; visit = &visits_[std::size_t(visit->before)]) {
    const Grid& grid = cells_.grids()[std::size_t(visit->run.grid)];
    if (visit != &last) segment = grid.segment_of(entries.back().first);
    entries.emplace_back(grid.begin_of(segment) + depth(grid, visit->run), visit->run.grid);
    if (visit->before < 0) return entries;
  }
}

// Whether an earlier visit of a run holds all of this one, entered no later.
bool Search::covered(const Grid& grid, const Run& run) const {
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
int Search::add(const Run& run, int before) {
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

}  // namespace corpuscope::pattern
