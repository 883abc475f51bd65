#pragma once
// Rotary positions over the whole sequence (RoPE, Su et al., arXiv 2104.09864; xPos, Sun et al., arXiv 2212.10554):
// pair i of a row at position p turns by the angle p * base^(-i / (D/2)). xPos also multiplies pair i of a query by
// zeta_i^((p - origin) / scale_base) and divides that of a key by it; only differences of positions count, so the
// origin is free and keeps the numbers in range.

#include <cstdint>
#include <vector>

#include "model/config.h"

namespace corpuscope::model {

// The turns of consecutive positions, for queries and for keys.
class Rotary {
 public:
  explicit Rotary(const Config& config);

  bool active() const { return active_; }

  // Prepares positions first .. first + length - 1. The angles are computed in double: a float position of 10^9
  // would not even know its unit digit.
  void prepare(std::int64_t first, std::int64_t length, std::int64_t origin);

  // `rows` [count, heads, head_dim] are those of the prepared positions first, first + 1, ...
  void turn_queries(float* rows, int heads, std::int64_t first, std::int64_t count) const {
    turn(queries_, rows, heads, first, count, 1);
  }
  void turn_keys(float* rows, int heads, std::int64_t first, std::int64_t count) const {
    turn(scaled_ ? keys_ : queries_, rows, heads, first, count, 1);
  }

  // The transposed maps, for gradients; of all prepared positions.
  void turn_queries_back(float* rows, int heads) const { turn(queries_, rows, heads, 0, length_, -1); }
  void turn_keys_back(float* rows, int heads) const { turn(scaled_ ? keys_ : queries_, rows, heads, 0, length_, -1); }

  // Of each pair; those of xPos divided by the scale base.
  const std::vector<double>& frequencies() const { return frequencies_; }
  const std::vector<double>& log_zeta() const { return log_zeta_; }

  // What the numbers of a key row are to be multiplied with when the origin moves on by `distance`; xpos only.
  std::vector<float> key_factors(std::int64_t distance) const;

  // How many positions one origin in their middle may serve before the numbers leave the range of float32.
  std::int64_t reach() const;

 private:
  struct Table {
    std::vector<float> cosine, sine;  // [length, head_dim / 2], already scaled
  };

  struct Turn {
    double cosine, sine, scale;
  };

  Turn exact_turn(std::int64_t angle_position, std::int64_t scale_position, std::int64_t pair) const;
  void set(std::size_t at, const Turn& start, const Turn& step);
  void turn(const Table& table, float* rows, int heads, std::int64_t first, std::int64_t count, float direction) const;
  std::int64_t first_of(std::int64_t pair) const { return interleaved_ ? 2 * pair : pair; }

  bool active_, scaled_, interleaved_;
  std::int64_t half_ = 0, length_ = 0;
  std::vector<double> frequencies_, log_zeta_;  // of each pair; log zeta is divided by the scale base
  std::vector<Turn> steps_;                     // [position in a block of rows, pair]
  Table queries_, keys_;
};

}  // namespace corpuscope::model
