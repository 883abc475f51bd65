#include "explore/echo_candidates.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace corpuscope::explore {
namespace {

constexpr std::int64_t run_length = 4;  // tokens that must be the same at once
constexpr std::int64_t most_between = 24;  // tokens between two runs of one stretch
constexpr std::int64_t block = 1 << 18;

using Run = std::array<std::int32_t, run_length>;
struct Hash {
  std::size_t operator()(const Run& run) const {
    std::uint64_t sum = 0;
    for (const auto token : run) sum = (sum ^ std::uint64_t(token)) * 0x9e3779b97f4a7c15u + (sum >> 31);
    return sum;
  }
};

// Runs come in the order of the earlier text; those close to each other make a stretch.
class Chainer {
 public:
  Chainer(const Stretch& passage, std::size_t most) : passage_(passage), most_(most), covered_(std::size_t(passage.count)) {}

  void add(std::int64_t at, const std::vector<std::int64_t>& in_passage) {
    const bool joins = open_.count > 0 && at <= open_.end() + most_between && at + run_length - open_.first <= 2 * passage_.count;
    if (!joins) close();
    if (open_.count == 0) open_.first = at;
    open_.count = at + run_length - open_.first;
    for (const auto place : in_passage)
      for (std::int64_t i = place; i < place + run_length; ++i)
        if (!covered_[std::size_t(i)]) covered_[std::size_t(i)] = true, ++count_;
  }

  std::vector<Stretch> take() {
    close();
    shrink(most_);
    std::vector<Stretch> stretches;
    for (const auto& one : found_) stretches.push_back(one.stretch);
    return stretches;
  }

 private:
  struct Found {
    Stretch stretch;
    std::int64_t covered = 0;
  };

  void close() {
    if (open_.count > 0) found_.push_back({open_, count_});
    open_ = {};
    count_ = 0;
    std::fill(covered_.begin(), covered_.end(), false);
    if (found_.size() >= 16 * most_ + 1024) shrink(most_);
  }
  void shrink(std::size_t most) {
    std::ranges::stable_sort(found_, std::ranges::greater(), &Found::covered);
    if (found_.size() > most) found_.resize(most);
  }

  const Stretch passage_;
  const std::size_t most_;
  Stretch open_;
  std::vector<bool> covered_;
  std::int64_t count_ = 0;
  std::vector<Found> found_;
};

}  // namespace

Looked::Sum Looked::in(const Stretch& keys) const {
  Sum sum;
  for (auto at = weights_.lower_bound(keys.first); at != weights_.end() && at->first < keys.end(); ++at) {
    sum.weight += at->second;
    ++sum.tokens;
  }
  return sum;
}

Looked::Sum Looked::around(const Stretch& keys) const {
  constexpr std::int64_t least = 128;
  const std::int64_t margin = std::max(least, 2 * keys.count);
  const Sum before = in({keys.first - margin, margin}), behind = in({keys.end(), margin});
  return {before.weight + behind.weight, before.tokens + behind.tokens};
}

void Looked::add(const Looked& other) {
  for (const auto& [key, weight] : other.weights_) add(key, weight);
}

double Looked::sum(const Stretch& keys) const { return in(keys).weight; }

double Looked::lift(const Stretch& keys) const {
  constexpr double most = 1000;
  const Sum own = in(keys), other = around(keys);
  if (own.weight <= 0) return 0;
  if (other.weight <= 0) return most;
  return std::min(most, own.weight / double(own.tokens) / (other.weight / double(other.tokens)));
}

std::vector<Stretch> Looked::peaks(std::int64_t length, std::size_t most) const {
  std::vector<std::pair<double, Stretch>> all;
  for (auto at = weights_.begin(); at != weights_.end();) {
    const Stretch keys{at->first / length * length, length};
    const Sum own = in(keys), other = around(keys);
    const double expected = other.tokens > 0 ? other.weight / double(other.tokens) * double(own.tokens) : 0;
    all.emplace_back(own.weight - expected, keys);
    at = weights_.lower_bound(keys.end());
  }
  std::ranges::stable_sort(all, std::ranges::greater(), [](const auto& one) { return one.first; });
  std::vector<Stretch> peaks;
  for (const auto& [above, keys] : all)
    if (above > 0 && peaks.size() < most) peaks.push_back(keys);
  return peaks;
}

std::vector<Stretch> text_candidates(const workspace::Workspace& workspace, const Stretch& passage, std::size_t most, core::Job& job) {
  const auto own = workspace.tokens(passage.first, passage.count);
  std::unordered_map<Run, std::vector<std::int64_t>, Hash> runs;
  const auto run_at = [](const std::vector<std::int32_t>& tokens, std::size_t at) {
    Run run;
    std::copy_n(tokens.begin() + std::ptrdiff_t(at), run.size(), run.begin());
    return run;
  };
  for (std::size_t i = 0; i + run_length <= own.size(); ++i) runs[run_at(own, i)].push_back(std::int64_t(i));
  Chainer chainer(passage, most);
  job.begin("looking through the text before", "tokens", passage.first);
  for (std::int64_t first = 0; first + run_length <= passage.first; first += block) {
    job.poll();
    const auto tokens = workspace.tokens(first, std::min(block + run_length - 1, passage.first - first));
    for (std::size_t i = 0; i + run_length <= tokens.size(); ++i)
      if (const auto found = runs.find(run_at(tokens, i)); found != runs.end()) chainer.add(first + std::int64_t(i), found->second);
    job.advance(std::min(block, passage.first - first));
  }
  return chainer.take();
}

}  // namespace corpuscope::explore
