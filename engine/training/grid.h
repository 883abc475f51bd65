#pragma once
// Which rank trains on what: the windows of a step go round groups of ranks (data parallel), and the ranks of a group
// split each of their windows (sequence parallel).

#include <memory>
#include <vector>

#include "model/weights.h"
#include "parallel/collective.h"
#include "training/checkpoint.h"
#include "training/trainer.h"

namespace corpuscope::training {

struct Grouping {
  int groups = 1, ranks_a_window = 1;
};

// Throws core::Error where the ranks cannot be grouped as the settings want.
Grouping grouping(int ranks, const Settings& settings);

class Grid {
 public:
  Grid(parallel::Collective& ranks, const Settings& settings);

  bool first() const { return ranks_.rank() == 0; }  // the rank that reads and writes files
  int group() const { return ranks_.rank() / window_->size(); }
  int groups() const { return ranks_.size() / window_->size(); }
  parallel::Collective& window() { return *window_; }

  // Loss and gradients summed over all ranks, to the same bits on each.
  void sum(double& loss, model::Tensors& gradients);

  // The first rank's, for all.
  void share(Progress& progress);

 private:
  parallel::Collective& ranks_;
  std::unique_ptr<parallel::Collective> window_;  // the ranks that share this rank's windows
  std::vector<float> numbers_;                    // kept from step to step
};

}  // namespace corpuscope::training
