#include "explore/inspection.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/parallel.h"
#include "explore/head_inspection.h"
#include "parallel/bytes.h"

namespace corpuscope::explore {

namespace {

using namespace inspected;

// One layer: its heads that are inspected on this rank, and on the first rank what all heads found.
class LayerInspection : public attention::WeightSink {
 public:
  LayerInspection(const InspectionSettings& settings, int layer, const parallel::Part& own)
      : settings_(&settings), layer_(layer), first_head_(int(own.begin)) {
    for (std::int64_t head = own.begin; head < own.end; ++head) heads_.emplace_back(settings, int(head));
  }

  void tile(const attention::WeightTile& tile) override { heads_[std::size_t(tile.head - first_head_)].add(tile); }

  void take(const model::LayerSums& sums) {
    for (const model::SegmentSums& segment : sums.segments)
      if (pattern::segment_rows(settings_->pattern, segment.level, segment.head, settings_->heads, settings_->length,
                                segment.segment)
              .count > 0)
        heads_[std::size_t(segment.head - first_head_)].add(segment);
    const std::size_t most = std::size_t(settings_->edges);
    given_.resize(std::size_t(count_) * most);
    for (std::int64_t i = 0; i < sums.length * settings_->edges; ++i) {
      const model::StrongEdge& edge = sums.edges[i];
      given_[std::size_t((sums.first - first_) * settings_->edges + i)] = {edge.weight, edge.level, edge.head, edge.key};
    }
  }

  void begin(std::int64_t first, std::int64_t count) {
    first_ = first;
    count_ = count;
    given_.clear();
    bounds_.assign(std::size_t(count), 0);
    for (HeadInspection& head : heads_) head.begin(first, count, bounds_.data());
  }

  // Of this rank's heads.
  Found end() {
    Found found;
    for (HeadInspection& head : heads_) found.closed.push_back(head.take_closed(first_ + count_));
    found.strongest = !given_.empty() ? given_ : strongest(heads_.size(), [&](std::size_t head, std::int64_t query) {
      return heads_[head].strongest(first_ + query);
    });
    return found;
  }

  // Of all heads, from what the ranks found, in the order of the heads.
  Findings gather(std::vector<Found> ranks) const {
    std::vector<std::vector<Closed>> closed;
    for (Found& of_rank : ranks) std::ranges::move(of_rank.closed, std::back_inserter(closed));
    Findings findings;
    gather_received(closed, findings);
    for (int level = 0; level < int(settings_->pattern.levels.size()); ++level) gather_tiles(closed, level, findings);
    if (ranks.size() > 1)
      ranks[0].strongest = strongest(ranks.size(), [&](std::size_t rank, std::int64_t query) {
        return ranks[rank].strongest.data() + query * settings_->edges;
      });
    gather_edges(ranks[0].strongest, findings);
    return findings;
  }

  std::vector<HeadInspection>& heads() { return heads_; }
  const std::vector<HeadInspection>& heads() const { return heads_; }

 private:
  void gather_received(const std::vector<std::vector<Closed>>& closed, Findings& findings) const {
    for (const auto& of_head : closed)
      for (const auto& [level, segment] : of_head) {
        Received received{layer_, segment.rows.first, segment.rows.dilation, segment.received};
        for (float& weight : received.weights) weight /= float(settings_->heads);
        findings.received.push_back(std::move(received));
      }
  }

  // Heads whose segments cover the same positions have one mean, be they of one grid or, in a short sequence, of two.
  void gather_tiles(const std::vector<std::vector<Closed>>& closed, int level, Findings& findings) const {
    std::vector<Span> spans;
    for (const auto& of_head : closed)
      for (const Closed& one : of_head)
        if (one.level == level && !std::ranges::count(spans, one.segment.span)) spans.push_back(one.segment.span);
    for (const Span span : spans) {
      workspace::Tile mean{layer_, workspace::mean_of_heads, level, span.begin, span.end - span.begin,
                           map_size(*settings_, level, span), {}};
      mean.weights.assign(std::size_t(mean.size * mean.size), 0);
      workspace::Tile strongest = mean;
      strongest.head = workspace::strongest_head;
      std::vector<std::int64_t> queries(std::size_t(mean.size), 0);
      for (int head = 0; head < settings_->heads; ++head)
        for (const Closed& one : closed[std::size_t(head)])
          if (one.level == level && one.segment.span == span)
            add_head(one.segment, head, mean, strongest, queries, findings);
      divide(mean, queries);
      findings.tiles.push_back(std::move(mean));
      findings.tiles.push_back(std::move(strongest));
    }
  }

