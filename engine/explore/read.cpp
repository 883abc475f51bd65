#include "explore/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>

#include "core/error.h"
#include "explore/read_ranks.h"
#include "explore/read_setup.h"
#include "explore/read_state.h"
#include "explore/tile_pyramid.h"
#include "explore/writing_lock.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Pauses between two layers. A cancel waits for the chunk's end, so that nothing that was read is lost.
class PausingSinks : public model::LayerSinks {
 public:
  PausingSinks(Inspection& inspection, core::Job& job) : inspection_(inspection), job_(job) {}

  attention::WeightSink* layer(int layer) override {
    wait_while_paused();
    return inspection_.layer(layer);
  }
  std::optional<model::SumsWanted> wanted() const override { return inspection_.wanted(); }
  void take(int layer, const model::LayerSums& sums) override {
    wait_while_paused();
    inspection_.take(layer, sums);
  }

  double paused() const { return paused_; }

 private:
  void wait_while_paused() {
    if (job_.paused()) {
      const auto start = Clock::now();
      try {
        job_.poll();
      } catch (const core::Cancelled&) {
      }
      paused_ += seconds_since(start);
    }
  }

  Inspection& inspection_;
  core::Job& job_;
  double paused_ = 0;
};

struct Chunk {
  std::int64_t first = 0;
  std::vector<float> surprisal;
  Findings findings;
};

// What becomes one step of the workspace: the findings of some chunks and the state behind them.
struct Batch {
  std::vector<Chunk> chunks;
  std::vector<std::byte> state;
  std::int64_t done = 0;
  double seconds = 0;
};

constexpr std::int64_t window_tokens = 65536;
constexpr double most_seconds_between_checkpoints = 5;

struct Stretch {
  std::int64_t first = 0, step = 1;
  std::span<const float> weights;
};

// The model reads on while another thread writes what it found before: one of them at a time has the workspace.
class Reading {
 public:
  Reading(parallel::Collective& ranks, workspace::Workspace& workspace, const ReadModel& model,
          const workspace::Run& run, const ReadSteps& steps, const ReadDevice& device)
      : workspace_(workspace),
        writer_(workspace.writer()),
        run_(run),
        steps_(steps),
        reader_(ranks, model, inspection_settings(model.decoder.config(), run.detail, run.tokens), device) {}

  std::int64_t run() const { return run_.id; }

  // A new run begins with a state, so that it always shows which weights it belongs to.
  void begin() {
    workspace::Transaction transaction(writer_);
    run_.id = writer_.create_run(run_);
    writer_.save_state(run_.id, reader_.save(), run_.done, run_.seconds);
    transaction.commit();
  }

  void load() {
    reader_.load(writer_.state(run_.id));
    if (reader_.position() != run_.done)
      throw core::Error(fmt::format("Run {} and its saved state contradict each other.", run_.id),
                        "Remove the run and read the corpus again.");
  }

  void go_on(core::Job& job) {
    PausingSinks sinks(reader_.inspection(), job);
    const double before = run_.seconds;
    const auto start = Clock::now();
    const auto spent = [&] { return before + seconds_since(start) - sinks.paused(); };
    while (run_.done < run_.tokens && !job.cancelled()) {
      wait_for_writing();
      const std::vector<std::int32_t> tokens = tokens_to_checkpoint();
      start_writing(spent());
      const auto written = Clock::now();
      for (std::span<const std::int32_t> rest = tokens; !rest.empty() && !job.cancelled();) {
        if (seconds_since(written) > most_seconds_between_checkpoints) break;
        const std::size_t count = std::min(rest.size(), std::size_t(steps_.chunk - run_.done % steps_.chunk));
        read_chunk(rest.first(count), sinks);
        rest = rest.subspan(count);
        job.advance(std::int64_t(count));
      }
    }
    wait_for_writing();
    start_writing(spent());
    wait_for_writing();
    if (run_.done < run_.tokens) throw core::Cancelled();
    write_tile_pyramid(workspace_, run_, reader_.settings().pattern, reader_.settings().heads, job);
    writer_.finish_run(run_.id);
  }

