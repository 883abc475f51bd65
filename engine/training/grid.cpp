#include "training/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace corpuscope::training {

Grouping grouping(int ranks, const Settings& settings) {
  int each = settings.ranks_a_window;
  if (each == 0) each = ranks / int(std::gcd(std::int64_t(ranks), settings.batch));
  if (each < 1 || ranks % each != 0)
    throw core::Error(fmt::format("{} ranks cannot be grouped by {}.", ranks, each),
                      "Choose a divisor of the number of ranks.");
  return {ranks / each, each};
}

Grid::Grid(parallel::Collective& ranks, const Settings& settings)
    : ranks_(ranks), window_(ranks.split(ranks.rank() / grouping(ranks.size(), settings).ranks_a_window)) {}

void Grid::sum(double& loss, model::Tensors& gradients) {
  if (ranks_.size() == 1) return;
  numbers_.assign(1, float(loss));
  for (const auto& [name, tensor] : gradients)
    numbers_.insert(numbers_.end(), tensor.data.begin(), tensor.data.end());
  ranks_.all_reduce(numbers_);
  loss = numbers_[0];
  auto from = numbers_.begin() + 1;
  for (auto& [name, tensor] : gradients) {
    const auto end = from + std::ptrdiff_t(tensor.data.size());
    std::copy(from, end, tensor.data.begin());
    from = end;
  }
}

void Grid::share(Progress& progress) {
  if (ranks_.size() == 1) return;
  std::vector<float> step{float(progress.step >> 20), float(progress.step & 0xfffff)};  // exact in float32
  ranks_.broadcast(step, 0);
  progress.step = (std::int64_t(step[0]) << 20) + std::int64_t(step[1]);
  for (model::Tensors* tensors : {&progress.weights, &progress.first_moments, &progress.second_moments})
    for (auto& [name, tensor] : *tensors) ranks_.broadcast(tensor.data, 0);
}

}  // namespace corpuscope::training
