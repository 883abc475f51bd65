#include "ui/fisheye.h"

#include <algorithm>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double softness = 3;            // tokens around an end that are shown evenly
constexpr double share_of_the_ends = 0.6;  // of the width

}  // namespace

Fisheye::Fisheye(std::int64_t length, std::int64_t a, std::int64_t b, double width)
    : length_(double(std::max<std::int64_t>(length, 1))), width_(std::max(width, 1.0)), ends_{double(a), double(b)} {
  for (std::size_t i = 0; i < 2; ++i) {
    const double range = std::asinh((length_ - ends_[i]) / softness) + std::asinh(ends_[i] / softness);
    scales_[i] = range > 0 ? share_of_the_ends / 2 / range : 0;
  }
  low_ = raw(0);
  high_ = raw(length_);
}

double Fisheye::raw(double position) const {
  double sum = (1 - share_of_the_ends) * position / length_;
  for (std::size_t i = 0; i < 2; ++i) sum += scales_[i] * std::asinh((position - ends_[i]) / softness);
  return sum;
}

double Fisheye::pixel(double position) const { return (raw(position) - low_) / (high_ - low_) * width_; }

double Fisheye::position(double pixel) const {
  double low = 0, high = length_;
  for (int i = 0; i < 60 && high - low > 1e-6; ++i) {
    const double middle = (low + high) / 2;
    (this->pixel(middle) < pixel ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace corpuscope::ui
