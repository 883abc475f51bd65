#pragma once
// A pattern as a graph of positions and cells, for searches over hops. A cell is one segment of one head's grid: the
// positions in it that take part. A hop goes from one position of a cell to another, where causal to a later one.
//
// All positions of a cell from the earliest reached one on are reached by one hop, so a search need only know that
// one position of each cell. From there `touch` gives the cells that the next hop may use.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "pattern/pattern.h"

namespace corpuscope::pattern {

// The longest sequence that searches take.
constexpr std::int64_t longest_sequence = std::int64_t(1) << 40;

// Division of what is not negative; by powers of two, which nearly all levels have, without the processor's slow one.
class Divisor {
 public:
  Divisor(std::int64_t value)
      : value_(value),
        bits_(std::has_single_bit(std::uint64_t(value)) ? std::countr_zero(std::uint64_t(value)) : -1) {}
  operator std::int64_t() const { return value_; }
  std::int64_t quotient(std::int64_t x) const { return bits_ >= 0 ? x >> bits_ : x / value_; }
  std::int64_t rest(std::int64_t x) const { return bits_ >= 0 ? x & (value_ - 1) : x % value_; }
  std::int64_t round_up(std::int64_t x) const { return quotient(x + value_ - 1) * value_; }
  bool divides(std::int64_t x) const { return rest(x) == 0; }

 private:
  std::int64_t value_;
  int bits_;
};

// Heads with the same offset and shift at a level share a grid; `head` is the first of them.
struct Grid {
  int level = 0, head = 0;
  Divisor segment = 1, dilation = 1;
  std::int64_t offset = 0, shift = 0;
  std::int64_t segments = 0;    // that hold a position of the sequence
  std::int64_t first_cell = 0;  // cells of all grids are numbered through

  std::int64_t segment_of(std::int64_t position) const { return segment.quotient(position + shift); }
  std::int64_t begin_of(std::int64_t number) const { return number * segment - shift; }  // may lie before 0
  bool takes_part(std::int64_t position) const { return dilation.rest(segment.rest(position + shift)) == offset; }

  // The first position from `position` on that takes part in the segment, whether or not it lies in it still.
  std::int64_t row_from(std::int64_t number, std::int64_t position) const {
    const std::int64_t row = begin_of(number) + offset;
    return position <= row ? row : row + dilation.round_up(position - row);
  }
};

// Cells of one grid: segment, segment + step, ... (count of them), each entered at the same place inside it.
struct Run {
  int grid = 0;
  std::int64_t segment = 0, step = 1, count = 1;
  std::int64_t entry = 0;  // the position in the first of them
};

class Cells {
 public:
  // Throws core::Error on a pattern that `check` refuses, and on lengths outside [1, 2^40].
  Cells(const Pattern& pattern, int heads, std::int64_t length);

  // The same cells seen from the other end: position p is length - 1 - p, so what was earlier is later.
  Cells mirrored() const;
  std::int64_t mirrored_segment(const Grid& grid, std::int64_t number) const {
    return mirror_sums_[std::size_t(index(grid))] - number;
  }

  const std::vector<Grid>& grids() const { return grids_; }
  int index(const Grid& grid) const { return int(&grid - grids_.data()); }
  std::int64_t length() const { return length_; }
  std::int64_t count() const { return count_; }
  bool causal() const { return causal_; }

  // The positions that are reached through a cell entered at `entry`: from here on.
  std::int64_t first_reached(const Grid& grid, std::int64_t number, std::int64_t entry) const {
    return causal_ ? entry : grid.row_from(number, std::max<std::int64_t>(grid.begin_of(number), 0));
  }
  // Where the cell ends, or the sequence.
  std::int64_t end_of(const Grid& grid, std::int64_t number) const {
    return std::min(grid.begin_of(number) + grid.segment, length_);
  }

