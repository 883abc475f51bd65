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

// Pairs between borders that may lie within positions. `count(q, k)` counts those of the queries from floor(q0) to q and
// the keys from floor(k0) to k. Inside of a position the count grows evenly with either border, so that between whole
// positions it is interpolated, exactly.
double pairs_between(double q0, double q1, double k0, double k1, const auto& count) {
  const auto upto = [&](double q, double k) {
    const double query = std::floor(q), key = std::floor(k), down = q - query, across = k - key;
    const auto i = std::int64_t(query), j = std::int64_t(key);
    double sum = (1 - down) * (1 - across) * count(i, j);
    if (down > 0) sum += down * (1 - across) * count(i + 1, j);
    if (across > 0) sum += (1 - down) * across * count(i, j + 1);
    if (down > 0 && across > 0) sum += down * across * count(i + 1, j + 1);
    return sum;
  };
  double sum = upto(q1, k1);
  if (k0 > std::floor(k0)) sum -= upto(q1, k0);
  if (q0 > std::floor(q0)) sum -= upto(q0, k1);
  if (q0 > std::floor(q0) && k0 > std::floor(k0)) sum += upto(q0, k0);
  return sum;
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

  // Wider pixels that hold whole segments are cut at whole positions: a share is then off by less than 4 / step of it.
  static constexpr double exact_below = 1024;

  double pairs_of_pixel(double q0, double q1, double k0, double k1) const {
    const auto query = std::int64_t(q0), key = std::int64_t(k0);
    return pairs_between(q0, q1, k0, k1, [&](std::int64_t q, std::int64_t k) {
      return double(pairs_in(grid_, causal_, length_, {query, q - query, key, k - key}));
    });
  }

  // Segments far smaller than a pixel lie on the diagonal.
  void paint_diagonal() {
    const double reach = double(grid_.segment);
    for (int y = 0; y < raster_.height; ++y) {
      const double q0 = queries_.edge(y), q1 = queries_.edge(y + 1);
      if (q1 <= q0) continue;
      const int from = keys_.pixel_at(q0 - reach), to = keys_.pixel_behind(q1 + reach);
      for (int x = from; x < to; ++x) {
        const double k0 = keys_.edge(x), k1 = keys_.edge(x + 1);
        const double pairs = raster_.step < exact_below ? pairs_of_pixel(q0, q1, k0, k1)
                                                        : pairs_of_pixel(std::floor(q0), std::floor(q1), std::floor(k0), std::floor(k1));
        out_.shares[std::size_t(y) * std::size_t(raster_.width) + std::size_t(x)] += float(pairs * scale_);
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
        if (k1 > k0) out[x] += float(scale_ * below_diagonal(q0, q1, k0, k1));
      }
      if (cut > x0) touch(y, x0, cut);
    }
  }

  // Pairs of a pixel that the diagonal cuts, all within one segment.
  double below_diagonal(double q0, double q1, double k0, double k1) const {
    const std::int64_t first_row = grid_.rows_before(std::int64_t(q0)), first_key = grid_.rows_before(std::int64_t(k0));
    return pairs_between(q0, q1, k0, k1, [&](std::int64_t query, std::int64_t key) {
      return double(pairs_of_rows(first_row, grid_.rows_before(query), first_key, grid_.rows_before(key), causal_));
    });
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
