#pragma once
// What takes a training's steps: the processor or a GPU. Both have the whole state of it and give copies.

#include <filesystem>
#include <memory>

#include "model/decoder.h"
#include "training/batches.h"
#include "training/checkpoint.h"
#include "training/grid.h"
#include "training/trainer.h"

namespace corpuscope::training {

class Steps {
 public:
  virtual ~Steps() = default;

  virtual std::int64_t taken() const = 0;
  virtual Step take(core::Job& job) = 0;          // of the learning rate of its number; throws where it diverges
  virtual const model::Decoder& decoder() = 0;    // with the weights as they are now
  virtual void save(const std::filesystem::path& checkpoint) = 0;
  virtual model::Reader reader(const model::Decoder& decoder) const = 0;  // where the steps are taken
};

// From the checkpoint that the first rank finds in `folder`, else from the beginning.
Progress begin_or_go_on(const model::Config& config, const Settings& settings, Grid& grid,
                        const std::filesystem::path& folder);

// Throws core::Error where a step's loss or gradients are no finite numbers.
void check_finite(const Step& step);

std::unique_ptr<Steps> steps_on_processor(parallel::Collective& ranks, const model::Config& config,
                                          const Settings& settings, std::vector<Texts> texts,
                                          const std::filesystem::path& folder);
std::unique_ptr<Steps> steps_on_gpu(parallel::Collective& ranks, const model::Config& config, const Settings& settings,
                                    std::vector<Texts> texts, const std::filesystem::path& folder);

}  // namespace corpuscope::training
