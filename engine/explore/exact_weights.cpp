#include "explore/exact_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/error.h"
#include "explore/open.h"
#include "explore/read_setup.h"
#include "explore/read_state.h"
#include "model/decoder.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

// Of one layer, the weights that lie in the window. Heads come from several threads, each into a list of its own.
class LayerWindow : public attention::WeightSink {
 public:
  LayerWindow(const WeightWindow& window, int heads) : window_(window), heads_(std::size_t(heads)) {}

  void tile(const attention::WeightTile& tile) override {
    const auto [first_row, end_row] = inside(tile.query_first, tile.dilation, tile.queries, window_.query, window_.queries);
    const auto [first_key, end_key] = inside(tile.key_first, tile.dilation, tile.keys, window_.key, window_.keys);
    auto& out = heads_[std::size_t(tile.head)];
    for (std::int64_t row = first_row; row < end_row; ++row)
      for (std::int64_t column = first_key; column < end_key; ++column) {
        const float weight = tile.weights[row * tile.stride + column];
        if (weight > 0)
          out.push_back({std::int32_t(tile.query_first + row * tile.dilation - window_.query),
                         std::int32_t(tile.key_first + column * tile.dilation - window_.key),
                         std::int16_t(tile.level), std::int16_t(tile.head), weight});
      }
  }

  std::vector<ExactWeight> take() {
    std::vector<ExactWeight> all;
    for (auto& head : heads_) all.insert(all.end(), head.begin(), head.end());
    std::ranges::sort(all, {}, [](const ExactWeight& w) { return std::tuple(w.query, w.key, w.head, w.level); });
    return all;
  }

 private:
  // Which of the positions first, first + step, ... lie in [begin, begin + length).
  static std::pair<std::int64_t, std::int64_t> inside(std::int64_t first, std::int64_t step, std::int64_t count,
                                                      std::int64_t begin, std::int64_t length) {
    const auto before = [&](std::int64_t position) {
      return std::clamp<std::int64_t>((position - first + step - 1) / step, 0, count);
    };
    return {begin > first ? before(begin) : 0, begin + length > first ? before(begin + length) : 0};
  }

  WeightWindow window_;
  std::vector<std::vector<ExactWeight>> heads_;
};

class WindowSinks : public model::LayerSinks {
 public:
  WindowSinks(const WeightWindow& window, const model::Config& config) {
    for (int i = 0; i < config.layers; ++i) layers_.emplace_back(window, config.heads);
  }
  attention::WeightSink* layer(int layer) override { return &layers_[std::size_t(layer)]; }
  std::vector<std::vector<ExactWeight>> take() {
    std::vector<std::vector<ExactWeight>> all;
    for (auto& layer : layers_) all.push_back(layer.take());
    return all;
  }

 private:
  std::vector<LayerWindow> layers_;
};

workspace::Run required_run(const workspace::Workspace& workspace, std::int64_t id) {
  const auto run = workspace.run(id);
  if (!run)
    throw core::Error(fmt::format("Run {} is not in {}.", id, workspace.file().string()), "Read the corpus again.");
  return *run;
}

ReadModel model_of(workspace::Workspace& workspace, const workspace::Run& run, const std::filesystem::path& folder) {
  const auto place = folder.empty() ? resource("models/" + run.model) : folder;
  ReadModel model = load_read_model(place, run.config);
  if (read_state_fingerprint(workspace.writer().state(run.id)) != model.fingerprint)
    throw core::Error(fmt::format("The model in {} is not the one that made run {}.", place.string(), run.id),
                      "Give the folder of the model that read the corpus, or read it again.");
  return model;
}

// States at some positions of the sequence, as far apart as the memory allows: where there is no room for another, the
// one goes that lies closest to its neighbours.
class KeptStates {
 public:
  // The position of the last one up to here; 0 where there is none.
  std::int64_t before(std::int64_t position) const {
    const auto behind = states_.upper_bound(position);
    return behind == states_.begin() ? 0 : std::prev(behind)->first;
  }
  const std::vector<std::byte>& at(std::int64_t position) const { return states_.at(position); }
  bool has(std::int64_t position) const { return states_.contains(position); }
  std::int64_t bytes() const { return bytes_; }

  void keep(std::int64_t position, std::vector<std::byte> state) {
    if (has(position) || position == 0) return;
    bytes_ += std::int64_t(state.size());
    states_[position] = std::move(state);
    while (bytes_ > most_bytes && states_.size() > 2) drop_closest(position);
  }

 private:
  static constexpr std::int64_t most_bytes = 400'000'000;

  void drop_closest(std::int64_t newest) {
    auto closest = states_.end();
    std::int64_t least = 0;
    for (auto it = states_.begin(); it != states_.end(); ++it) {
      if (it->first == newest) continue;
      const std::int64_t from = it == states_.begin() ? 0 : std::prev(it)->first;
      const auto next = std::next(it);
      const std::int64_t gap = (next == states_.end() ? it->first : next->first) - from;
      if (closest == states_.end() || gap < least) closest = it, least = gap;
    }
    bytes_ -= std::int64_t(closest->second.size());
    states_.erase(closest);
  }

  std::map<std::int64_t, std::vector<std::byte>> states_;
  std::int64_t bytes_ = 0;
};

}  // namespace

std::pair<const ExactWeight*, const ExactWeight*> ExactWeights::of_pair(int layer, std::int64_t query,
                                                                        std::int64_t key) const {
  if (layer < 0 || layer >= int(layers.size())) return {nullptr, nullptr};
  const auto& all = layers[std::size_t(layer)];
  const auto wanted = std::pair(query - window.query, key - window.key);
  const auto range = std::ranges::equal_range(
      all, wanted, {}, [](const ExactWeight& w) { return std::pair<std::int64_t, std::int64_t>(w.query, w.key); });
  return {std::to_address(range.begin()), std::to_address(range.end())};
}