 private:
  std::vector<std::int32_t> tokens_to_checkpoint() {
    const std::int64_t count =
        std::min(steps_.checkpoint - run_.done % steps_.checkpoint, run_.tokens - run_.done);
    std::vector<std::int32_t> tokens = workspace_.tokens(run_.done, count);
    if (std::int64_t(tokens.size()) != count)
      throw core::Error("The corpus has changed while it was read.", "Read it again when it is open again.");
    return tokens;
  }

  // Chunks end at multiples of their length, however often the run was interrupted: it computes the same numbers.
  void read_chunk(std::span<const std::int32_t> tokens, PausingSinks& sinks) {
    Chunk chunk{run_.done, std::vector<float>(tokens.size()), {}};
    chunk.findings = reader_.read(tokens, chunk.surprisal.data(), sinks);
    waiting_.push_back(std::move(chunk));
    run_.done += std::int64_t(tokens.size());
  }

  void start_writing(double seconds) {
    if (waiting_.empty()) return;
    Batch batch{std::move(waiting_), reader_.save(), run_.done, seconds};
    writing_ = std::async(std::launch::async, [this, batch = std::move(batch)] { write(batch); });
    waiting_.clear();
  }

  void wait_for_writing() {
    if (writing_.valid()) writing_.get();
  }

  // All of it or nothing.
  void write(const Batch& batch) {
    workspace::Transaction transaction(writer_);
    for (const Chunk& chunk : batch.chunks) write(chunk);
    write_received(batch.chunks);
    writer_.save_state(run_.id, batch.state, batch.done, batch.seconds);
    if (steps_.waypoint > 0 && batch.done % steps_.waypoint == 0)
      writer_.put_waypoint(run_.id, batch.done, model_part(batch.state));
    transaction.commit();
  }

  void write(const Chunk& chunk) {
    writer_.append_surprisal(run_.id, chunk.first, chunk.surprisal);
    for (const workspace::Tile& tile : chunk.findings.tiles) writer_.put_tile(run_.id, tile);
    if (reader_.settings().edges > 0) write_edges(chunk);
  }

  // A segment that ends may have begun millions of tokens ago. All that goes to one window of the sequence is added
  // together, so that the workspace takes each window in hand once; in the order of the chunks, whatever was gathered.
  void write_received(const std::vector<Chunk>& chunks) {
    std::map<std::pair<int, std::int64_t>, std::vector<Stretch>> windows;
    for (const Chunk& chunk : chunks)
      for (const Received& received : chunk.findings.received)
        for (Stretch rest{received.first, received.step, received.weights}; !rest.weights.empty();) {
          const std::int64_t window = rest.first / window_tokens, end = (window + 1) * window_tokens;
          const std::size_t count = std::min(rest.weights.size(), std::size_t((end - 1 - rest.first) / rest.step + 1));
          windows[{received.layer, window}].push_back({rest.first, rest.step, rest.weights.first(count)});
          rest = {rest.first + std::int64_t(count) * rest.step, rest.step, rest.weights.subspan(count)};
        }
    for (const auto& [key, stretches] : windows)
      for (const Stretch& stretch : stretches)
        writer_.add_received(run_.id, key.first, stretch.first, stretch.weights, stretch.step);
  }

  void write_edges(const Chunk& chunk) {
    std::span<const workspace::Edge> rest = chunk.findings.edges;
    for (int layer = 0; layer < run_.layers; ++layer) {
      const auto end = std::ranges::find_if(rest, [&](const workspace::Edge& edge) { return edge.layer != layer; });
      const auto of_layer = rest.first(std::size_t(end - rest.begin()));
      writer_.put_edges(run_.id, layer, chunk.first, std::int64_t(chunk.surprisal.size()), of_layer);
      rest = rest.subspan(of_layer.size());
    }
  }

  workspace::Workspace& workspace_;
  workspace::Workspace::Writer& writer_;
  workspace::Run run_;
  const ReadSteps steps_;
  RankedReader reader_;
  std::vector<Chunk> waiting_;
  std::future<void> writing_;  // last: its end waits for the thread, which uses all others
};