  // Calls visit(run) for the cells that share a position before `end` with those of a run, each entered at its first
  // such position. Left out are cells that lie in one of the run altogether: through them nothing is reached that is
  // not reached through that one, so that no shortest path enters them from there.
  template <class Visit>
  void touch(const Run& run, std::int64_t end, Visit&& visit) const;

 private:
  // Of two levels with dilations a and b: steps of a that lead from one multiple of their greatest common divisor to
  // the next, modulo b.
  struct Link {
    Divisor divisor = 1, modulus = 1;
    std::int64_t inverse = 0;
  };

  Cells() = default;
  void number_cells();
  void link_levels(const Pattern& pattern);
  const Link& link(const Grid& a, const Grid& b) const {
    return links_[std::size_t(a.level) * levels_ + std::size_t(b.level)];
  }
  // The first position from `first` on, in steps of a's dilation, that takes part in b's segment or would, did that
  // not end; nothing where there is none up to the end of the sequence.
  std::optional<std::int64_t> common(const Grid& a, std::int64_t first, const Grid& b, std::int64_t number) const;

  template <class Visit>
  void touch_from_one(const Grid& from, std::int64_t number, std::int64_t entry, std::int64_t end,
                      Visit& visit) const;
  template <class Visit>
  void touch_grid(const Grid& from, std::int64_t number, std::int64_t first, std::int64_t end, const Grid& to,
                  Visit&& visit) const;
  template <class Visit>
  void touch_larger(const Run& run, std::int64_t first, const Grid& to, Visit& visit) const;

