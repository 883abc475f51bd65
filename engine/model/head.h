#pragma once
// Both ends of the decoder: tokens to rows and rows to predictions. Logits exist only for some rows or some tokens at a time.

#include <cstdint>
#include <span>

#include "compute/buffer.h"
#include "compute/weight.h"
#include "model/weights.h"

namespace corpuscope::model {

// Throws core::Error naming the first token outside of the vocabulary.
void check_tokens(const Config& config, std::span<const std::int32_t> tokens);

class Head {
 public:
  Head(const Config& config, WeightSource weights);

  void check_tokens(std::span<const std::int32_t> tokens) const { model::check_tokens(config_, tokens); }

  void embed(std::span<const std::int32_t> tokens, float* x) const;

  // The final norm. Gives the rows that `logits` and the others below take.
  void norm(std::int64_t rows, const float* x, float* normed, float* statistics) const;

  void logits(std::int64_t rows, const float* normed, float* logits) const;

  // nats[i] = -log p(targets[i] | row i).
  void cross_entropy(std::span<const std::int32_t> targets, const float* normed, compute::Buffer& room,
                     float* nats) const;

  // The same, with the gradients of scale * sum(nats): dnormed is overwritten, the weights' gradients are added to.
  void cross_entropy_backward(std::span<const std::int32_t> targets, const float* normed, float scale,
                              compute::Buffer& block, float* nats, float* dnormed, Tensors& gradients) const;

  void norm_backward(std::int64_t rows, const float* x, const float* statistics, const float* dnormed, float* dx,
                     Tensors& gradients) const;
  void embed_backward(std::span<const std::int32_t> tokens, const float* dx, Tensors& gradients) const;

 private:
  const char* output_name() const;
  std::int64_t rows_a_block() const;

  const Config& config_;
  compute::Weight embedding_, output_;
  const float *norm_weight_, *norm_bias_;
};

}  // namespace corpuscope::model
