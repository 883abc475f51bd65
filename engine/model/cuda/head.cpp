#include "model/cuda/head.h"

#include <algorithm>
#include <type_traits>

#include "compute/cuda/cross_entropy.h"
#include "compute/cuda/embedding.h"
#include "compute/cuda/norm.h"
#include "model/layer.h"

namespace corpuscope::model::cuda {

namespace gpu = compute::cuda;
using gpu::Products;
using gpu::StreamHandle;

namespace {

// A block of logits takes about 128 MB: enough rows to fill the GPU.
std::int64_t rows_a_block(const Config& config) {
  return std::max<std::int64_t>(1, (std::int64_t(1) << 25) / config.vocab_size);
}

}  // namespace

template <typename Element>
HeadRoom<Element> place_head(gpu::Arena& arena, const Config& config, std::int64_t rows, bool backward) {
  const std::int64_t count = std::min(rows, rows_a_block(config)) * config.vocab_size;
  HeadRoom<Element> room;
  room.logits = arena.take<float>(count);
  if constexpr (std::is_same_v<Element, float>)
    room.dlogits = room.logits;  // each gradient takes its logit's place
  else
    room.dlogits = arena.take<Element>(backward ? count : 0);
  return room;
}
template HeadRoom<float> place_head(gpu::Arena&, const Config&, std::int64_t, bool);
template HeadRoom<Bf16> place_head(gpu::Arena&, const Config&, std::int64_t, bool);

template <typename Element>
Head<Element>::Head(const Config& config, const Layout& layout, const float* exact, const Element* narrow)
    : config_(config),
      layout_(layout),
      embedding_(layout.affine(exact, embedding_name)),
      norm_(layout.affine(exact, "model.norm")),
      output_(layout.affine(narrow, output_name()).weight) {}

template <typename Element>
void Head<Element>::embed(StreamHandle stream, std::int64_t rows, const std::int32_t* tokens, float* x) const {
  gpu::embed(stream, rows, config_.hidden_size, tokens, float(config_.embedding_scale), embedding_.weight, x);
}

template <typename Element>
void Head<Element>::norm(StreamHandle stream, std::int64_t rows, const float* x, Element* normed,
                         float* statistics) const {
  gpu::norm(stream, norm_kind(config_), rows, config_.hidden_size, x, norm_.weight, norm_.bias, normed, statistics);
}

template <typename Element>
void Head<Element>::logits(Products& products, std::int64_t rows, const Element* normed, float* logits) const {
  const float* none = nullptr;
  gpu::linear(products, rows, config_.hidden_size, config_.vocab_size, normed, output_, none, none, logits);
}

template <typename Element>
void Head<Element>::cross_entropy(Products& products, std::int64_t count, const std::int32_t* targets,
                                  const Element* normed, float* nats) const {
  for (std::int64_t first = 0; first < count; first += rows_a_block(config_)) {
    const std::int64_t rows = std::min(rows_a_block(config_), count - first);
    logits(products, rows, normed + first * config_.hidden_size, room_.logits);
    gpu::cross_entropy(products.stream(), rows, config_.vocab_size, room_.logits, targets + first, nats + first);
  }
}

template <typename Element>
void Head<Element>::cross_entropy_backward(Products& products, std::int64_t count, const std::int32_t* targets,
                                           const Element* normed, float scale, float* nats, float* dnormed,
                                           float* gradients) const {
  const std::int64_t width = config_.hidden_size, vocab = config_.vocab_size;
  float* doutput = layout_.affine(gradients, output_name()).weight;
  for (std::int64_t first = 0; first < count; first += rows_a_block(config_)) {
    const std::int64_t rows = std::min(rows_a_block(config_), count - first);
    const Element* input = normed + first * width;
    logits(products, rows, input, room_.logits);
    gpu::cross_entropy_backward(products.stream(), rows, vocab, room_.logits, targets + first, scale, nats + first,
                                room_.dlogits);
    gpu::linear_backward(products, rows, width, vocab, input, output_, static_cast<const Element*>(room_.dlogits),
                         dnormed + first * width, false, doutput);
  }
}

template <typename Element>
void Head<Element>::norm_backward(StreamHandle stream, std::int64_t rows, const float* x, const float* statistics,
                                  const float* dnormed, float* dx, float* gradients, float* partial) const {
  const Affine<float> gradient = layout_.affine(gradients, "model.norm");
  gpu::norm_backward(stream, norm_kind(config_), rows, config_.hidden_size, x, norm_.weight, statistics, dnormed, dx,
                     false, gradient.weight, gradient.bias, partial);
}

template class Head<float>;
template class Head<Bf16>;

}  // namespace corpuscope::model::cuda