  std::vector<Grid> grids_;
  std::vector<Link> links_;
  std::vector<std::int64_t> mirror_sums_;
  std::size_t levels_ = 0;
  std::int64_t length_ = 0, count_ = 0;
  bool causal_ = true;
};

// From one cell to those of one grid. `first` takes part.
template <class Visit>
void Cells::touch_grid(const Grid& from, std::int64_t number, std::int64_t first, std::int64_t end, const Grid& to,
                       Visit&& visit) const {
  const std::int64_t begin = from.begin_of(number), behind = begin + from.segment;
  const Divisor r = from.dilation;
  const std::int64_t rows = r.quotient(end - 1 - first) + 1, last = first + (rows - 1) * r;
  const std::int64_t s0 = to.segment_of(first), s1 = to.segment_of(last);
  const auto visit_segment = [&](std::int64_t s) {
    const auto x = common(from, first, to, s);
    if (x && *x < std::min(end, to.begin_of(s) + to.segment)) visit(Run{index(to), s, 1, 1, *x});
  };
  if (r.divides(to.dilation)) {  // what takes part there takes part here; only what sticks out is new
    if (!causal_ && s0 != s1 && to.begin_of(s0) < begin) visit_segment(s0);
    if (to.begin_of(s1) + to.segment > behind || (!causal_ && to.begin_of(s1) < begin)) visit_segment(s1);
  } else if (to.segment.divides(r)) {  // every row at the same place of its segment
    if (to.takes_part(first)) visit(Run{index(to), s0, to.segment.quotient(r), rows, first});
  } else if (s1 - s0 >= rows) {
    for (std::int64_t x = first; x < end; x += r)
      if (to.takes_part(x)) visit(Run{index(to), to.segment_of(x), 1, 1, x});
  } else if (r.divides(to.segment) && s1 > s0) {  // all segments but the first are alike
    visit_segment(s0);
    const auto x = common(from, first, to, s0 + 1);
    if (x && *x < std::min(end, to.begin_of(s0 + 2)))
      visit(Run{index(to), s0 + 1, 1, to.segment.quotient(end - 1 - *x) + 1, *x});
  } else {
    for (std::int64_t s = s0; s <= s1; ++s) visit_segment(s);
  }
}

template <class Visit>
void Cells::touch_from_one(const Grid& from, std::int64_t number, std::int64_t entry, std::int64_t end,
                           Visit& visit) const {
  const std::int64_t first = first_reached(from, number, entry);
  end = std::min(end, end_of(from, number));
  if (first >= end) return;
  for (const Grid& to : grids_)
    if (&to != &from) touch_grid(from, number, first, end, to, visit);
}

// From whole cells, a step apart that divides the grid's segments: into each the first of them leads that shares a
// position with it, and segments further on are entered like the second one.
template <class Visit>
void Cells::touch_larger(const Run& run, std::int64_t first, const Grid& to, Visit& visit) const {
  const Grid& from = grids_[std::size_t(run.grid)];
  const std::int64_t begin = from.begin_of(run.segment), apart = run.step * from.segment;
  const std::int64_t different = to.dilation / std::gcd(std::int64_t(to.dilation), apart);  // cells, then all recurs
  const std::int64_t s0 = to.segment_of(first),
                     s1 = to.segment_of(begin + (run.count - 1) * apart + from.segment - 1);
  for (std::int64_t s = s0; s <= std::min(s0 + 1, s1); ++s) {
    const std::int64_t start = to.begin_of(s), behind = start + to.segment, late = start - begin - from.segment;
    const std::int64_t i0 = late < 0 ? 0 : late / apart + 1;
    const std::int64_t i1 = std::min({run.count, (behind - begin + apart - 1) / apart, i0 + different + 1});
    for (std::int64_t i = i0; i < i1; ++i) {
      const auto x = common(from, first + i * apart, to, s);
      if (!x || *x >= std::min(behind, begin + i * apart + from.segment)) continue;
      const std::int64_t cells_a_segment = to.segment / apart;
      visit(Run{index(to), s, 1, s == s0 ? 1 : (run.count - 1 - i) / cells_a_segment + 1, *x});
      break;
    }
  }
}

template <class Visit>
void Cells::touch(const Run& given, std::int64_t end, Visit&& visit) const {
  const Grid& from = grids_[std::size_t(given.grid)];
  const std::int64_t apart = given.step * from.segment;
  // Cells that are cut off at an end are unlike the others.
  Run run = given;
  end = std::min(end, length_);
  if (run.count > 1 && !causal_ && from.begin_of(run.segment) < 0) {
    touch_from_one(from, run.segment, run.entry, end, visit);
    run = {run.grid, run.segment + run.step, run.step, run.count - 1, run.entry + apart};
  }
  const std::int64_t last = run.segment + (run.count - 1) * run.step;
  if (run.count > 1 && from.begin_of(last) + from.segment > end) {
    touch_from_one(from, last, run.entry + (run.count - 1) * apart, end, visit);
    --run.count;
  }
  if (run.count == 1) return touch_from_one(from, run.segment, run.entry, end, visit);
  const std::int64_t first = first_reached(from, run.segment, run.entry), n = run.count;
  const std::int64_t behind = from.begin_of(run.segment) + from.segment;
  for (const Grid& to : grids_) {
    if (&to == &from) continue;
    if (to.segment.divides(apart)) {
      const std::int64_t step = to.segment.quotient(apart);
      touch_grid(from, run.segment, first, behind, to, [&](const Run& one) {  // and so from all the others
        if (one.count == 1) return visit(Run{one.grid, one.segment, step, n, one.entry});
        if (one.step * one.count == step)
          return visit(Run{one.grid, one.segment, one.step, one.count * n, one.entry});
        for (std::int64_t j = 0; j < std::min(one.count, n); ++j)
          if (one.count <= n)
            visit(Run{one.grid, one.segment + j * one.step, step, n, one.entry + j * one.step * to.segment});
          else
            visit(Run{one.grid, one.segment + j * step, one.step, one.count, one.entry + j * apart});
      });
    } else if (to.segment % apart == 0) {
      touch_larger(run, first, to, visit);
    } else {
      for (std::int64_t i = 0; i < n; ++i)
        touch_grid(from, run.segment + i * run.step, first + i * apart, behind + i * apart, to, visit);
    }
  }
}

}  // namespace corpuscope::pattern
