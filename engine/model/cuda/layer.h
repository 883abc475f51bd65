#pragma once
// One layer of the decoder on a GPU: the twin of model/layer.h. `Element` is what products and the attention take:
// float, or Bf16 with float32 sums. The residual stream, statistics and the gradients of weights are always float32.

#include <functional>

#include "compute/cuda/arena.h"
#include "compute/cuda/products.h"
#include "model/cuda/rotary.h"
#include "model/cuda/weights.h"

namespace corpuscope::model::cuda {

using compute::Bf16;

// What a layer computed, as far as its backward needs it.
template <typename Element>
struct Activations {
  float *input, *input_statistics, *attended, *lse, *attended_statistics, *middle, *middle_statistics,
      *hidden_statistics;
  Element *normed, *q, *k, *v, *o_input, *ffn_input, *gate, *up, *hidden, *down_input;
};
template <typename Element>
Activations<Element> place_activations(compute::cuda::Arena& arena, const Config& config, std::int64_t rows);

// What a layer's backward uses on the way.
template <typename Element>
struct BackwardScratch {
  Element *dx, *dhidden, *dgate, *dattended, *dq, *dk, *dv;
  float *dinput, *dq_exact, *dk_exact, *dv_exact, *delta, *partial;
};
template <typename Element>
BackwardScratch<Element> place_scratch(compute::cuda::Arena& arena, const Config& config, std::int64_t rows);

// Weights as float32 and as Element; the same pointers where Element is float.
template <typename Element>
struct LayerWeights {
  LayerParts<const float> exact;
  LayerParts<const Element> narrow;
};

template <typename Element>
class Layer {
 public:
  using Attend = std::function<void(const Element* q, const Element* k, const Element* v, float* out, float* lse)>;
  using AttendBackward = std::function<void(const Activations<Element>& forward, const Element* dout, float* delta,
                                            float* dq, float* dk, float* dv)>;

  Layer(const Config& config, LayerWeights<Element> weights) : config_(config), weights_(weights) {}

  // From a.input [rows, hidden_size] to `output`, which may be a.input where no backward follows.
  void forward(compute::cuda::Products& products, std::int64_t rows, const Rotary& rotary, const Attend& attend,
               const Activations<Element>& a, float* output) const;

  // `dx` holds the gradient of the output and receives that of the input; the weights' gradients are added to.
  void backward(compute::cuda::Products& products, std::int64_t rows, const Rotary& rotary,
                const AttendBackward& attend, const Activations<Element>& a, const BackwardScratch<Element>& scratch,
                const LayerParts<float>& gradients, float* dx) const;

 private:
  void feed_forward(compute::cuda::Products& products, std::int64_t rows, const Activations<Element>& a,
                    float* output) const;
  void feed_forward_backward(compute::cuda::Products& products, std::int64_t rows, const Activations<Element>& a,
                             const BackwardScratch<Element>& scratch, const LayerParts<float>& gradients,
                             float* dx) const;

  std::int64_t width() const { return config_.hidden_size; }
  std::int64_t ffn() const { return config_.ffn_size; }
  std::int64_t q_width() const { return std::int64_t(config_.heads) * config_.head_dim; }
  std::int64_t kv_width() const { return std::int64_t(config_.kv_heads) * config_.head_dim; }

  const Config& config_;
  LayerWeights<Element> weights_;
};

}  // namespace corpuscope::model::cuda
