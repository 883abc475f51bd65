#include "pattern/density.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace corpuscope::pattern {

namespace {

__extension__ typedef __int128 Wide;

// The positions of one head that take part in one level, numbered from the start of its grid.
struct Grid {
  std::int64_t segment, dilation, offset, shift;
  std::int64_t rows_a_segment;

  Grid(const Pattern& pattern, int level, int head, int heads)
      : segment(pattern.levels[std::size_t(level)].segment),
        dilation(pattern.levels[std::size_t(level)].dilation),
        offset(pattern::offset(pattern, level, head, heads)),
        shift(pattern::shift(pattern, level, head)),
        rows_a_segment((segment - 1 - offset) / dilation + 1) {}

  std::int64_t segment_of(std::int64_t position) const { return (position + shift) / segment; }
  double start_of(std::int64_t index) const { return double(index) * double(segment) - double(shift); }

  // How many of them come before a position.
  std::int64_t rows_before(std::int64_t position) const {
    const std::int64_t x = position + shift, inside = x % segment;
    return x / segment * rows_a_segment + (inside > offset ? (inside - 1 - offset) / dilation + 1 : 0);
  }

  // The same between positions: a position that takes part counts by the share that lies before.
  double rows_before(double position) const {
    const double whole = std::floor(position);
    const std::int64_t i = std::int64_t(whole), x = i + shift;
    const bool part = x % segment % dilation == offset;
    return double(rows_before(i)) + (part ? position - whole : 0.0);
  }
};

// Pairs of the queries' rows [a, b) and the keys' rows [c, d) of one segment.
Wide pairs_of_rows(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d, bool causal) {
  if (b <= a || d <= c) return 0;
  if (!causal) return Wide(b - a) * (d - c);
  const auto triangle = [](Wide n) { return n > 0 ? n * (n + 1) / 2 : Wide(0); };
  return triangle(b - c) - triangle(a - c) - triangle(b - d) + triangle(a - d);
}

PairCount pairs_in(const Grid& grid, bool causal, std::int64_t length, const Rectangle& r) {
  const std::int64_t q0 = std::clamp<std::int64_t>(r.query, 0, length), k0 = std::clamp<std::int64_t>(r.key, 0, length);
  const std::int64_t q1 = std::min(r.query + r.queries, length), k1 = std::min(r.key + r.keys, length);
  if (q1 <= q0 || k1 <= k0) return 0;
  const std::int64_t first = std::max(grid.segment_of(q0), grid.segment_of(k0));
  const std::int64_t last = std::min(grid.segment_of(q1 - 1), grid.segment_of(k1 - 1));
  if (last < first) return 0;
  const auto pairs_at = [&](std::int64_t index) {
    const std::int64_t begin = index * grid.rows_a_segment, end = begin + grid.rows_a_segment;
    const auto row = [&](std::int64_t position) { return std::clamp(grid.rows_before(position), begin, end); };
    return pairs_of_rows(row(q0), row(q1), row(k0), row(k1), causal);
  };
  Wide sum = pairs_at(first);
  if (last > first) sum += pairs_at(last);
  // Those between lie wholly inside both ranges.
  if (last > first + 1)
    sum += pairs_of_rows(0, grid.rows_a_segment, 0, grid.rows_a_segment, causal) * (last - first - 1);
  return PairCount(sum);
}

// The rows of a grid that fall to each pixel of one axis.
struct Axis {
  const Grid& grid;
  double begin, step;
  int pixels;
  double length;
  std::vector<double> rows;  // before each pixel's edge; pixels + 1 of them

