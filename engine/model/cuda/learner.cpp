#include "model/cuda/learner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "compute/cuda/cross_entropy.h"
#include "compute/cuda/embedding.h"
#include "compute/cuda/optimizer.h"
#include "compute/cuda/sums.h"
#include "core/error.h"
#include "model/cuda/attention_plan.h"
#include "model/cuda/memory.h"
#include "model/cuda/sequence.h"
#include "model/head.h"

namespace corpuscope::model::cuda {

namespace gpu = compute::cuda;

namespace {

constexpr std::int64_t products_bytes = std::int64_t(32) << 20;  // cuBLAS's own working memory

// Sums of a step; on the GPU, so that clipping needs no answer from it.
struct StepSums {
  double loss, squares;
  gpu::StepScale scale;
};

template <typename Element>
class DeviceLearner : public Learner {
 public:
  DeviceLearner(const Config& config, const Tensors& weights, std::int64_t longest, GpuGroups groups)
      : config_(config),
        groups_(std::move(groups)),
        products_(stream_, true),
        weights_(stream_, config_, weights),
        plan_(stream_, config_),
        attention_(*groups_.window, plan_.get()),
        rotary_(stream_, config_),
        head_(config_, weights_.layout(), weights_.exact(), weights_.narrow()),
        longest_(longest) {
    for (gpu::Array<float>* x : {&gradients_, &first_, &second_})
      gpu::clear(stream_, x->reserve(weights_.layout().size()), weights_.layout().size());
    partial_.reserve(gpu::sum_room(weights_.layout().size()));
    gpu::clear(stream_, sums_.reserve(1), 1);
    gpu::Arena counted;
    place(counted, parallel::part_of(longest, 0, groups_.window->size()).count(), true);
    memory_.reserve(counted.bytes());
    lists_.reserve(4 * longest + 2);
  }

  ~DeviceLearner() override {
    if (std::uncaught_exceptions() > 0) {  // the others of the group are not waited for
      groups_.all.reset();
      groups_.window.reset();
    }
    try {
      stream_.synchronize();  // nothing may be freed that the GPU still uses
    } catch (const core::Error&) {
    }
  }

  std::vector<float> logits(std::span<const std::int32_t> tokens) override {
    const std::int64_t rows = begin(tokens, false);
    if (rows == 0) return {};
    run_layers(rows);
    gpu::Array<float> all(rows * config_.vocab_size);
    head_.logits(products_, rows, sequence_.normed, all.data());
    std::vector<float> result(std::size_t(rows * config_.vocab_size));
    gpu::copy(stream_, result.data(), static_cast<const float*>(all.data()), std::int64_t(result.size()));
    stream_.synchronize();
    return result;
  }

  void add(std::span<const std::int32_t> tokens) override {
    if (tokens.size() < 2) throw core::Error("A loss needs at least two tokens.", "Use a longer text.");
    const std::int64_t rows = begin(tokens, true), width = config_.hidden_size;
    const std::int64_t all = std::int64_t(tokens.size()) - 1, predicted = std::min(rows, all - part_.begin);
    run_layers(rows);
    // Nothing is predicted from the last row of all.
    gpu::clear(stream_, sequence_.dnormed + predicted * width, (rows - predicted) * width);
    head_.cross_entropy_backward(products_, predicted, sequence_.tokens + 1, sequence_.normed, 1.0f / float(all),
                                 sequence_.nats, sequence_.dnormed, gradients_.data());
    head_.norm_backward(stream_, rows, sequence_.output, sequence_.statistics, sequence_.dnormed, sequence_.dx,
                        gradients_.data(), sequence_.scratch.partial);
    run_layers_back(rows);
    gpu::add_sum(stream_, predicted, sequence_.nats, 1.0 / double(all), &sums_.data()->loss, sequence_.sums);
  }

