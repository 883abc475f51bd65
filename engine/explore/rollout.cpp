#include "explore/rollout.h"

#include <algorithm>

#include "explore/rollout_walk.h"
#include "explore/strongest_paths.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

// Several sums at a time: exact enough for rows of any length, and the processor need not wait for each.
float dot(const float* a, const float* b, std::int64_t count) {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  float sum = 0;
  for (; i < count; ++i) sum += a[i] * b[i];
  for (const float lane : sums) sum += lane;
  return sum;
}

}  // namespace

RolloutWalk::RolloutWalk(int layers, int heads, std::int64_t length, std::int64_t first, std::int64_t count)
    : length_(length), first_(first) {
  states_.assign(std::size_t(layers + 1), std::vector<float>(std::size_t(length - first), 0));
  std::fill_n(states_[0].begin(), std::min(count, length - first), 1.0f);
  heads_.resize(std::size_t(heads));
}

bool RolloutWalk::wants(int, std::int64_t first, std::int64_t count) const { return first + count > first_; }

void RolloutWalk::begin(int, std::int64_t first, std::int64_t count) {
  chunk_first_ = first;
  chunk_count_ = count;
  for (Head& head : heads_) head.sums.assign(std::size_t(count), 0);
}

void RolloutWalk::tile(int layer, const attention::WeightTile& tile) {
  const std::vector<float>& shares = states_[std::size_t(layer)];
  Head& head = heads_[std::size_t(tile.head)];
  head.at_keys.resize(std::size_t(tile.keys));
  bool any = false;
  for (std::int64_t j = 0; j < tile.keys; ++j) {
    const std::int64_t at = tile.key_first + j * tile.dilation - first_;
    const float share = at >= 0 ? shares[std::size_t(at)] : 0;
    head.at_keys[std::size_t(j)] = share;
    any = any || share > 0;
  }
  if (!any) return;
  for (std::int64_t i = 0; i < tile.queries; ++i)
    head.sums[std::size_t(tile.query_first + i * tile.dilation - chunk_first_)] +=
        dot(tile.weights + i * tile.stride, head.at_keys.data(), tile.keys);
}

void RolloutWalk::end(int layer) {
  const std::vector<float>& before = states_[std::size_t(layer)];
  std::vector<float>& behind = states_[std::size_t(layer + 1)];
  for (std::int64_t token = std::max(chunk_first_, first_); token < chunk_first_ + chunk_count_; ++token) {
    float sum = 0;
    for (const Head& head : heads_) sum += head.sums[std::size_t(token - chunk_first_)];
    const auto at = std::size_t(token - first_);
    behind[at] = 0.5f * before[at] + 0.5f * sum / float(heads_.size());
  }
}

std::vector<float> RolloutWalk::shares() const {
  std::vector<float> all(std::size_t(length_), 0);
  std::copy(states_.back().begin(), states_.back().end(), all.begin() + first_);
  return all;
}

RereadCost rollout_cost(const workspace::Run& run, const RolloutQuestion& question) {
  const std::int64_t states = (run.layers + 1) * (run.tokens - question.first), results = 2 * run.tokens;
  return {run.tokens, reread_seconds(run, run.tokens), (states + results) * std::int64_t(sizeof(float))};
}

std::int64_t roll_out(const std::filesystem::path& file, const RolloutQuestion& question, core::Job& job) {
  auto workspace = workspace::Workspace::open(file);
  const workspace::Run run = require_run(workspace, question.run);
  check_passage(run, question.first, question.count);
  check_memory(rollout_cost(run, question), "Choose a later passage.");
  RolloutWalk walk(run.layers, run.heads, run.tokens, question.first, question.count);
  reread(file, run, question.model, run.tokens, walk, job);
  return workspace.writer().save_rollout({0, run.id, question.name, question.first, question.count}, walk.shares());
}

}  // namespace corpuscope::explore