  Axis(const Grid& g, double from, double pixel_step, int count, std::int64_t n)
      : grid(g), begin(from), step(pixel_step), pixels(count), length(double(n)), rows(std::size_t(count) + 1) {
    for (int i = 0; i <= count; ++i) rows[std::size_t(i)] = grid.rows_before(edge(i));
  }
  double edge(int pixel) const { return std::clamp(begin + pixel * step, 0.0, length); }
  double from() const { return edge(0); }
  double to() const { return edge(pixels); }
  int pixel_at(double position) const {
    return int(std::clamp(std::floor((position - begin) / step), 0.0, double(pixels)));
  }
  int pixel_behind(double position) const {
    return int(std::clamp(std::ceil((position - begin) / step), 0.0, double(pixels)));
  }
};

// Adds one grid's pairs, weighted, to a picture.
class Painter {
 public:
  Painter(const Grid& grid, bool causal, std::int64_t length, const Raster& raster, float weight, Coverage& out)
      : grid_(grid), causal_(causal), length_(length), raster_(raster), out_(out),
        scale_(weight / (raster.step * raster.step)),
        queries_(grid, raster.query, raster.step, raster.height, length),
        keys_(grid, raster.key, raster.step, raster.width, length), row_(std::size_t(raster.width)) {}

  void paint() {
    const double low = std::max(queries_.from(), keys_.from()), high = std::min(queries_.to(), keys_.to());
    if (queries_.to() <= queries_.from() || keys_.to() <= keys_.from()) return;
    if (double(grid_.segment) < raster_.step / 4) return paint_diagonal();
    // Segments that touch both ranges: those of the overlap, or else only one that spans the gap between them.
    const auto segment_at = [&](double x) {
      return grid_.segment_of(std::clamp<std::int64_t>(std::int64_t(x), 0, length_ - 1));
    };
    const std::int64_t begin = segment_at(low), end = high > low ? segment_at(std::ceil(high) - 1) : begin;
    for (std::int64_t s = begin; s <= end; ++s) paint_segment(s);
  }

 private:
  void touch(int y, int from, int to) {
    auto& span = out_.spans[std::size_t(y)];
    span = span.second <= span.first ? std::pair(from, to)
                                     : std::pair(std::min(span.first, from), std::max(span.second, to));
  }

  // Segments far smaller than a pixel lie on the diagonal.
  void paint_diagonal() {
    const double reach = double(grid_.segment);
    for (int y = 0; y < raster_.height; ++y) {
      const double q0 = queries_.edge(y), q1 = queries_.edge(y + 1);
      if (q1 <= q0) continue;
      const int from = keys_.pixel_at(q0 - reach), to = keys_.pixel_behind(q1 + reach);
      for (int x = from; x < to; ++x) {
        const auto query = std::int64_t(q0), key = std::int64_t(keys_.edge(x));
        const Rectangle pixel{query, std::int64_t(q1) - query, key, std::int64_t(keys_.edge(x + 1)) - key};
        const auto pairs = pairs_in(grid_, causal_, length_, pixel);
        out_.shares[std::size_t(y) * std::size_t(raster_.width) + std::size_t(x)] += float(double(pairs) * scale_);
      }
      if (from < to) touch(y, from, to);
    }
  }

  void paint_segment(std::int64_t index) {
    const double start = std::max(grid_.start_of(index), 0.0);
    const double end = std::min(grid_.start_of(index + 1), double(length_));
    const int x0 = keys_.pixel_at(start), x1 = keys_.pixel_behind(end);
    const int y0 = queries_.pixel_at(start), y1 = queries_.pixel_behind(end);
    if (x1 <= x0 || y1 <= y0) return;
    const double first_row = grid_.rows_before(start), last_row = grid_.rows_before(end);
    const auto inside = [&](double rows) { return std::clamp(rows, first_row, last_row); };
    for (int x = x0; x < x1; ++x)
      row_[std::size_t(x)] = float(inside(keys_.rows[std::size_t(x) + 1]) - inside(keys_.rows[std::size_t(x)]));
    for (int y = y0; y < y1; ++y) {
      const double queries = inside(queries_.rows[std::size_t(y) + 1]) - inside(queries_.rows[std::size_t(y)]);
      if (queries <= 0) continue;
      const double q0 = std::max(queries_.edge(y), start), q1 = std::min(queries_.edge(y + 1), end);
      // Left of `whole` every key comes before every query of this row of pixels.
      const int whole = causal_ ? std::clamp(int(std::floor((std::floor(q0) - keys_.begin) / keys_.step)), x0, x1) : x1;
      const int cut = causal_ ? std::clamp(keys_.pixel_behind(std::ceil(q1)), whole, x1) : x1;
      float* out = out_.shares.data() + std::size_t(y) * std::size_t(raster_.width);
      const float factor = float(queries * scale_);
      for (int x = x0; x < whole; ++x) out[x] += factor * row_[std::size_t(x)];
      for (int x = whole; x < cut; ++x) {
        const double k0 = std::max(keys_.edge(x), start), k1 = std::min(keys_.edge(x + 1), end);
        if (k1 > k0) out[x] += float(scale_ * below_diagonal(q0, q1, k0, k1, queries, double(row_[std::size_t(x)])));
      }
      if (cut > x0) touch(y, x0, cut);
    }
  }

