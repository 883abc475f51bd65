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
    fine_ = table(fine_steps, 1, rotary.base);
    coarse_ = table(rows / fine_steps + 1, fine_steps, rotary.base);
  }

  bool active() const { return half_ > 0; }

  // Turns one row by its index (direction 1) or back (-1); does nothing where rotation is off.
  template <typename Number>
  void rotate(Number* row, std::int64_t index, int direction) const {
    const Turn* fine = &fine_[0] + (index % fine_steps) * half_;
    const Turn* coarse = &coarse_[0] + (index / fine_steps) * half_;
    for (int i = 0; i < half_; ++i) {
      const double c = fine[i].cosine * coarse[i].cosine - fine[i].sine * coarse[i].sine;
      const double s = direction * (fine[i].sine * coarse[i].cosine + fine[i].cosine * coarse[i].sine);
      Number& a = row[interleaved_ ? 2 * i : i];
      Number& b = row[interleaved_ ? 2 * i + 1 : i + half_];
      const Number turned = Number(a * c - b * s);
      b = Number(b * c + a * s);
      a = turned;
    }
  }

 private:
  struct Turn {
    double cosine, sine;
  };
  // An angle is the sum of a coarse and a fine one, so that two small tables in double serve any segment.
  static constexpr std::int64_t fine_steps = 256;

  std::vector<Turn> table(std::int64_t rows, std::int64_t step, double base) const {
    std::vector<Turn> turns(std::size_t(rows * half_));
    for (std::int64_t row = 0; row < rows; ++row)
      for (int i = 0; i < half_; ++i) {
        const double angle = double(row * step) * std::pow(base, -double(i) / half_);
        turns[std::size_t(row * half_ + i)] = {std::cos(angle), std::sin(angle)};
      }
    return turns;
  }

  bool interleaved_;
  int half_;
  std::vector<Turn> fine_ = {Turn{1, 0}}, coarse_ = {Turn{1, 0}};
};

}  // namespace corpuscope::attention
