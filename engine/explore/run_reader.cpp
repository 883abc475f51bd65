#include "explore/run_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "explore/open.h"
#include "explore/read_state.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

constexpr std::int64_t most_kept_bytes = 160'000'000;

workspace::Run required_run(const workspace::Workspace& workspace, std::int64_t id) {
  const auto run = workspace.run(id);
  if (!run)
    throw core::Error(fmt::format("Run {} is not in {}.", id, workspace.file().string()), "Read the corpus again.");
  return *run;
}

ReadModel model_of(workspace::Workspace& workspace, const workspace::Run& run, const std::filesystem::path& folder) {
  const auto remedy = fmt::format("Give the folder of the model \"{}\" that read it, or read the corpus again.", run.model);
  std::filesystem::path place = folder;
  try {
    if (place.empty()) place = resource("models/" + run.model);
  } catch (const core::Error&) {
    throw core::Error(fmt::format("The model \"{}\" that made run {} is not here.", run.model, run.id), remedy);
  }
  ReadModel model = load_read_model(place, run.config);
  if (read_state_fingerprint(workspace.writer().state(run.id)) != model.fingerprint)
    throw core::Error(fmt::format("The model in {} is not the one that made run {}.", place.string(), run.id), remedy);
  return model;
}

std::int64_t chunk_of(const ReadModel& model, const workspace::Run& run) {
  const model::Config& config = model.decoder.config();
  return read_steps(config, inspection_settings(config, run.detail, run.tokens)).chunk;
}

double operations_between(const model::Config& config, std::int64_t first, std::int64_t end) {
  const auto up_to = [&](std::int64_t tokens) { return tokens > 0 ? reading_operations(config, tokens) : 0.0; };
  return up_to(end) - up_to(first);
}

}  // namespace

RunReader::RunReader(const std::filesystem::path& file, std::int64_t run, const std::filesystem::path& folder)
    : workspace_(workspace::Workspace::open(file)),
      run_(required_run(workspace_, run)),
      model_(model_of(workspace_, run_, folder)),
      chunk_(chunk_of(model_, run_)),
      waypoints_(workspace_.waypoints(run)),
      reader_(std::make_unique<model::Reader>(model_.decoder)) {
  // The end is a waypoint too; while a run goes on it moves.
  if (run_.complete() && (waypoints_.empty() || waypoints_.back() < run_.done)) waypoints_.push_back(run_.done);
}

// The furthest place up to `position` from which the model can go on.
std::int64_t RunReader::start_for(std::int64_t position) const {
  std::int64_t start = 0;
  const auto waypoint = std::ranges::upper_bound(waypoints_, position);
  if (waypoint != waypoints_.begin()) start = *std::prev(waypoint);
  const auto kept = kept_.upper_bound(position);
  if (kept != kept_.begin()) start = std::max(start, std::prev(kept)->first);
  const std::int64_t here = reader_->position();
  return here <= position && here >= start ? here : start;
}

void RunReader::start_at(std::int64_t position) {
  if (reader_->position() == position) return;
  if (position == 0) {
    reader_ = std::make_unique<model::Reader>(model_.decoder);
    return;
  }
  const auto kept = kept_.find(position);
  if (kept != kept_.end())
    reader_->load(kept->second);
  else if (position == run_.done)
    reader_->load(model_part(workspace_.writer().state(run_.id)));
  else
    reader_->load(workspace_.waypoint(run_.id, position));
  if (reader_->position() != position)
    throw core::Error(fmt::format("A waypoint of run {} contradicts itself.", run_.id), "Read the corpus again.");
}

// The next question is mostly about a place near by.
void RunReader::keep() {
  const std::int64_t position = reader_->position();
  if (position == 0 || kept_.contains(position)) return;
  auto state = reader_->save();
  kept_bytes_ += std::int64_t(state.size());
  kept_[position] = std::move(state);
  kept_order_.push_back(position);
  while (kept_bytes_ > most_kept_bytes && kept_order_.size() > 1) {
    const auto oldest = kept_.find(kept_order_.front());
    kept_bytes_ -= std::int64_t(oldest->second.size());
    kept_.erase(oldest);
    kept_order_.erase(kept_order_.begin());
  }
}

RereadCost RunReader::cost(std::int64_t position, std::int64_t end) const {
  return cost_between(start_for(position), end);
}

RereadCost RunReader::cost_between(std::int64_t start, std::int64_t end) const {
  const double operations = operations_between(config(), start, end);
  const double whole = operations_between(config(), 0, std::max<std::int64_t>(run_.done, 1));
  // Without looking at weights and expectations it goes faster than the run did; measured: less than half the time.
  constexpr double without_looking = 0.4;
  const double as_the_run = whole / std::max(run_.seconds * without_looking, 1e-3);
  const double speed = operations_per_second_ > 0 ? operations_per_second_ : as_the_run;
  return {end - start, operations / speed, 0};
}

void RunReader::go_to(std::int64_t position, core::Job& job) {
  if (position < 0 || position > run_.done)
    throw core::Error(fmt::format("Run {} has read {} tokens, not up to {}.", run_.id, run_.done, position),
                      "Let the reading go on first, or choose an earlier token.");
  start_at(start_for(position));
  const std::int64_t border = position / chunk_ * chunk_;
  const auto began = std::chrono::steady_clock::now();
  const std::int64_t first = reader_->position();
  while (reader_->position() < border)
    read(std::min(chunk_ - reader_->position() % chunk_, border - reader_->position()), nullptr, nullptr, job);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  if (seconds.count() > 0.2) operations_per_second_ = operations_between(config(), first, border) / seconds.count();
  if (reader_->position() == border) keep();
  if (reader_->position() < position) read(position - reader_->position(), nullptr, nullptr, job);
}

std::int64_t RunReader::step(std::int64_t at) const {
  const std::int64_t piece = reader_->piece();
  return std::min(chunk_ - at % chunk_, piece - at % piece);
}

std::vector<std::int32_t> RunReader::tokens(std::int64_t first, std::int64_t count) const {
  auto tokens = workspace_.tokens(first, count);
  if (std::int64_t(tokens.size()) != count)
    throw core::Error("The corpus has changed since it was read.", "Read it again when it is open again.");
  return tokens;
}

void RunReader::read(std::int64_t count, float* bits, model::LayerSinks* sinks, core::Job& job) {
  job.poll();
  reader_->append(tokens(reader_->position(), count), bits, sinks);
  job.advance(count);
}

}  // namespace corpuscope::explore
