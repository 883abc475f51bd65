#pragma once
// The axis of the path view: the whole sequence, with single tokens told apart around two ends however long it is.

#include <array>
#include <cstdint>

namespace corpuscope::ui {

// Position p goes to  linear(p) + asinh((p - a) / s) + asinh((p - b) / s), each with its share of the width: even far
// away, and logarithmic in the distance to each end.
class Fisheye {
 public:
  Fisheye() = default;
  Fisheye(std::int64_t length, std::int64_t a, std::int64_t b, double width);

  double pixel(double position) const;
  double position(double pixel) const;  // its inverse
  double step(double pixel) const { return position(pixel + 0.5) - position(pixel - 0.5); }  // positions a pixel
  double width() const { return width_; }

 private:
  double raw(double position) const;

  double length_ = 1, width_ = 1;
  std::array<double, 2> ends_{};
  double low_ = 0, high_ = 1;  // raw, at both borders
  std::array<double, 2> scales_{};
};

}  // namespace corpuscope::ui
