#pragma once
// One layer of the decoder: attention and feed-forward around the residual stream, forward and exact backward.
// Training, whole sequences and the stream all run through this one forward; they differ in what attends and in
// whether each layer keeps its activations.

#include <cstdint>

#include "compute/buffer.h"
#include "compute/norm.h"
#include "compute/weight.h"
#include "core/function_ref.h"
#include "model/layer_parts.h"
#include "model/rotary.h"
#include "model/weights.h"

namespace corpuscope::model {

// A decoder's weights as they lie in memory: matrices in any form of compute::Weight, all else in float32.
using WeightAffine = Affine<const float, compute::Weight>;
using WeightParts = LayerParts<const float, compute::Weight>;

WeightParts layer_parts(const Config& config, WeightSource weights, int layer);
LayerParts<float> layer_parts(const Config& config, Tensors& tensors, int layer);

// A named weight and its bias; both null where there is no such weight.
WeightAffine affine(WeightSource weights, const std::string& name);
Affine<float> affine(Tensors& tensors, const std::string& name);

compute::NormKind norm_kind(const Config& config);

// What one layer computed for a block of rows, as far as its backward needs it.
struct Activations {
  compute::Buffer input, input_statistics, normed;
  compute::Buffer q, k, v, attended, lse, attended_statistics, attended_normed;
  compute::Buffer middle, middle_statistics, ffn_input;
  compute::Buffer gate, up, hidden, hidden_statistics, hidden_normed;
};

// Buffers that a layer's backward uses on the way.
struct BackwardScratch {
  compute::Buffer width, q, k, v, attended, hidden, gate;
};

using Attend = core::FunctionRef<void(const float* q, const float* k, const float* v, float* out, float* lse)>;
using AttendBackward =
    core::FunctionRef<void(const Activations& forward, const float* dout, float* dq, float* dk, float* dv)>;

class Layer {
 public:
  Layer(const Config& config, WeightSource weights, int layer)
      : config_(config), parts_(layer_parts(config, weights, layer)) {}

  // From a.input [rows, hidden_size] to `output`, which may be a.input where no backward follows.
  void forward(std::int64_t rows, const Rotary& rotary, Attend attend, Activations& a, float* output) const;

  // `dx` holds the gradient of the output and receives that of the input; the weights' gradients are added to.
  void backward(std::int64_t rows, const Rotary& rotary, AttendBackward attend, const Activations& a,
                BackwardScratch& scratch, const LayerParts<float>& gradients, float* dx) const;

 private:
  // Some rows of the activations; null: there are none, or they need not be kept.
  struct Rows {
    float *input_statistics = nullptr, *normed = nullptr, *attended_statistics = nullptr, *attended_normed = nullptr;
    float *middle = nullptr, *middle_statistics = nullptr, *ffn_input = nullptr;
    float *gate = nullptr, *up = nullptr, *hidden = nullptr, *hidden_statistics = nullptr, *hidden_normed = nullptr;
  };

  void project(std::int64_t first, std::int64_t count, const Rotary& rotary, const float* input, const Rows& r, float* q,
               float* k, float* v) const;
  void transform(std::int64_t count, const float* attended, const Rows& r, float* x) const;
  Rows room_to_keep(std::int64_t rows, Activations& a) const;
  Rows passing_room(std::int64_t rows) const;
  Rows from(Rows rows, std::int64_t first) const;
  void feed_forward_backward(std::int64_t rows, const Activations& a, BackwardScratch& scratch,
                             const LayerParts<float>& gradients, float* dx) const;

  std::int64_t width() const { return config_.hidden_size; }
  std::int64_t ffn() const { return config_.ffn_size; }
  std::int64_t q_width() const { return std::int64_t(config_.heads) * config_.head_dim; }
  std::int64_t kv_width() const { return std::int64_t(config_.kv_heads) * config_.head_dim; }

  const Config& config_;
  WeightParts parts_;
};

}  // namespace corpuscope::model