  LearnerStep step(const StepSettings& settings) override {
    const std::int64_t size = weights_.layout().size();
    StepSums* sums = sums_.data();
    groups_.all->sum(stream_, gradients_.data(), size);
    groups_.all->sum(stream_, &sums->loss, 1);
    gpu::sum_of_squares(stream_, size, gradients_.data(), &sums->squares, partial_.data());
    gpu::prepare_step(stream_, &sums->loss, &sums->squares, double(settings.batch), settings.clip, &sums->scale);
    for (const auto& [name, entry] : weights_.layout().entries()) {
      const double decay = entry.shape.size() > 1 ? settings.weight_decay : 0;
      const compute::AdamW adamw{.learning_rate = settings.rate, .beta2 = settings.beta2, .weight_decay = decay};
      Element* copy = weights_.copy() ? weights_.copy() + entry.at : nullptr;
      gpu::adamw_step(stream_, adamw, settings.step, &sums->scale, entry.count, gradients_.data() + entry.at,
                      weights_.exact() + entry.at, first_.data() + entry.at, second_.data() + entry.at, copy);
    }
    gpu::copy(stream_, pinned_sums_.reserve(1), static_cast<const StepSums*>(sums), 1);
    gpu::clear(stream_, gradients_.data(), size);
    gpu::clear(stream_, sums, 1);
    taken_.record(stream_);
    groups_.all->wait(taken_);
    const StepSums& found = *pinned_sums_.data();
    return {found.loss / double(settings.batch), double(found.scale.norm)};
  }

  Tensors weights() override { return download(stream_, weights_.layout(), weights_.exact()); }
  Tensors gradients() override { return download(stream_, weights_.layout(), gradients_.data()); }
  Tensors first_moments() override { return download(stream_, weights_.layout(), first_.data()); }
  Tensors second_moments() override { return download(stream_, weights_.layout(), second_.data()); }
  void set_moments(const Tensors& first, const Tensors& second) override {
    upload(stream_, weights_.layout(), first, first_.data());
    upload(stream_, weights_.layout(), second, second_.data());
  }

 private:
  void place(gpu::Arena& arena, std::int64_t length, bool gradients) {
    sequence_ = place_sequence<Element>(arena, config_, plan_.get(), length, groups_.window->size(), gradients);
  }

  // Room for this rank's part of the sequence, and its tokens on the GPU, with the one behind them.
  std::int64_t begin(std::span<const std::int32_t> tokens, bool gradients) {
    const std::int64_t all = std::int64_t(tokens.size());
    const int ranks = groups_.window->size();
    if (all > longest_)
      throw core::Error(fmt::format("A sequence of {} tokens is longer than the {} that the GPU has room for.", all,
                                    longest_),
                        "Use shorter sequences.");
    if (parallel::part_of(all, ranks - 1, ranks).count() == 0)
      throw core::Error(fmt::format("A sequence of {} tokens cannot be split over {} GPUs.", all, ranks),
                        "Use longer sequences or fewer GPUs for each.");
    if (all > rotary_.host().reach())
      throw core::Error(fmt::format("Xpos numbers of {} positions at once leave the range of float32.", all),
                        fmt::format("Use at most {} tokens at once.", rotary_.host().reach()));
    model::check_tokens(config_, tokens);
    part_ = parallel::part_of(all, groups_.window->rank(), ranks);
    const std::int64_t rows = part_.count(), with_next = std::min(rows + 1, all - part_.begin);
    gpu::Arena arena(memory_.data());
    place(arena, rows, gradients);
    head_.use(sequence_.head);
    rotary_.use(sequence_.turns);
    lists_free_.wait();  // the copies before have been made
    const auto mine = tokens.subspan(std::size_t(part_.begin), std::size_t(with_next));
    std::copy(mine.begin(), mine.end(), lists_.data());
    gpu::copy(stream_, sequence_.tokens, static_cast<const std::int32_t*>(lists_.data()), with_next);
    if (gradients) copy_occurrences(mine.first(std::size_t(rows)), lists_.data() + with_next);
    lists_free_.record(stream_);
    attention_.begin(stream_, all, sequence_.exchange);
    rotary_.prepare(stream_, part_.begin, nullptr, all / 2, 0, rows);
    return rows;
  }

  void copy_occurrences(std::span<const std::int32_t> tokens, std::int32_t* at) {
    const gpu::Occurrences found = gpu::occurrences_of(tokens);
    occurring_ = std::int64_t(found.tokens.size());
    for (const auto& [list, to] : {std::pair(&found.tokens, sequence_.occurring), std::pair(&found.starts, sequence_.starts),
                                   std::pair(&found.positions, sequence_.positions)}) {
      std::copy(list->begin(), list->end(), at);
      gpu::copy(stream_, to, static_cast<const std::int32_t*>(at), std::int64_t(list->size()));
      at += list->size();
    }
  }

