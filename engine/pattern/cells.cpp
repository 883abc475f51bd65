#include "pattern/cells.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "core/error.h"

namespace corpuscope::pattern {

namespace {

__extension__ typedef __int128 Wide;

// x with x * value = 1 modulo `modulus`, for coprime numbers.
std::int64_t inverse(std::int64_t value, std::int64_t modulus) {
  std::int64_t a = value % modulus, b = modulus, x = 1, y = 0;
  while (a > 1 && b != 0) {
    const std::int64_t quotient = a / b;
    a = std::exchange(b, a % b);
    x = std::exchange(y, x - quotient * y);
  }
  return modulus == 1 ? 0 : (x % modulus + modulus) % modulus;
}

bool same_rows(const Grid& a, const Grid& b) {
  return a.segment == b.segment && a.dilation == b.dilation && a.offset == b.offset && a.shift == b.shift;
}

}  // namespace

Cells::Cells(const Pattern& pattern, int heads, std::int64_t length) : length_(length), causal_(pattern.causal) {
  check(pattern, heads);
  if (length < 1 || length > longest_sequence)
    throw core::Error(fmt::format("a sequence of {} tokens cannot be searched for paths", length),
                      "It must have between 1 and 2^40 tokens.");
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < heads; ++head) {
      const auto [w, r] = pattern.levels[std::size_t(level)];
      const Grid grid{level, head, w, r, offset(pattern, level, head, heads), shift(pattern, level, head)};
      const bool known = std::any_of(grids_.begin(), grids_.end(), [&](const Grid& g) { return same_rows(g, grid); });
      if (!known) grids_.push_back(grid);
    }
  number_cells();
  link_levels(pattern);
}

Cells Cells::mirrored() const {
  Cells other(*this);
  for (Grid& grid : other.grids_) {
    const std::int64_t w = grid.segment, last_row = (w - 1 - grid.offset) / grid.dilation;
    grid.shift = (w - (length_ + grid.shift) % w) % w;
    grid.offset = w - 1 - (grid.offset + last_row * grid.dilation);
  }
  other.number_cells();
  return other;
}

void Cells::number_cells() {
  count_ = 0;
  mirror_sums_.clear();
  for (Grid& grid : grids_) {
    grid.segments = grid.segment_of(length_ - 1) + 1;
    grid.first_cell = count_;
    count_ += grid.segments;
    const std::int64_t w = grid.segment, mirrored_shift = (w - (length_ + grid.shift) % w) % w;
    mirror_sums_.push_back((length_ + grid.shift + mirrored_shift) / w - 1);
  }
}

void Cells::link_levels(const Pattern& pattern) {
  levels_ = pattern.levels.size();
  links_.resize(levels_ * levels_);
  for (std::size_t a = 0; a < levels_; ++a)
    for (std::size_t b = 0; b < levels_; ++b) {
      const std::int64_t ra = pattern.levels[a].dilation, rb = pattern.levels[b].dilation;
      const std::int64_t divisor = std::gcd(ra, rb);
      links_[a * levels_ + b] = {divisor, rb / divisor, inverse(ra / divisor, rb / divisor)};
    }
}

std::optional<std::int64_t> Cells::common(const Grid& a, std::int64_t first, const Grid& b,
                                          std::int64_t number) const {
  const Link& l = link(a, b);
  const std::int64_t row = b.begin_of(number) + b.offset;
  const std::int64_t x = first >= row ? first : first + a.dilation.round_up(row - first);
  const std::int64_t gap = x - row;  // steps of a must make it a multiple of b's dilation
  if (!l.divisor.divides(gap)) return {};
  if (l.modulus == 1) return x;
  const std::int64_t missing = l.modulus - l.modulus.rest(l.divisor.quotient(gap));
  const bool small = l.modulus < (std::int64_t(1) << 31);
  const std::int64_t steps =
      small ? l.modulus.rest(missing * l.inverse) : std::int64_t(Wide(missing) * l.inverse % std::int64_t(l.modulus));
  if (steps > a.dilation.quotient(std::max<std::int64_t>(length_ - x, 0))) return {};
  return x + steps * a.dilation;
}

}  // namespace corpuscope::pattern