  void add_head(const Segment& segment, int head, workspace::Tile& mean, workspace::Tile& strongest,
                std::vector<std::int64_t>& queries, Findings& findings) const {
    std::vector<std::int64_t> own(queries.size());
    for (std::size_t s = 0; s < queries.size(); ++s) {
      own[s] = segment.strips[s + 1] - segment.strips[s];
      queries[s] += own[s];
    }
    for (std::size_t i = 0; i < mean.weights.size(); ++i) mean.weights[i] += segment.map[i];
    workspace::Tile tile{layer_, head, mean.level, mean.first, mean.length, mean.size, segment.map};
    divide(tile, own);
    for (std::size_t i = 0; i < tile.weights.size(); ++i)
      strongest.weights[i] = std::max(strongest.weights[i], tile.weights[i]);
    if (settings_->each_head) findings.tiles.push_back(std::move(tile));
  }

  static void divide(workspace::Tile& tile, const std::vector<std::int64_t>& queries) {
    for (int row = 0; row < tile.size; ++row)
      for (int column = 0; column < tile.size; ++column)
        tile.weights[std::size_t(row * tile.size + column)] /=
            float(std::max<std::int64_t>(1, queries[std::size_t(row)]));
  }

  // Of each query the strongest ones of several lists of the strongest.
  template <typename List>
  std::vector<Candidate> strongest(std::size_t lists, List list) const {
    const std::size_t most = std::size_t(settings_->edges);
    std::vector<Candidate> chosen(std::size_t(count_) * most), all(most * lists);
    if (lists == 0 || most == 0) return chosen;
    for (std::int64_t query = 0; query < count_; ++query) {
      for (std::size_t i = 0; i < lists; ++i)
        std::copy_n(list(i, query), most, all.begin() + std::ptrdiff_t(i * most));
      std::partial_sort(all.begin(), all.begin() + std::ptrdiff_t(most), all.end(), stronger);
      std::copy_n(all.begin(), most, chosen.begin() + query * std::ptrdiff_t(most));
    }
    return chosen;
  }

  void gather_edges(const std::vector<Candidate>& strongest, Findings& findings) const {
    findings.edges.reserve(strongest.size());
    for (std::size_t i = 0; i < strongest.size(); ++i) {
      const Candidate& one = strongest[i];
      if (one.weight > 0)
        findings.edges.push_back({first_ + std::int64_t(i) / settings_->edges, one.key, one.weight,
                                  std::int16_t(layer_), one.level, one.head});
    }
  }

  const InspectionSettings* settings_;
  int layer_, first_head_;
  std::int64_t first_ = 0, count_ = 0;
  std::vector<float> bounds_;
  std::vector<HeadInspection> heads_;
  std::vector<Candidate> given_;  // [chunk, edges] of all heads, where a GPU has chosen them
};

}  // namespace

struct Inspection::Impl {
  Impl(const InspectionSettings& given, parallel::Collective* all_ranks)
      : settings(given), ranks(all_ranks ? *all_ranks : *alone) {
    for (int layer = 0; layer < settings.layers; ++layer)
      layers.emplace_back(settings, layer, heads_of(ranks.rank()));
  }

  // As parallel::HeadExchange shares them.
  parallel::Part heads_of(int rank) const { return parallel::part_of(settings.heads, rank, ranks.size()); }

  std::vector<std::vector<Found>> found_by_all(std::vector<Found> own) const;