workspace::Run new_run(const ReadModel& model, workspace::Detail detail, std::int64_t tokens) {
  const model::Config& config = model.decoder.config();
  workspace::Run run;
  run.model = model.name;
  run.config = model.config;
  run.detail = detail;
  run.tokens = tokens;
  run.layers = config.layers;
  run.heads = config.heads;
  run.levels = int(config.attention.levels.size());
  return run;
}

std::string megabytes(double bytes) { return fmt::format("{:.1f} MB", bytes / 1e6); }

// What is more than the limit or the disk allows is not begun.
void check_size(const std::filesystem::path& file, const ReadModel& model, const ReadSettings& settings,
                const workspace::Run& run) {
  if (run.complete()) return;
  const auto bytes = [&](workspace::Detail detail) {
    return double(bytes_to_add(model.decoder.config(), detail, run.tokens, run.done));
  };
  const double needed = bytes(settings.detail);
  const std::string what = fmt::format("Reading {} tokens with detail {} would add about {} to {}",
                                       run.tokens - run.done, name(settings.detail), megabytes(needed), file.string());
  std::string less = ".";
  if (settings.detail != workspace::Detail::light)
    less = fmt::format(", or read with detail light, about {}.", megabytes(bytes(workspace::Detail::light)));
  if (settings.size_limit > 0 && needed > double(settings.size_limit))
    throw core::Error(fmt::format("{}, above the limit of {}.", what, megabytes(double(settings.size_limit))),
                      fmt::format("Allow at least {}{}", megabytes(needed), less));
  std::error_code unknown;
  const auto space = std::filesystem::space(std::filesystem::absolute(file).parent_path(), unknown);
  if (!unknown && needed > double(space.available))
    throw core::Error(fmt::format("{}, but its disk has only {} free.", what, megabytes(double(space.available))),
                      fmt::format("Free some space{}", less));
}

}  // namespace

std::int64_t read_corpus(const std::filesystem::path& file, const ReadSettings& settings, core::Job& job) {
  return read_corpus(*parallel::alone(), file, settings, std::nullopt, job);
}

std::int64_t read_corpus(const std::filesystem::path& file, const ReadSettings& settings,
                         std::optional<ReadSteps> steps, core::Job& job) {
  return read_corpus(*parallel::alone(), file, settings, steps, job);
}

std::int64_t read_corpus(parallel::Collective& ranks, const std::filesystem::path& file, const ReadSettings& settings,
                         core::Job& job) {
  return read_corpus(ranks, file, settings, std::nullopt, job);
}

std::int64_t read_corpus(parallel::Collective& ranks, const std::filesystem::path& file, const ReadSettings& settings,
                         std::optional<ReadSteps> steps, core::Job& job) {
  std::int64_t run = 0;
  on_devices(ranks, settings.device, [&](parallel::Collective& all, const ReadDevice& device) {
    const std::int64_t id = read_on(all, file, settings, device, steps, job);
    if (all.rank() == 0) run = id;
  });
  return run;
}

std::int64_t read_on(parallel::Collective& ranks, const std::filesystem::path& file, const ReadSettings& settings,
                     const ReadDevice& given, std::optional<ReadSteps> steps, core::Job& job) {
  if (ranks.rank() > 0) {
    follow(ranks, settings.model, given);
    return 0;
  }
  auto workspace = workspace::Workspace::open(file);
  const WritingLock lock(file);
  const ReadModel model = load_read_model(settings, workspace);
  const auto old = fitting_run(workspace, settings, model);
  const workspace::Run run = old ? *old : new_run(model, settings.detail, workspace.summary().tokens);
  check_size(file, model, settings, run);
  const InspectionSettings inspection = inspection_settings(model.decoder.config(), run.detail, run.tokens);
  const ReadDevice device = device_for(ranks, given, model, inspection);
  if (!steps) steps = read_steps(model.decoder.config(), inspection, device.is_gpu());

  job.begin("reading by the model", "tokens", run.tokens, run.done);
  std::int64_t id = 0;
  {
    Reading reading(ranks, workspace, model, run, *steps, device);
    if (old)
      reading.load();
    else
      reading.begin();
    reading.go_on(job);
    id = reading.run();
  }
  dismiss(ranks);
  return id;
}

}  // namespace corpuscope::explore
