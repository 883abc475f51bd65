#include "explore/reread.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/error.h"
#include "explore/run_reader.h"
#include "explore/walk_sinks.h"

namespace corpuscope::explore {

double reread_seconds(const workspace::Run& run, std::int64_t tokens) {
  return run.done > 0 ? run.seconds / double(run.done) * double(tokens) : 0;
}

void check_memory(const RereadCost& cost, const char* remedy) {
  const double memory = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  if (double(cost.bytes) > 0.7 * memory)
    throw core::Error(fmt::format("This would take up to {:.1f} GB of memory, of {:.1f} GB that this machine has.",
                                  double(cost.bytes) / 1e9, memory / 1e9),
                      remedy);
}

void reread(const std::filesystem::path& file, const workspace::Run& run, const std::filesystem::path& folder,
            std::int64_t end, Walk& walk, core::Job& job) {
  if (end > run.done)
    throw core::Error(fmt::format("Run {} has read {} tokens so far, not up to this one.", run.id, run.done),
                      "Let the reading go on first, or choose an earlier token.");
  RunReader runs(file, run.id, folder);
  WalkSinks sinks(walk, run.layers, job);
  job.begin("reading again", "tokens", end);
  while (runs.position() < end) {
    const std::int64_t first = runs.position(), count = std::min(runs.step(), end - first);
    sinks.begin(first, count);
    runs.read(count, nullptr, &sinks, job);
    sinks.end();
  }
}

}  // namespace corpuscope::explore
