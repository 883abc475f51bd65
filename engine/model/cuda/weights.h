#pragma once
// A decoder's weights on a GPU: one long array, so that an optimiser, a norm and a copy are one sweep each.

#include <map>
#include <string>
#include <vector>

#include "compute/cuda/runtime.h"
#include "model/layer_parts.h"
#include "model/weights.h"

namespace corpuscope::model::cuda {

// Where each weight lies, in the order of their names, each at a multiple of 64 numbers. Between them lie zeros.
class Layout {
 public:
  explicit Layout(const Config& config);

  struct Entry {
    std::vector<std::int64_t> shape;
    std::int64_t at = 0, count = 0;
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }
  std::int64_t size() const { return size_; }  // numbers

  // A weight and its bias in an array of such a layout; null where there is no such weight.
  template <typename Number>
  Affine<Number> affine(Number* base, const std::string& name) const {
    const auto part = [&](const char* end) -> Number* {
      const auto found = entries_.find(name + end);
      return found == entries_.end() || !base ? nullptr : base + found->second.at;
    };
    return {part(".weight"), part(".bias")};
  }

  template <typename Number>
  LayerParts<Number> layer(const Config& config, Number* base, int layer) const {
    return find_layer_parts<Number>(config, layer, [&](const std::string& name) { return affine(base, name); });
  }

 private:
  std::map<std::string, Entry> entries_;
  std::int64_t size_ = 0;
};

// Tensors of such a layout to the GPU, those in a shorter form expanded, and back; both wait for the end of it.
void upload(compute::cuda::Stream& stream, const Layout& layout, WeightSource weights, float* to);
Tensors download(compute::cuda::Stream& stream, const Layout& layout, const float* from);

}  // namespace corpuscope::model::cuda
