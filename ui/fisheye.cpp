#include "ui/fisheye.h"

#include <algorithm>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double softness = 3;         // tokens around an end that are shown evenly
constexpr double margin = 0.17;        // of the width, for what lies outside of an end
constexpr double even_share = 1.0 / 3;  // of what lies between

double seen(double distance) { return std::asinh(distance / softness); }

}  // namespace

Fisheye::Fisheye(std::int64_t length, std::int64_t a, std::int64_t b, double width)
    : length_(double(std::max<std::int64_t>(length, 1))), width_(std::max(width, 1.0)) {
  begin_ = std::clamp(double(std::min(a, b)), 0.0, length_);
  end_ = std::clamp(double(std::max(a, b)) + 1, begin_, length_);
  left_ = begin_ > 0 ? margin * width_ : 0;
  right_ = end_ < length_ ? (1 - margin) * width_ : width_;
}

// 0 at the first end, 1 at the second.
double Fisheye::between(double position) const {
  const double range = end_ - begin_, from = position - begin_, to = end_ - position;
  const double even = from / range, bent = 0.5 + (seen(from) - seen(to)) / (2 * seen(range));
  return even_share * even + (1 - even_share) * bent;
}

double Fisheye::pixel(double position) const {
  if (position < begin_) return left_ * (1 - seen(begin_ - position) / seen(begin_));
  if (position > end_) return right_ + (width_ - right_) * seen(position - end_) / seen(length_ - end_);
  return end_ > begin_ ? left_ + (right_ - left_) * between(position) : left_;
}

double Fisheye::position(double pixel) const {
  double low = 0, high = length_;
  for (int i = 0; i < 80 && high - low > 1e-7; ++i) {
    const double middle = (low + high) / 2;
    (this->pixel(middle) < pixel ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace corpuscope::ui