struct ExactReader::Impl {
  Impl(const std::filesystem::path& file, std::int64_t id, const std::filesystem::path& folder)
      : workspace(workspace::Workspace::open(file)),
        run(required_run(workspace, id)),
        model(model_of(workspace, run, folder)),
        steps(read_steps(model.decoder.config(), inspection_settings(model.decoder.config(), run.detail, run.tokens))),
        reader(std::make_unique<model::Reader>(model.decoder)) {}

  workspace::Workspace workspace;
  const workspace::Run run;
  const ReadModel model;
  const ReadSteps steps;
  std::unique_ptr<model::Reader> reader;
  KeptStates states;

  const model::Config& config() const { return model.decoder.config(); }

  void check(const WeightWindow& window) const {
    if (window.query < 0 || window.key < 0 || window.queries < 1 || window.keys < 1 ||
        window.queries > most_pairs_of_window / window.keys || window.query > run.done - window.queries ||
        window.key > run.done - window.keys)
      throw core::Error(fmt::format("Weights of queries {} to {} on keys {} to {} cannot be told.", window.query,
                                    window.query + window.queries - 1, window.key, window.key + window.keys - 1),
                        fmt::format("Ask for at most {} pairs among the {} tokens that were read.",
                                    most_pairs_of_window, run.done));
  }

  // Where reading for these queries begins: chunks end where they did when the run was made, for the same numbers.
  std::int64_t start_for(std::int64_t query) const {
    const std::int64_t border = query / steps.chunk * steps.chunk;
    const std::int64_t kept = states.before(border), here = reader->position();
    return here <= border && here >= kept && here % steps.chunk == 0 ? here : kept;
  }

  void read(std::int64_t end, core::Job& job, model::LayerSinks* sinks) {
    // As many states as fit, spread over the whole.
    const std::int64_t apart = std::max<std::int64_t>(run.tokens / 24 / steps.chunk, 8) * steps.chunk;
    while (reader->position() < end) {
      const std::int64_t at = reader->position(), count = std::min(steps.chunk - at % steps.chunk, end - at);
      if (at % apart == 0 && at > 0 && !states.has(at)) states.keep(at, reader->save());
      job.poll();
      const auto tokens = workspace.tokens(at, count);
      if (std::int64_t(tokens.size()) != count)
        throw core::Error("The corpus has changed since it was read.", "Read it again when it is open again.");
      reader->append(tokens, nullptr, sinks);
      job.advance(count);
    }
  }
};

ExactReader::ExactReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(std::make_unique<Impl>(workspace, run, model)) {}
ExactReader::~ExactReader() = default;

WeightCost ExactReader::cost(const WeightWindow& window) const {
  impl_->check(window);
  const std::int64_t start = impl_->start_for(window.query), end = window.query + window.queries;
  const auto operations = [&](std::int64_t tokens) { return tokens > 0 ? reading_operations(impl_->config(), tokens) : 0; };
  // Nobody asks how surprising the tokens are.
  const double saved = 2.0 * impl_->config().vocab_size * impl_->config().hidden_size * double(end - start);
  const double share = (operations(end) - operations(start) - saved) / std::max(operations(impl_->run.done), 1.0);
  return {end - start, share * impl_->run.seconds};
}

ExactWeights ExactReader::weights(const WeightWindow& window, core::Job& job) {
  Impl& i = *impl_;
  i.check(window);
  const std::int64_t start = i.start_for(window.query), border = window.query / i.steps.chunk * i.steps.chunk;
  const std::int64_t end = window.query + window.queries;
  job.begin("reading again for single weights", "tokens", end - start);
  if (i.reader->position() != start) {
    if (start == 0)
      i.reader = std::make_unique<model::Reader>(i.model.decoder);
    else
      i.reader->load(i.states.at(start));
  }
  i.read(border, job, nullptr);
  i.states.keep(border, i.reader->save());
  WindowSinks sinks(window, i.config());
  i.read(end, job, &sinks);
  return {i.run.id, window, false, 0, i.config().heads, sinks.take()};
}

ExactWeights ExactReader::dense_weights(const WeightWindow& window, std::int64_t context, core::Job& job) {
  Impl& i = *impl_;
  i.check(window);
  const std::int64_t end = window.query + window.queries;
  const std::int64_t wanted = std::clamp<std::int64_t>(context, window.queries, longest_dense_context);
  const std::int64_t first = std::max<std::int64_t>(end - wanted, 0);
  job.begin("reading a stretch with dense attention", "tokens", end - first);
  model::Decoder dense(i.model.decoder);
  dense.set_pattern({{{end - first, 1}}, pattern::OffsetRule::modulo, false, true});
  model::Reader reader(dense);
  WeightWindow inside = window;
  inside.query -= first;
  inside.key -= first;
  WindowSinks sinks(inside, i.config());
  const auto tokens = i.workspace.tokens(first, end - first);
  for (std::span<const std::int32_t> rest = tokens; !rest.empty();) {
    job.poll();
    const auto part = rest.first(std::min<std::size_t>(rest.size(), 512));
    reader.append(part, nullptr, &sinks);
    job.advance(std::int64_t(part.size()));
    rest = rest.subspan(part.size());
  }
  return {i.run.id, window, true, first, i.config().heads, sinks.take()};
}

std::int64_t ExactReader::kept_bytes() const { return impl_->states.bytes(); }

}  // namespace corpuscope::explore
