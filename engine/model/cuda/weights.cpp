#include "model/cuda/weights.h"

namespace corpuscope::model::cuda {
namespace {

constexpr std::int64_t alignment = 64;

}  // namespace

Layout::Layout(const Config& config) {
  for (const auto& [name, shape] : weight_shapes(config)) {
    Entry& entry = entries_[name];
    entry.shape = shape;
    entry.at = size_;
    entry.count = 1;
    for (const std::int64_t side : shape) entry.count *= side;
    size_ += (entry.count + alignment - 1) / alignment * alignment;
  }
}

void upload(compute::cuda::Stream& stream, const Layout& layout, WeightSource weights, float* to) {
  compute::cuda::clear(stream, to, layout.size());
  std::vector<float> expanded;
  for (const auto& [name, entry] : layout.entries()) {
    const compute::Weight weight = weights.find(name);
    const float* numbers = weight.f32;
    if (!numbers) {
      stream.synchronize();  // the one before it may still be on its way
      expanded.resize(std::size_t(entry.count));
      compute::expand(weight, entry.count / entry.shape[0], 0, entry.shape[0], expanded.data());
      numbers = expanded.data();
    }
    compute::cuda::copy(stream, to + entry.at, numbers, entry.count);
  }
  stream.synchronize();
}

Tensors download(compute::cuda::Stream& stream, const Layout& layout, const float* from) {
  Tensors tensors;
  for (const auto& [name, entry] : layout.entries()) {
    Tensor& tensor = tensors[name];
    tensor.shape = entry.shape;
    tensor.data.resize(std::size_t(entry.count));
    compute::cuda::copy(stream, tensor.data.data(), from + entry.at, entry.count);
  }
  stream.synchronize();
  return tensors;
}

}  // namespace corpuscope::model::cuda
