#include "explore/context_reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "core/error.h"
#include "explore/other_text.h"
#include "explore/run_reader.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

constexpr std::int64_t number_of_windows = 12, smallest_window = 64, largest_window = 32768;
constexpr std::int64_t nearest_octave = 16;  // everything nearer is one part
constexpr std::uint64_t seed = 20230705;

std::vector<ContextReach::Octave> octaves_of(std::int64_t window) {
  std::vector<ContextReach::Octave> octaves;
  for (std::int64_t first = 0, end = nearest_octave; first < window; first = end, end *= 2)
    octaves.push_back({first, std::min(end, window), 0, 0});
  return octaves;
}

// The window's bits, read behind the other text.
std::vector<float> read_behind(const RunReader& runs, const ReachPlan& plan, std::int64_t window, OtherText& other,
                               core::Job& job) {
  // The model begins where a chunk of the run did: then all chunks are as long as they were.
  const std::int64_t wanted = std::max<std::int64_t>(0, window - plan.other), begin = wanted - wanted % runs.chunk();
  const std::int64_t end = window + plan.window;
  auto tokens = other.draw(window - begin, {begin, end - begin});
  const auto own = runs.tokens(window, plan.window);
  tokens.insert(tokens.end(), own.begin(), own.end());
  std::vector<float> bits(tokens.size());
  model::Reader reader(runs.decoder(), begin);
  while (reader.position() < end) {
    job.poll();
    const std::int64_t at = reader.position(), count = std::min(runs.step(at), end - at);
    reader.append(std::span(tokens).subspan(std::size_t(at - begin), std::size_t(count)), bits.data() + (at - begin));
  }
  bits.erase(bits.begin(), bits.begin() + (window - begin));
  return bits;
}

// Mean over the octave's tokens of what the true context saves.
std::vector<double> saved_by(const std::vector<float>& behind, const std::vector<float>& in_the_run,
                             const std::vector<ContextReach::Octave>& octaves) {
  std::vector<double> saved;
  for (const auto& octave : octaves) {
    double sum = 0;
    for (std::int64_t d = octave.first; d < octave.end; ++d) sum += double(behind[std::size_t(d)]) - double(in_the_run[std::size_t(d)]);
    saved.push_back(sum / double(octave.end - octave.first));
  }
  return saved;
}

void average(std::vector<ContextReach::Octave>& octaves, const std::vector<std::vector<double>>& windows) {
  const double count = double(windows.size());
  for (std::size_t k = 0; k < octaves.size(); ++k) {
    double sum = 0, squares = 0;
    for (const auto& saved : windows) sum += saved[k] / count;
    for (const auto& saved : windows) squares += (saved[k] - sum) * (saved[k] - sum);
    octaves[k].saved = sum;
    octaves[k].error = count > 1 ? std::sqrt(squares / (count - 1) / count) : 0;
  }
}

double middle(const ContextReach::Octave& octave) {
  return octave.first == 0 ? double(octave.end) / 2 : std::sqrt(double(octave.first) * double(octave.end));
}

// The distance beyond which nothing saves more than least_saving, by `saved` of each octave.
template <typename Saved>
double crossing(const std::vector<ContextReach::Octave>& octaves, Saved saved, bool* at_the_end = nullptr) {
  std::size_t last = octaves.size();
  while (last > 0 && !(saved(octaves[last - 1]) > least_saving)) --last;
  if (at_the_end) *at_the_end = last > 0 && last == octaves.size();
  if (last == 0) return 0;
  if (last == octaves.size()) return double(octaves.back().end);
  const double near = saved(octaves[last - 1]), far = saved(octaves[last]);
  const double from = std::log2(middle(octaves[last - 1])), to = std::log2(middle(octaves[last]));
  return std::exp2(from + (to - from) * (near - least_saving) / (near - far));
}

}  // namespace

ReachPlan plan_reach(std::int64_t tokens) {
  constexpr std::int64_t least_tokens = 32768, least_other = 1024;
  const std::int64_t allowed = std::max(tokens / 10, least_tokens) / number_of_windows;
  const std::int64_t own_part = tokens / number_of_windows;  // windows do not overlap
  if (own_part < smallest_window) return {};
  ReachPlan plan{number_of_windows, smallest_window, 0};
  const auto other = [&](std::int64_t window) { return std::min(std::max(window / 4, least_other), tokens / 2); };
  while (plan.window * 2 <= std::min(own_part, largest_window) && plan.window * 2 + other(plan.window * 2) <= allowed)
    plan.window *= 2;
  plan.other = other(plan.window);
  return plan;
}

UsedContext used_context(const ContextReach& reach) {
  const auto& octaves = reach.octaves;
  UsedContext used;
  used.tokens = crossing(octaves, [](const auto& o) { return o.saved > 2 * o.error ? o.saved : std::min(o.saved, least_saving); }, &used.at_least);
  used.least = crossing(octaves, [](const auto& o) { return o.saved - 2 * o.error; });
  used.most = crossing(octaves, [](const auto& o) { return o.saved + 2 * o.error; });
  used.least = std::min(used.least, used.tokens);
  used.most = std::max(used.most, used.tokens);
  return used;
}

ContextReach measure_reach(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& model,
                           core::Job& job) {
  const auto read = workspace::Workspace::open(file).run(run);
  return measure_reach(file, run, model, plan_reach(read ? read->done : 0), job);
}

void measure_reach_once(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& model,
                        core::Job& job) {
  const auto workspace = workspace::Workspace::open(file);
  const auto read = workspace.run(run);
  if (read && plan_reach(read->done).windows > 0 && !workspace.context_reach(run)) measure_reach(file, run, model, job);
}

ContextReach measure_reach(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& model,
                           const ReachPlan& plan, core::Job& job) {
  RunReader runs(file, run, model);
  const std::int64_t done = runs.run().done;
  if (plan.windows < 1 || plan.window < 1 || plan.other < 0 || plan.windows * plan.window > done)
    throw core::Error(fmt::format("Run {} has read {} tokens, too few to measure how far back the model uses them.", run, done),
                      "Let the reading go on first, or open a larger corpus.");
  const auto start = std::chrono::steady_clock::now();
  job.begin("measuring how far back the model uses its context", "tokens", plan.tokens());
  OtherText other(runs.workspace(), done, seed);
  std::mt19937_64 random(seed);
  ContextReach reach{run, plan.windows, plan.window, plan.other, 0, octaves_of(plan.window)};
  std::vector<std::vector<double>> windows;
  for (std::int64_t i = 0; i < plan.windows; ++i) {
    const std::int64_t begin = done * i / plan.windows, end = done * (i + 1) / plan.windows;
    const std::int64_t first = begin + std::int64_t(random() % std::uint64_t(std::max<std::int64_t>(end - begin - plan.window, 0) + 1));
    // Rounded as the run's own bits are, so that equal ones are equal.
    const auto behind = workspace::as_kept(read_behind(runs, plan, first, other, job));
    windows.push_back(saved_by(behind, runs.workspace().surprisal(run, first, plan.window), reach.octaves));
    job.advance(plan.window + plan.other);
  }
  average(reach.octaves, windows);
  reach.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  runs.workspace().writer().put_context_reach(reach);
  return reach;
}

}  // namespace corpuscope::explore
