#pragma once
// Rotary positions counted within a level's gathered segment (position scheme `per_level`): row `index` of a segment
// turns dimension pair i by index * base^(-i / (D/2)). No index beyond w / r ever occurs, whatever the length.

#include <cmath>
#include <cstdint>
#include <vector>

#include "attention/attention.h"

namespace corpuscope::attention {

class LevelRotation {
 public:
  LevelRotation(const LevelRotary& rotary, const pattern::Pattern& pattern, int head_dim)
      : interleaved_(rotary.interleaved), half_(rotary.base > 0 ? head_dim / 2 : 0) {
    if (half_ == 0) return;
    std::int64_t rows = 1;
    for (const pattern::Level& level : pattern.levels)
      rows = std::max(rows, (level.segment + level.dilation - 1) / level.dilation);
    fine_ = table(fine_steps, 1, rotary);
    coarse_ = table(rows / fine_steps + 1, fine_steps, rotary);
  }

  bool active() const { return half_ > 0; }

  // Turns one row by its index (direction 1) or back (-1); does nothing where rotation is off.
  template <typename Number>
  void rotate(Number* row, std::int64_t index, int direction) const {
    if (half_ == 0) return;
    // The two layouts apart, so that the compiler makes vectors of the first.
    if (interleaved_)
      turn_pairs<2>(row, row + 1, index, direction);
    else
      turn_pairs<1>(row, row + half_, index, direction);
  }

 private:
  // Of one row: all cosines, then all sines.
  using Table = std::vector<double>;
  // An angle is the sum of a coarse and a fine one, so that two small tables in double serve any segment.
  static constexpr std::int64_t fine_steps = 256;

  template <int step, typename Number>
  void turn_pairs(Number* a, Number* b, std::int64_t index, int direction) const {
    const int half = half_;
    const double* fine = fine_.data() + (index % fine_steps) * 2 * half;
    const double* coarse = coarse_.data() + (index / fine_steps) * 2 * half;
#pragma GCC ivdep
    for (int i = 0; i < half; ++i) {
      const double c = fine[i] * coarse[i] - fine[half + i] * coarse[half + i];
      const double s = direction * (fine[half + i] * coarse[i] + fine[i] * coarse[half + i]);
      const Number x = a[i * step], y = b[i * step];
      a[i * step] = Number(x * c - y * s);
      b[i * step] = Number(y * c + x * s);
    }
  }

  Table table(std::int64_t rows, std::int64_t step, const LevelRotary& rotary) const {
    Table turns;
    for (std::int64_t row = 0; row < rows; ++row)
      for (const bool sine : {false, true})
        for (int i = 0; i < half_; ++i) {
          const double angle = double(row * step) / rotary.factor * std::pow(rotary.base, -double(i) / half_);
          turns.push_back(sine ? std::sin(angle) : std::cos(angle));
        }
    return turns;
  }

  bool interleaved_;
  int half_;
  Table fine_, coarse_;
};

}  // namespace corpuscope::attention