  const InspectionSettings settings;
  const std::unique_ptr<parallel::Collective> alone = parallel::alone();
  parallel::Collective& ranks;
  std::vector<LayerInspection> layers;
  std::int64_t chunk = 0;  // tokens of the one that was begun
};

Inspection::Inspection(const InspectionSettings& settings) : impl_(std::make_unique<Impl>(settings, nullptr)) {}
Inspection::Inspection(const InspectionSettings& settings, parallel::Collective& ranks)
    : impl_(std::make_unique<Impl>(settings, &ranks)) {}

Inspection::~Inspection() = default;

const InspectionSettings& Inspection::settings() const { return impl_->settings; }

attention::WeightSink* Inspection::layer(int layer) { return &impl_->layers[std::size_t(layer)]; }

std::optional<model::SumsWanted> Inspection::wanted() const { return sums_wanted(impl_->settings); }

void Inspection::take(int layer, const model::LayerSums& sums) { impl_->layers[std::size_t(layer)].take(sums); }

model::SumsWanted sums_wanted(const InspectionSettings& settings) {
  return {settings.length, settings.tile_size, settings.edges};
}

void Inspection::begin(std::int64_t first, std::int64_t count) {
  impl_->chunk = count;
  for (LayerInspection& layer : impl_->layers) layer.begin(first, count);
}

// Of each layer what each rank found; nothing on the other ranks.
std::vector<std::vector<Found>> Inspection::Impl::found_by_all(std::vector<Found> own) const {
  std::vector<std::byte> bytes;
  if (ranks.rank() > 0)
    for (const Found& layer : own) layer.put(bytes);
  const auto gathered = parallel::gather(ranks, std::move(bytes));
  if (ranks.rank() > 0) return {};
  std::vector<std::vector<Found>> all(layers.size());
  for (std::size_t layer = 0; layer < layers.size(); ++layer) all[layer].push_back(std::move(own[layer]));
  for (int rank = 1; rank < ranks.size(); ++rank) {
    std::span<const std::byte> rest = gathered[std::size_t(rank)];
    for (auto& layer : all) layer.push_back(Found::take(rest, settings, heads_of(rank), chunk));
  }
  return all;
}

Findings Inspection::end() {
  std::vector<Found> own(impl_->layers.size());
  core::parallel_for(std::int64_t(own.size()),
                     [&](std::int64_t i) { own[std::size_t(i)] = impl_->layers[std::size_t(i)].end(); });
  auto found = impl_->found_by_all(std::move(own));
  std::vector<Findings> parts(found.size());
  core::parallel_for(std::int64_t(parts.size()), [&](std::int64_t i) {
    parts[std::size_t(i)] = impl_->layers[std::size_t(i)].gather(std::move(found[std::size_t(i)]));
  });
  Findings all;
  std::size_t edges = 0;
  for (const Findings& part : parts) edges += part.edges.size();
  all.edges.reserve(edges);
  for (Findings& part : parts) {
    std::ranges::move(part.received, std::back_inserter(all.received));
    std::ranges::move(part.tiles, std::back_inserter(all.tiles));
    std::ranges::move(part.edges, std::back_inserter(all.edges));
  }
  return all;
}

std::vector<std::byte> Inspection::save() const {
  std::vector<std::vector<std::byte>> sections;  // one a layer
  for (const LayerInspection& layer : impl_->layers) {
    auto& section = sections.emplace_back();
    for (const HeadInspection& head : layer.heads())
      for (const Segment& segment : head.open()) segment.put(section);
  }
  return parallel::join(impl_->ranks, sections);
}

void Inspection::load(std::span<const std::byte> state) {
  const InspectionSettings& settings = impl_->settings;
  const parallel::Part own = impl_->heads_of(impl_->ranks.rank());
  for (LayerInspection& layer : impl_->layers)
    for (int head = 0; head < settings.heads; ++head)
      for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
        Segment segment = Segment::take(state, settings, level, head);
        if (head >= own.begin && head < own.end)
          layer.heads()[std::size_t(head - own.begin)].open()[std::size_t(level)] = std::move(segment);
      }
  if (!state.empty()) throw damaged();
}

}  // namespace corpuscope::explore
