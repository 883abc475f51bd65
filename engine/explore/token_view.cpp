#include "explore/token_view.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "explore/run_reader.h"

namespace corpuscope::explore {

namespace {

using workspace::Edge;

// Of one layer: all weights of one query, or all on one key. Heads come from several threads, each into its own list.
class OneToken : public attention::WeightSink {
 public:
  OneToken(int layer, int heads, std::int64_t token, bool as_query)
      : layer_(layer), token_(token), as_query_(as_query), heads_(std::size_t(heads)) {}

  void tile(const attention::WeightTile& tile) override {
    const std::int64_t first = as_query_ ? tile.query_first : tile.key_first;
    const std::int64_t at = (token_ - first) / tile.dilation;
    if (token_ < first || (token_ - first) % tile.dilation != 0 || at >= (as_query_ ? tile.queries : tile.keys)) return;
    for (std::int64_t other = 0; other < (as_query_ ? tile.keys : tile.queries); ++other) {
      const std::int64_t row = as_query_ ? at : other, column = as_query_ ? other : at;
      const float weight = tile.weights[row * tile.stride + column];
      if (weight > 0)
        heads_[std::size_t(tile.head)].push_back({tile.query_first + row * tile.dilation,
                                                  tile.key_first + column * tile.dilation, weight,
                                                  std::int16_t(layer_), std::int16_t(tile.level),
                                                  std::int16_t(tile.head)});
    }
  }

  void take(std::vector<Edge>& to) {
    for (auto& head : heads_) to.insert(to.end(), head.begin(), head.end());
  }

 private:
  int layer_;
  std::int64_t token_;
  bool as_query_;
  std::vector<std::vector<Edge>> heads_;
};

class OneTokenSinks : public model::LayerSinks {
 public:
  OneTokenSinks(const model::Config& config, std::int64_t token, bool as_query) {
    for (int layer = 0; layer < config.layers; ++layer) layers_.emplace_back(layer, config.heads, token, as_query);
  }

  attention::WeightSink* layer(int layer) override { return &layers_[std::size_t(layer)]; }

  std::vector<Edge> take() {
    std::vector<Edge> all;
    for (OneToken& layer : layers_) layer.take(all);
    std::ranges::sort(all, {}, [](const Edge& e) { return std::tuple(e.layer, e.head, e.level, e.key, e.query); });
    return all;
  }

 private:
  std::vector<OneToken> layers_;
};

constexpr std::int64_t piece = 512;  // what a cancel waits for

}  // namespace

struct TokenReader::Impl {
  RunReader reader;

  std::int64_t cut(std::int64_t token, std::int64_t ahead) const {
    return std::clamp<std::int64_t>(ahead, 0, std::max<std::int64_t>(reader.run().done - token - 1, 0));
  }
};

TokenReader::TokenReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(new Impl{{workspace, run, model}}) {}
TokenReader::~TokenReader() = default;

const workspace::Run& TokenReader::run() const { return impl_->reader.run(); }

RereadCost TokenReader::cost(std::int64_t token, std::int64_t ahead) const {
  return impl_->reader.cost(token, token + 1 + impl_->cut(token, ahead));
}

TokenView TokenReader::view(std::int64_t token, std::int64_t ahead, core::Job& job, int most_expected) {
  RunReader& reader = impl_->reader;
  if (token < 0 || token >= reader.run().done)
    throw core::Error("Run " + std::to_string(reader.run().id) + " has not read token " + std::to_string(token) + ".",
                      "It has read " + std::to_string(reader.run().done) + " tokens, counted from 0.");
  TokenView view;
  view.run = reader.run().id;
  view.token = token;
  view.ahead = impl_->cut(token, ahead);
  job.begin("reading again", "tokens", cost(token, ahead).tokens);
  reader.go_to(token, job);
  view.id = reader.workspace().tokens(token, 1).at(0);
  view.expected = expectation(reader.next_logits(), view.id, most_expected);
  view.bits = -std::log2(view.expected.probability);

  OneTokenSinks own(reader.config(), token, true);
  reader.read(1, nullptr, &own, job);
  view.sources = own.take();
  OneTokenSinks others(reader.config(), token, false);
  for (std::int64_t left = view.ahead; left > 0; left -= piece) reader.read(std::min(left, piece), nullptr, &others, job);
  view.readers = others.take();
  return view;
}

}  // namespace corpuscope::explore
