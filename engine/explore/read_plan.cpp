#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

#include "core/parallel.h"
#include "explore/read.h"
#include "explore/read_ranks.h"
#include "explore/read_setup.h"

namespace corpuscope::explore {

namespace {

using Clock = std::chrono::steady_clock;

// Operations a second of a reading with this model: chunk after chunk, until they took long enough to be believed
// also where other programs work.
double measured_speed(parallel::Collective& ranks, const ReadModel& model, const InspectionSettings& settings,
                      const ReadDevice& device) {
  const ReadSteps steps = read_steps(model.decoder.config(), settings, device.is_gpu());
  constexpr double believable = 0.5;  // seconds
  const model::Config& config = model.decoder.config();
  InspectionSettings sampled = settings;
  sampled.length = std::max<std::int64_t>(settings.length, 9 * steps.chunk);
  RankedReader reader(ranks, model, sampled, device);
  std::int64_t first = 0;
  // What it costs does not depend on what is read.
  const auto seconds_of = [&](std::int64_t count) {
    std::vector<std::int32_t> tokens;
    for (std::int64_t i = first; i < first + count; ++i) tokens.push_back(std::int32_t(i * 7919 % config.vocab_size));
    std::vector<float> bits(tokens.size());
    const auto start = Clock::now();
    reader.read(tokens, bits.data(), reader.inspection());
    first += count;
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const std::int64_t count = std::max<std::int64_t>(16, steps.chunk / 4);
  seconds_of(count);  // with what happens once only
  const std::int64_t before = first;
  double seconds = 1e-9;
  while (seconds < believable && first < 8 * steps.chunk) seconds += seconds_of(count);
  return (reading_operations(config, first) - reading_operations(config, before)) / seconds;
}

double speed(parallel::Collective& ranks, const ReadModel& model, const InspectionSettings& settings,
             const ReadDevice& device) {
  static std::mutex mutex;
  static std::map<std::tuple<std::uint64_t, int, int, int, int, int>, double> known;
  const std::tuple key(model.fingerprint, settings.edges, settings.tile_size, core::threads(), ranks.size(), device.gpu);
  const std::lock_guard lock(mutex);
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  return known[key] = measured_speed(ranks, model, settings, device);
}

}  // namespace

ReadPlan plan_read(const std::filesystem::path& file, const ReadSettings& settings) {
  return plan_read(*parallel::alone(), file, settings);
}

ReadPlan plan_read(parallel::Collective& ranks, const std::filesystem::path& file, const ReadSettings& settings) {
  if (ranks.rank() > 0) {
    follow(ranks, settings.model);
    return {};
  }
  auto workspace = workspace::Workspace::open(file);
  const ReadModel model = load_read_model(settings, workspace);
  const auto old = fitting_run(workspace, settings, model);
  const std::int64_t total = workspace.summary().tokens, done = old ? old->done : 0;
  const model::Config& config = model.decoder.config();
  const InspectionSettings inspection = inspection_settings(config, settings.detail, total);

  ReadPlan plan;
  plan.model = model.name;
  plan.config = model.config;
  plan.tokens = total - done;
  plan.done = done;
  plan.bytes_per_token = read_size(config, inspection).per_token;
  plan.tile_bytes = std::int64_t(read_size(config, inspection).tiles * double(plan.tokens));
  plan.memory = memory_needed(settings, total);
  plan.bytes = bytes_to_add(config, settings.detail, total, done);
  const ReadDevice device = device_for(ranks, settings, model, inspection);
  plan.device = device.name;
  if (plan.tokens > 0)
    plan.seconds = (reading_operations(config, total) - reading_operations(config, done)) /
                   speed(ranks, model, inspection, device);
  dismiss(ranks);
  return plan;
}

}  // namespace corpuscope::explore
