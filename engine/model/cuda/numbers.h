#pragma once
// What a GPU multiplies, and the arrays of weights that go with it.

#include <type_traits>

#include "compute/cuda/elements.h"
#include "compute/cuda/runtime.h"
#include "model/cuda/layer.h"
#include "model/cuda/weights.h"

namespace corpuscope::model::cuda {

enum class Numbers {
  bf16,     // factors of products in bf16, sums in float32
  float32,  // for checks: everything in float32, without tf32
};

// A decoder's weights in float32 and as the products take them.
template <typename Element>
class DeviceWeights {
 public:
  DeviceWeights(compute::cuda::Stream& stream, const Config& config, WeightSource weights)
      : layout_(config), exact_(layout_.size()) {
    upload(stream, layout_, weights, exact_.data());
    if constexpr (!std::is_same_v<Element, float>)
      compute::cuda::convert(stream, layout_.size(), exact_.data(), narrow_.reserve(layout_.size()));
  }

  static std::int64_t bytes(const Config& config) {
    return Layout(config).size() * std::int64_t(sizeof(float) + (std::is_same_v<Element, float> ? 0 : sizeof(Element)));
  }

  const Layout& layout() const { return layout_; }
  float* exact() const { return exact_.data(); }
  const Element* narrow() const {
    if constexpr (std::is_same_v<Element, float>)
      return exact_.data();
    else
      return narrow_.data();
  }
  // Where an optimiser writes the weights as the products take them; null where that is not needed.
  Element* copy() const { return std::is_same_v<Element, float> ? nullptr : narrow_.data(); }

  Layer<Element> layer(const Config& config, int i) const {
    return {config,
            {layout_.layer(config, static_cast<const float*>(exact()), i), layout_.layer(config, narrow(), i)}};
  }

 private:
  Layout layout_;
  compute::cuda::Array<float> exact_;
  compute::cuda::Array<Element> narrow_;
};

}  // namespace corpuscope::model::cuda