  // Pairs of a pixel that the diagonal cuts, all within one segment.
  double below_diagonal(double q0, double q1, double k0, double k1, double queries, double keys) const {
    constexpr double few = 64;
    if (queries > few) {
      const auto half_square = [](double x) { return x > 0 ? x * x / 2 : 0.0; };
      // The staircase of single positions runs half a position right of the diagonal.
      const double area = half_square(q1 + 0.5 - k0) - half_square(q0 + 0.5 - k0) - half_square(q1 + 0.5 - k1) +
                          half_square(q0 + 0.5 - k1);
      return queries * keys * area / ((q1 - q0) * (k1 - k0));
    }
    const double before = grid_.rows_before(k0);
    double sum = 0;
    for (std::int64_t i = next_row(std::int64_t(std::floor(q0))); double(i) < q1; i = next_row(i + 1)) {
      const double share = std::min(q1, double(i) + 1) - std::max(q0, double(i));
      const double reach = std::min(k1, double(i) + 1);
      if (reach > k0) sum += share * (grid_.rows_before(reach) - before);
    }
    return sum;
  }

  // The first position from `position` on that takes part.
  std::int64_t next_row(std::int64_t position) const {
    const std::int64_t x = position + grid_.shift, inside = x % grid_.segment;
    const std::int64_t late = inside <= grid_.offset ? grid_.offset - inside
                                                     : (grid_.dilation - (inside - grid_.offset) % grid_.dilation) %
                                                           grid_.dilation;
    if (inside + late < grid_.segment) return position + late;
    return position + (grid_.segment - inside) + grid_.offset;
  }

  const Grid& grid_;
  bool causal_;
  std::int64_t length_;
  const Raster& raster_;
  Coverage& out_;
  double scale_;
  Axis queries_, keys_;
  std::vector<float> row_;
};

}  // namespace

PairCount pairs_in(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                   const Rectangle& rectangle) {
  return pairs_in(Grid(pattern, level, head, heads), pattern.causal, length, rectangle);
}

Coverage coverage(const Pattern& pattern, int level, int head, int heads, std::int64_t length,
                  const Raster& raster) {
  Coverage out;
  if (raster.width <= 0 || raster.height <= 0 || !(raster.step > 0)) return out;
  out.shares.assign(std::size_t(raster.width) * std::size_t(raster.height), 0.0F);
  out.spans.assign(std::size_t(raster.height), {0, 0});
  if (length <= 0) return out;
  // Heads with the same grid paint the same.
  std::map<std::pair<std::int64_t, std::int64_t>, std::pair<int, int>> groups;
  for (int h = head < 0 ? 0 : head; h < (head < 0 ? heads : head + 1); ++h) {
    auto& group = groups[{offset(pattern, level, h, heads), shift(pattern, level, h)}];
    group = {h, group.second + 1};
  }
  for (const auto& [key, group] : groups) {
    const Grid grid(pattern, level, group.first, heads);
    const float weight = float(group.second) / float(head < 0 ? heads : 1);
    Painter(grid, pattern.causal, length, raster, weight, out).paint();
  }
  return out;
}

}  // namespace corpuscope::pattern