  void run_layers(std::int64_t rows) {
    const auto attend = [&](const Element* q, const Element* k, const Element* v, float* out, float* lse) {
      attention_.forward(stream_, inputs(config_, q, k, v), out, lse, sequence_.attention_scratch,
                         attention::cuda::forward_scratch_bytes(plan_.get(), rows));
    };
    const bool keep = sequence_.layers.size() > 1 || config_.layers == 1;
    head_.embed(stream_, rows, sequence_.tokens, sequence_.layers[0].input);
    for (int i = 0; i < config_.layers; ++i) {
      const Activations<Element>& a = sequence_.layers[keep ? std::size_t(i) : 0];
      const bool last = i + 1 == config_.layers;
      float* output = last ? sequence_.output : keep ? sequence_.layers[std::size_t(i + 1)].input : a.input;
      weights_.layer(config_, i).forward(products_, rows, rotary_, attend, a, output);
    }
    head_.norm(stream_, rows, sequence_.output, sequence_.normed, sequence_.statistics);
  }

  void run_layers_back(std::int64_t rows) {
    const std::int64_t q_width = std::int64_t(config_.heads) * config_.head_dim;
    const auto attend = [&](const Activations<Element>& a, const Element* dout, float* delta, float* dq, float* dk,
                            float* dv) {
      attention_.backward(stream_, inputs<Element>(config_, a.q, a.k, a.v), dout, q_width, a.attended, a.lse, delta, dq,
                          dk, dv);
    };
    for (int i = config_.layers - 1; i >= 0; --i)
      weights_.layer(config_, i).backward(products_, rows, rotary_, attend, sequence_.layers[std::size_t(i)],
                                          sequence_.scratch,
                                          weights_.layout().layer(config_, gradients_.data(), i), sequence_.dx);
    gpu::embed_backward(stream_, occurring_, config_.hidden_size, sequence_.occurring, sequence_.starts,
                        sequence_.positions, float(config_.embedding_scale), sequence_.dx,
                        head_.embedding(gradients_.data()));
  }

  const Config config_;
  GpuGroups groups_;
  gpu::Stream stream_;
  gpu::Products products_;
  DeviceWeights<Element> weights_;
  AttentionPlan plan_;
  parallel::SequenceAttention<Element> attention_;
  parallel::Part part_;  // of the sequence
  Rotary rotary_;
  Head<Element> head_;
  const std::int64_t longest_;
  gpu::Array<float> gradients_, first_, second_;
  gpu::Array<double> partial_;
  gpu::Array<StepSums> sums_;
  gpu::Pinned<StepSums> pinned_sums_;
  gpu::Array<std::byte> memory_;  // what `sequence_` points into
  gpu::Pinned<std::int32_t> lists_;
  gpu::Event lists_free_, taken_;
  Sequence<Element> sequence_;
  std::int64_t occurring_ = 0;  // different tokens of the sequence
};

template <typename Element>
LearnerBytes bytes_of(const Config& config, std::int64_t length, int ranks) {
  gpu::Arena arena;
  place_sequence<Element>(arena, config, plan_of(config), parallel::part_of(length, 0, ranks).count(), ranks, true);
  const std::int64_t size = Layout(config).size();
  return {DeviceWeights<Element>::bytes(config) + size * 3 * std::int64_t(sizeof(float)) + products_bytes,
          arena.bytes()};
}

}  // namespace

LearnerBytes learner_bytes(const Config& config, Numbers numbers, std::int64_t length, int ranks) {
  return numbers == Numbers::bf16 ? bytes_of<Bf16>(config, length, ranks) : bytes_of<float>(config, length, ranks);
}

std::unique_ptr<Learner> make_learner(const Config& config, const Tensors& weights, Numbers numbers,
                                      std::int64_t longest, GpuGroups groups) {
  if (!groups.all) groups.all = parallel::alone_on_gpu();
  if (!groups.window) groups.window = parallel::alone_on_gpu();
  const LearnerBytes bytes = learner_bytes(config, numbers, longest, groups.window->size());
  check_room(fmt::format("Training with sequences of {} tokens", longest), bytes.weights + bytes.sequence,
             fmt::format("{} for the weights, {} for a sequence", megabytes(bytes.weights), megabytes(bytes.sequence)),
             "Use shorter windows (--length), a smaller model, or the CPU.");
  if (numbers == Numbers::bf16) return std::make_unique<DeviceLearner<Bf16>>(config, weights, longest, std::move(groups));
  return std::make_unique<DeviceLearner<float>>(config, weights, longest, std::move(groups));
}

}  // namespace corpuscope::model::cuda
