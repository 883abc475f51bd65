#pragma once
// The axis of the path view: the whole sequence, with single tokens told apart around two ends however long it is.

#include <cstdint>

namespace corpuscope::ui {

// What lies between the ends a and b takes most of the width, what lies outside a margin on each side. The distance d
// to the nearest end counts as asinh(d / s), evenly close by and logarithmically further away, so that hops of any
// length are seen; in between a third is given to even distances.
class Fisheye {
 public:
  Fisheye() = default;
  Fisheye(std::int64_t length, std::int64_t a, std::int64_t b, double width);  // a and b in any order

  double pixel(double position) const;
  double position(double pixel) const;  // its inverse
  double step(double pixel) const { return position(pixel + 0.5) - position(pixel - 0.5); }  // positions a pixel
  double width() const { return width_; }

 private:
  double between(double position) const;

  double length_ = 1, width_ = 1;
  double begin_ = 0, end_ = 1;    // the ends
  double left_ = 0, right_ = 1;   // their pixels
};

}  // namespace corpuscope::ui
