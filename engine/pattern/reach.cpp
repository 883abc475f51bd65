#include "pattern/reach.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "pattern/paths.h"
#include "pattern/search.h"

namespace corpuscope::pattern {

namespace {

constexpr std::int64_t most_cells = std::int64_t(1) << 26;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// Breadth-first search over the whole sequence, with the earliest entry of every cell at hand.
class Sweep {
 public:
  Sweep(const Cells& cells, std::int64_t start) : cells_(cells), entries_(std::size_t(cells.count()), never) {
    for (const Grid& grid : cells.grids())
      if (grid.takes_part(start)) add({cells.index(grid), grid.segment_of(start), 1, 1, start});
    frontier_.swap(next_);
  }

  bool done() const { return frontier_.empty(); }
  void step(core::Job* job) {
    for (std::size_t i = 0; i < frontier_.size(); ++i) {
      if (job && i % 64 == 0) job->poll();
      cells_.touch(frontier_[i], cells_.length(), [&](const Run& run) { add(run); });
    }
    frontier_.swap(next_);
    next_.clear();
  }

  // From which position on the cell is reached; `never` where it is not.
  std::int64_t first_reached(const Grid& grid, std::int64_t segment) const {
    const std::int64_t entry = entries_[std::size_t(grid.first_cell + segment)];
    return entry == never ? never : cells_.first_reached(grid, segment, entry);
  }

 private:
  void add(Run run) {
    const Grid& grid = cells_.grids()[std::size_t(run.grid)];
    const std::int64_t apart = run.step * grid.segment;
    std::int64_t first = -1, last = -1, entry = run.entry;
    for (std::int64_t i = 0, cell = grid.first_cell + run.segment; i < run.count;
         ++i, cell += run.step, entry += apart) {
      std::int64_t& known = entries_[std::size_t(cell)];
      if (cells_.causal() ? known <= entry : known != never) continue;
      known = entry;
      if (first < 0) first = i;
      last = i;
    }
    if (first < 0) return;
    next_.push_back(
        {run.grid, run.segment + first * run.step, run.step, last - first + 1, run.entry + first * apart});
  }

  const Cells& cells_;
  std::vector<std::int64_t> entries_;
  std::vector<Run> frontier_, next_;
};

// Counts the positions that a sweep has reached, a piece of the sequence at a time. In most pieces the same rows of
// the same levels are reached, so that few have to be counted.
class Counter {
 public:
  explicit Counter(const Cells& cells) : cells_(cells), start_(-cells.grids()[0].shift) {
    const std::int64_t w = cells.grids()[0].segment;
    piece_ = w >= largest ? largest : w >= small ? w : small / w * w;
  }

  std::int64_t count(const Sweep& sweep, std::int64_t from, core::Job* job) {
    std::int64_t sum = 0;
    for (std::int64_t i = (from - start_) / piece_, begin = start_ + i * piece_; begin < cells_.length();
         ++i, begin += piece_) {
      if (job && i % 1024 == 0) job->poll();
      sum += count_piece(sweep, std::max(begin, from), std::min(begin + piece_, cells_.length()));
    }
    return sum;
  }

 private:
  static constexpr std::int64_t small = 512, largest = 4096;
  // Positions first, first + dilation, ... before `end`, from the beginning of the piece.
  struct Rows {
    std::int32_t first, end;
    std::int64_t dilation;
  };

  std::int64_t count_piece(const Sweep& sweep, std::int64_t begin, std::int64_t end) {
    rows_.clear();
    for (const Grid& grid : cells_.grids())
      for (std::int64_t s = grid.segment_of(begin), last = grid.segment_of(end - 1); s <= last; ++s) {
        const std::int64_t reached = sweep.first_reached(grid, s);
        if (reached >= end) continue;
        const std::int64_t first = reached >= begin ? reached : grid.row_from(s, begin);
        const std::int64_t behind = std::min(end, cells_.end_of(grid, s));
        if (first >= behind) continue;
        if (grid.dilation == 1 && first == begin && behind == end) return end - begin;
        rows_.push_back({std::int32_t(first - begin), std::int32_t(behind - begin), grid.dilation});
      }
    if (rows_.empty()) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(Rows));
    const auto known = counts_.find(std::string(bytes));
    if (known != counts_.end()) return known->second;
    return counts_[std::string(bytes)] = count_rows(end - begin);
  }

