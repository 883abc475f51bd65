#include "explore/rollout.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>

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

// From the largest maximum down, into ever smaller parts, until no part can hold a stronger one.
std::vector<Held> strongest_holders(const workspace::Workspace& workspace, const workspace::Rollout& rollout, int most) {
  struct Part {
    float bound;
    std::int64_t first, end;
    bool operator<(const Part& other) const { return bound < other.bound; }
  };
  constexpr std::int64_t parts = 16, few = 512;
  const auto run = workspace.run(rollout.run);
  const std::int64_t begin = rollout.first + rollout.count, end = run ? run->tokens : begin;
  std::set<std::pair<float, std::int64_t>, std::greater<>> best;
  std::priority_queue<Part> waiting;
  if (begin < end && most > 0) waiting.push({1, begin, end});
  while (!waiting.empty()) {
    const Part part = waiting.top();
    waiting.pop();
    if (int(best.size()) >= most && part.bound < best.rbegin()->first) break;
    if (part.end - part.first <= few) {
      const auto shares = workspace.rollout(rollout.id, part.first, part.end - part.first);
      for (std::size_t i = 0; i < shares.size(); ++i)
        if (shares[i] > 0) best.emplace(shares[i], part.first + std::int64_t(i));
      while (int(best.size()) > most) best.erase(std::prev(best.end()));
      continue;
    }
    const std::int64_t count = part.end - part.first;
    const auto bins = workspace.rollout_bins(rollout.id, part.first, count, int(parts));
    for (std::int64_t i = 0; i < parts; ++i) {
      // Borders of bins may lie up to an eighth of one away: the parts overlap by as much.
      const std::int64_t first = part.first + count * i / parts, next = part.first + count * (i + 1) / parts;
      const std::int64_t around = (next - first) / 8 + 1;
      if (const float bound = bins[std::size_t(i)].maximum; bound > 0)
        waiting.push({bound, std::max(first - around, begin), std::min(next + around, end)});
    }
  }
  std::vector<Held> out;
  for (const auto& [share, token] : best) out.push_back({token, share});
  return out;
}

}  // namespace corpuscope::explore
