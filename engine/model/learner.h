#pragma once
// A decoder that is being trained, wherever its weights are: what a training loop asks of the processor or a GPU.

#include <cstdint>
#include <span>
#include <vector>

#include "model/weights.h"

namespace corpuscope::model {

struct LearnerStep {
  double loss = 0;           // nats a token, mean of the batch's sequences
  double gradient_norm = 0;  // of the mean gradient, before it is clipped
  bool finite() const { return loss - loss == 0 && gradient_norm - gradient_norm == 0; }
};

struct StepSettings {
  double rate = 0, beta2 = 0.95;
  double weight_decay = 0;  // of matrices
  double clip = 1;
  std::int64_t batch = 1;   // sequences whose gradients were added
  std::int64_t step = 1;    // counts from 1
};

class Learner {
 public:
  virtual ~Learner() = default;

  // Logits of every position, [length, vocab].
  virtual std::vector<float> logits(std::span<const std::int32_t> tokens) = 0;

  // Adds the loss of a sequence and its gradients to those of the step.
  virtual void add(std::span<const std::int32_t> tokens) = 0;

  // Clips, moves the weights, and begins the next step with gradients of zero. Where loss or gradients are no finite
  // numbers the weights stay as they were.
  virtual LearnerStep step(const StepSettings& settings) = 0;

  // Copies of them.
  virtual Tensors weights() = 0;
  virtual Tensors gradients() = 0;  // sums so far
  virtual Tensors first_moments() = 0;
  virtual Tensors second_moments() = 0;
  virtual void set_moments(const Tensors& first, const Tensors& second) = 0;
};

}  // namespace corpuscope::model
