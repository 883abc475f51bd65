#pragma once
// Both ends of the decoder on a GPU: the twin of model/head.h. Logits exist only for a block of rows at a time.

#include "compute/cuda/arena.h"
#include "compute/cuda/products.h"
#include "model/cuda/weights.h"

namespace corpuscope::model::cuda {

using compute::Bf16;

// Room for a block of logits and of their gradients.
template <typename Element>
struct HeadRoom {
  float* logits = nullptr;
  Element* dlogits = nullptr;
};
template <typename Element>
HeadRoom<Element> place_head(compute::cuda::Arena& arena, const Config& config, std::int64_t rows, bool backward);

template <typename Element>
class Head {
 public:
  Head(const Config& config, const Layout& layout, const float* exact, const Element* narrow);

  void use(const HeadRoom<Element>& room) { room_ = room; }

  // Tokens and targets lie on the GPU.
  void embed(compute::cuda::StreamHandle stream, std::int64_t rows, const std::int32_t* tokens, float* x) const;
  void norm(compute::cuda::StreamHandle stream, std::int64_t rows, const float* x, Element* normed,
            float* statistics) const;
  void logits(compute::cuda::Products& products, std::int64_t rows, const Element* normed, float* logits) const;

  // nats[i] = -log p(targets[i] | row i).
  void cross_entropy(compute::cuda::Products& products, std::int64_t rows, const std::int32_t* targets,
                     const Element* normed, float* nats) const;

  // The same, with the gradients of scale * sum(nats): dnormed is overwritten, those of the weights, which lie in
  // `gradients` as the layout says, are added to.
  void cross_entropy_backward(compute::cuda::Products& products, std::int64_t rows, const std::int32_t* targets,
                              const Element* normed, float scale, float* nats, float* dnormed,
                              float* gradients) const;
  void norm_backward(compute::cuda::StreamHandle stream, std::int64_t rows, const float* x, const float* statistics,
                     const float* dnormed, float* dx, float* gradients, float* partial) const;

  // Where the embedding's weights begin in an array of the layout.
  float* embedding(float* gradients) const { return layout_.affine(gradients, embedding_name).weight; }

 private:
  static constexpr auto embedding_name = "model.embed_tokens";
  const char* output_name() const { return config_.tied_embeddings ? embedding_name : "lm_head"; }

  const Config& config_;
  const Layout& layout_;
  Affine<const float> embedding_, norm_;
  const Element* output_;
  HeadRoom<Element> room_;
};

}  // namespace corpuscope::model::cuda
