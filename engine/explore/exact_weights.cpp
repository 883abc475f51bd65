#include "explore/exact_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/error.h"
#include "explore/run_reader.h"
#include "model/decoder.h"

namespace corpuscope::explore {

namespace {

constexpr std::int64_t piece = 512;  // what a cancel waits for

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
  RunReader runs;

  void check(const WeightWindow& window) const {
    const std::int64_t done = runs.run().done;
    if (window.query < 0 || window.key < 0 || window.queries < 1 || window.keys < 1 ||
        window.queries > most_pairs_of_window / window.keys || window.query > done - window.queries ||
        window.key > done - window.keys)
      throw core::Error(fmt::format("Weights of {} queries from {} on {} keys from {} cannot be told.", window.queries,
                                    window.query, window.keys, window.key),
                        fmt::format("Ask for at most {} pairs among the {} tokens that were read.",
                                    most_pairs_of_window, done));
  }
};

ExactReader::ExactReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(new Impl{{workspace, run, model}}) {}
ExactReader::~ExactReader() = default;

RereadCost ExactReader::cost(const WeightWindow& window) const {
  impl_->check(window);
  return impl_->runs.cost(window.query, window.query + window.queries);
}

ExactWeights ExactReader::weights(const WeightWindow& window, core::Job& job) {
  impl_->check(window);
  RunReader& runs = impl_->runs;
  job.begin("reading again for single weights", "tokens", cost(window).tokens);
  runs.go_to(window.query, job);
  WindowSinks sinks(window, runs.config());
  for (std::int64_t left = window.queries; left > 0;) {
    const std::int64_t count = std::min(left, piece);
    runs.read(count, nullptr, &sinks, job);
    left -= count;
  }
  return {runs.run().id, window, false, 0, runs.config().heads, sinks.take()};
}

ExactWeights ExactReader::dense_weights(const WeightWindow& window, std::int64_t context, core::Job& job) {
  impl_->check(window);
  RunReader& runs = impl_->runs;
  const std::int64_t end = window.query + window.queries;
  const std::int64_t wanted = std::clamp<std::int64_t>(context, window.queries, longest_dense_context);
  const std::int64_t first = std::max<std::int64_t>(end - wanted, 0);
  job.begin("reading a stretch with dense attention", "tokens", end - first);
  model::Decoder dense(runs.decoder());
  dense.set_pattern({{{end - first, 1}}, pattern::OffsetRule::modulo, false, true});
  model::Reader reader(dense);
  WeightWindow inside = window;
  inside.query -= first;
  inside.key -= first;
  WindowSinks sinks(inside, runs.config());
  const auto tokens = runs.workspace().tokens(first, end - first);
  for (std::span<const std::int32_t> rest = tokens; !rest.empty();) {
    job.poll();
    const auto part = rest.first(std::min<std::size_t>(rest.size(), piece));
    reader.append(part, nullptr, &sinks);
    job.advance(std::int64_t(part.size()));
    rest = rest.subspan(part.size());
  }
  return {runs.run().id, window, true, first, runs.config().heads, sinks.take()};
}

}  // namespace corpuscope::explore
