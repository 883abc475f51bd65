#pragma once
// A pattern as a graph of positions and cells, for searches over hops. A cell is one segment of one head's grid: the
// positions in it that take part. A hop goes from one position of a cell to another, in a causal pattern to a later one.
//
// All positions of a cell from the earliest reached one on are reached by one hop, so a search need only know that
// one position of each cell. From there `touch` gives the cells that the next hop may use.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "pattern/pattern.h"

namespace corpuscope::pattern {

// The longest sequence that searches take.
constexpr std::int64_t longest_sequence = std::int64_t(1) << 40;

// Heads with the same offset and shift at a level share a grid; `head` is the first of them.
struct Grid {
  int level = 0, head = 0;
  std::int64_t segment = 1, dilation = 1, offset = 0, shift = 0;
  std::int64_t segments = 0;    // that hold a position of the sequence
  std::int64_t first_cell = 0;  // cells of all grids are numbered through

  std::int64_t segment_of(std::int64_t position) const { return (position + shift) / segment; }
  std::int64_t begin_of(std::int64_t number) const { return number * segment - shift; }  // may lie before 0
  bool takes_part(std::int64_t position) const { return (position + shift) % segment % dilation == offset; }

  // The first position from `position` on that takes part in the segment, whether or not it lies in it still.
  std::int64_t row_from(std::int64_t number, std::int64_t position) const {
    const std::int64_t row = begin_of(number) + offset;
    return position <= row ? row : row + (position - row + dilation - 1) / dilation * dilation;
  }
};

class Cells {
 public:
  // Throws core::Error on a pattern that `check` refuses, and on lengths outside [1, 2^40].
  Cells(const Pattern& pattern, int heads, std::int64_t length);

  // The same cells seen from the other end: position p is length - 1 - p, so what was earlier is later.
  Cells mirrored() const;
  std::int64_t mirrored_segment(const Grid& grid, std::int64_t number) const {
    return mirror_sums_[std::size_t(&grid - grids_.data())] - number;
  }

  const std::vector<Grid>& grids() const { return grids_; }
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

  // Calls visit(grid, segment, position) for each cell that shares a position of the given cell in [first, end), with
  // the first such position. `first` takes part. Left out are cells that lie in this one altogether: through them
  // nothing is reached that is not reached through this one, so that no shortest path enters them from here.
  template <class Visit>
  void touch(const Grid& from, std::int64_t number, std::int64_t first, std::int64_t end, Visit&& visit) const;

 private:
  // Of two levels with dilations a and b: steps of a that lead from one multiple of their greatest common divisor to
  // the next, modulo b.
  struct Link {
    std::int64_t divisor = 1, modulus = 1, inverse = 0;
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

  std::vector<Grid> grids_;
  std::vector<Link> links_;
  std::vector<std::int64_t> mirror_sums_;
  std::size_t levels_ = 0;
  std::int64_t length_ = 0, count_ = 0;
  bool causal_ = true;
};

template <class Visit>
void Cells::touch(const Grid& from, std::int64_t number, std::int64_t first, std::int64_t end, Visit&& visit) const {
  const std::int64_t begin = from.begin_of(number), behind = begin + from.segment, r = from.dilation;
  end = std::min({end, behind, length_});
  if (first >= end) return;
  const std::int64_t rows = (end - 1 - first) / r + 1, last = first + (rows - 1) * r;
  const auto visit_segment = [&](const Grid& to, std::int64_t s) {
    const auto x = common(from, first, to, s);
    if (x && *x < std::min(end, to.begin_of(s) + to.segment)) visit(to, s, *x);
  };
  for (const Grid& to : grids_) {
    if (&to == &from) continue;
    const std::int64_t s0 = to.segment_of(first), s1 = to.segment_of(last);
    if (to.dilation % r == 0) {  // what takes part there takes part here; only what sticks out is new
      if (!causal_ && s0 != s1 && to.begin_of(s0) < begin) visit_segment(to, s0);
      if (to.begin_of(s1) + to.segment > behind || (!causal_ && to.begin_of(s1) < begin)) visit_segment(to, s1);
    } else if (to.segment <= r && r % to.segment == 0) {  // every row at the same place of its segment
      if (!to.takes_part(first)) continue;
      for (std::int64_t i = 0; i < rows; ++i) visit(to, s0 + i * (r / to.segment), first + i * r);
    } else if (s1 - s0 >= rows) {
      for (std::int64_t x = first; x < end; x += r)
        if (to.takes_part(x)) visit(to, to.segment_of(x), x);
    } else if (to.segment % r == 0 && s1 > s0) {  // all segments but the first are alike
      visit_segment(to, s0);
      const auto x = common(from, first, to, s0 + 1);
      if (!x || *x >= to.begin_of(s0 + 2)) continue;
      for (std::int64_t s = s0 + 1, y = *x; s <= s1 && y < end; ++s, y += to.segment) visit(to, s, y);
    } else {
      for (std::int64_t s = s0; s <= s1; ++s) visit_segment(to, s);
    }
  }
}

}  // namespace corpuscope::pattern
