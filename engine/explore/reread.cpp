#include "explore/reread.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/error.h"
#include "explore/run_reader.h"

namespace corpuscope::explore {

namespace {

// One layer's weights on their way to the walk.
class LayerSink : public attention::WeightSink {
 public:
  LayerSink(Walk& walk, int layer) : walk_(walk), layer_(layer) {}
  void tile(const attention::WeightTile& tile) override { walk_.tile(layer_, tile); }

 private:
  Walk& walk_;
  int layer_;
};

// A layer ends where the next begins, or the chunk does.
class Sinks : public model::LayerSinks {
 public:
  Sinks(Walk& walk, int layers, core::Job& job) : walk_(walk), job_(job) {
    for (int layer = 0; layer < layers; ++layer) sinks_.emplace_back(walk, layer);
  }

  void begin(std::int64_t first, std::int64_t count) {
    first_ = first;
    count_ = count;
  }
  void end() {
    if (open_ >= 0) walk_.end(open_);
    open_ = -1;
  }

  attention::WeightSink* layer(int layer) override {
    end();
    job_.poll();
    if (!walk_.wants(layer, first_, count_)) return nullptr;
    walk_.begin(layer, first_, count_);
    open_ = layer;
    return &sinks_[std::size_t(layer)];
  }

 private:
  Walk& walk_;
  core::Job& job_;
  std::vector<LayerSink> sinks_;
  std::int64_t first_ = 0, count_ = 0;
  int open_ = -1;
};

}  // namespace

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
  Sinks sinks(walk, run.layers, job);
  job.begin("reading again", "tokens", end);
  while (runs.position() < end) {
    const std::int64_t first = runs.position(), count = std::min(runs.step(), end - first);
    sinks.begin(first, count);
    runs.read(count, nullptr, &sinks, job);
    sinks.end();
  }
}

}  // namespace corpuscope::explore