  std::int64_t count_rows(std::int64_t size) const {
    std::vector<bool> reached(std::size_t(size), false);
    for (const Rows& rows : rows_)
      for (std::int64_t x = rows.first; x < rows.end; x += rows.dilation) reached[std::size_t(x)] = true;
    return std::count(reached.begin(), reached.end(), true);
  }

  const Cells& cells_;
  std::int64_t start_, piece_ = 1;
  std::vector<Rows> rows_;
  std::unordered_map<std::string, std::int64_t> counts_;
};

void check_position(std::int64_t position, std::int64_t length) {
  if (position < 0 || position >= length)
    throw core::Error(fmt::format("token {} lies outside the sequence", position),
                      fmt::format("Choose one from 0 to {}.", length - 1));
}

}  // namespace

double Reach::mean_hops() const {
  double sum = 0;
  for (std::size_t h = 1; h < within.size(); ++h) sum += double(h) * double(within[h] - within[h - 1]);
  return within.back() > 0 ? sum / double(within.back()) : 0;
}

std::int64_t cell_count(const Pattern& pattern, int heads, std::int64_t length) {
  return Cells(pattern, heads, length).count();
}

Reach reach(const Pattern& pattern, int heads, std::int64_t length, std::int64_t position, Side side,
            core::Job* job) {
  Cells cells(pattern, heads, length);
  check_position(position, length);
  if (cells.count() > most_cells)
    throw core::Error(fmt::format("the pattern has {} segments, too many to count what is reached", cells.count()),
                      "Search for the paths between tokens drawn at random.");
  std::int64_t start = position;
  if (side == Side::past) cells = cells.mirrored(), start = length - 1 - position;
  const std::int64_t from = cells.causal() ? start : 0;
  Reach reach{length - from - 1, {0}};
  Counter counter(cells);
  for (Sweep sweep(cells, start); !sweep.done(); sweep.step(job)) {
    const std::int64_t reached = counter.count(sweep, from, job) - 1;
    if (reached > reach.within.back()) reach.within.push_back(reached);
  }
  return reach;
}

std::vector<std::pair<std::int64_t, std::int64_t>> unreached(const Pattern& pattern, int heads, std::int64_t length,
                                                             std::int64_t position, std::int64_t window,
                                                             core::Job* job) {
  const Cells cells(pattern, heads, length);
  check_position(position, length);
  const std::int64_t begin = std::max<std::int64_t>(position - std::max<std::int64_t>(window, 0), 0);
  std::vector<bool> reached(std::size_t(position - begin), false);
  if (pattern.causal) {  // paths from the window do not leave it
    const std::int64_t start = length - 1 - position, end = length - begin;
    Search search(cells.mirrored(), start, end);
    while (search.new_visits() > 0) search.step(job);
    for (const Visit& visit : search.visits())
      for (std::int64_t i = 0; i < visit.run.count; ++i) {
        const Grid& grid = search.cells().grids()[std::size_t(visit.run.grid)];
        const std::int64_t segment = visit.run.segment + i * visit.run.step;
        const std::int64_t behind = std::min(end, search.cells().end_of(grid, segment));
        for (std::int64_t x = visit.run.entry + i * visit.run.step * grid.segment; x < behind; x += grid.dilation)
          if (x > start) reached[std::size_t(length - 1 - x - begin)] = true;
      }
  } else {
    for (std::int64_t token = begin; token < position; ++token)
      reached[std::size_t(token - begin)] = bool(shortest_path(pattern, heads, length, token, position, job));
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (std::int64_t token = begin; token < position; ++token) {
    if (reached[std::size_t(token - begin)]) continue;
    if (ranges.empty() || ranges.back().second < token) ranges.emplace_back(token, token);
    ranges.back().second = token + 1;
  }
  return ranges;
}

double estimated_hops(const Pattern& pattern, std::int64_t length) {
  if (pattern.levels.size() < 2) return 1;
  const double base = double(pattern.levels[0].segment), ratio = double(pattern.levels[1].segment) / base;
  if (ratio <= 1) return 1;
  return std::max(1.0, std::log(double(length) * (ratio - 1) / base) / std::log(ratio));
}

}  // namespace corpuscope::pattern
