#include "explore/inspection.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>

#include "compute/loops.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::explore {

namespace {

struct Span {
  std::int64_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

// The part of [0, length) that a segment covers.
Span segment_span(const InspectionSettings& settings, int level, int head, std::int64_t segment) {
  const std::int64_t w = settings.pattern.levels[std::size_t(level)].segment;
  const std::int64_t begin = segment * w - pattern::shift(settings.pattern, level, head);
  return {std::max<std::int64_t>(begin, 0), std::min(begin + w, settings.length)};
}

// Strips are at least a dilation long, so that each holds a row of every head.
int map_size(const InspectionSettings& settings, int level, Span span) {
  const std::int64_t r = settings.pattern.levels[std::size_t(level)].dilation;
  return int(std::clamp<std::int64_t>((span.end - span.begin) / r, 1, settings.tile_size));
}

// The rows of one head in one segment of one level, and what was seen of them.
struct Segment {
  std::int64_t number = -1;
  Span span;
  pattern::Rows rows;
  int size = 0;
  std::vector<std::int64_t> strips;  // row with which each strip begins, and the number of rows
  std::vector<float> map;            // [size, size]: sums of weights
  std::vector<float> received;       // by row

  Segment() = default;
  Segment(const InspectionSettings& settings, int level, int head, std::int64_t segment) : number(segment) {
    span = segment_span(settings, level, head, segment);
    rows = pattern::segment_rows(settings.pattern, level, head, settings.heads, settings.length, segment);
    size = map_size(settings, level, span);
    for (int s = 0; s <= size; ++s) {
      const std::int64_t border = span.begin + ((span.end - span.begin) * s + size - 1) / size;
      strips.push_back(std::clamp<std::int64_t>((border - rows.first + rows.dilation - 1) / rows.dilation, 0,
                                                rows.count));
    }
    map.assign(std::size_t(size * size), 0);
    received.assign(std::size_t(rows.count), 0);
  }

  int strip_of(std::int64_t row) const {
    return int(std::upper_bound(strips.begin(), strips.end(), row) - strips.begin()) - 1;
  }
};

struct Closed {
  int level = 0;
  Segment segment;
};

struct Candidate {
  float weight = 0;
  std::int16_t level = 0, head = 0;
  std::int64_t key = 0;
};

// One head of one layer: touched by one thread at a time.
class HeadInspection {
 public:
  HeadInspection(const InspectionSettings& settings, int head) : settings_(&settings), head_(head) {
    open_.resize(settings.pattern.levels.size());
  }

  // `bounds`: of each query, shared by the layer's heads.
  void begin(std::int64_t first, std::int64_t count, float* bounds) {
    first_ = first;
    bounds_ = bounds;
    strongest_.assign(std::size_t(count * settings_->edges), {});
  }

  void add(const attention::WeightTile& tile) {
    Segment& segment = segment_of(tile.level, tile.query_first);
    const std::int64_t query = (tile.query_first - segment.rows.first) / tile.dilation;
    const std::int64_t key = (tile.key_first - segment.rows.first) / tile.dilation;
    columns_.resize(std::size_t(tile.keys));
    int strip = segment.strip_of(query);
    for (std::int64_t row = 0; row < tile.queries; ++strip) {
      const std::int64_t end = std::min<std::int64_t>(tile.queries, segment.strips[std::size_t(strip + 1)] - query);
      std::fill(columns_.begin(), columns_.end(), 0.f);
      for (; row < end; ++row) add_query(tile, row);
      pool(segment, strip, key);
    }
  }

  // Segments that end with the chunk, in no order.
  std::vector<Closed> take_closed(std::int64_t end) {
    for (int level = 0; level < int(open_.size()); ++level) {
      Segment& segment = open_[std::size_t(level)];
      if (segment.number >= 0 && segment.span.end <= end) close(level);
    }
    return std::exchange(closed_, std::vector<Closed>());
  }

  const Candidate* strongest(std::int64_t query) const {
    return strongest_.data() + (query - first_) * settings_->edges;
  }

  std::vector<Segment>& open() { return open_; }
  const std::vector<Segment>& open() const { return open_; }

 private:
  Segment& segment_of(int level, std::int64_t position) {
    const std::int64_t number = (position + pattern::shift(settings_->pattern, level, head_)) /
                                settings_->pattern.levels[std::size_t(level)].segment;
    Segment& segment = open_[std::size_t(level)];
    if (segment.number != number) {
      if (segment.number >= 0) close(level);
      segment = Segment(*settings_, level, head_, number);
    }
    return segment;
  }

  void close(int level) { closed_.push_back({level, std::exchange(open_[std::size_t(level)], Segment())}); }

  void add_query(const attention::WeightTile& tile, std::int64_t row) {
    const float* weights = tile.weights + row * tile.stride;
    const int most = settings_->edges;
    if (most == 0) {
      loops_.add_and_compare(weights, tile.keys, 0, columns_.data());
      return;
    }
    const std::int64_t query = tile.query_first + row * tile.dilation - first_;
    Candidate* best = strongest_.data() + query * most;
    const Candidate& last = best[most - 1];
    const std::atomic_ref<float> bound(bounds_[query]);
    const float below = bound.load(std::memory_order_relaxed);
    if (!loops_.add_and_compare(weights, tile.keys, std::max(below, last.weight), columns_.data())) return;
    // From the newest key on, as tiles come too: it is mostly the strongest, and few of the others then pass.
    for (std::int64_t j = tile.keys; (j = loops_.last_above(weights, j, std::max(below, last.weight))) >= 0;) {
      int at = most - 1;
      for (; at > 0 && weights[j] > best[at - 1].weight; --at) best[at] = best[at - 1];
      best[at] = {weights[j], std::int16_t(tile.level), std::int16_t(head_), tile.key_first + j * tile.dilation};
    }
    if (last.weight > below) bound.store(std::nextafter(last.weight, 0.f), std::memory_order_relaxed);
  }

  // The columns' sums of queries of one strip go to the keys and to the strip's row of the map.
  void pool(Segment& segment, int strip, std::int64_t key) {
    const std::int64_t keys = std::int64_t(columns_.size());
    for (std::int64_t j = 0; j < keys; ++j) segment.received[std::size_t(key + j)] += columns_[std::size_t(j)];
    int across = segment.strip_of(key);
    for (std::int64_t j = 0; j < keys; ++across) {
      const std::int64_t end = std::min(keys, segment.strips[std::size_t(across + 1)] - key);
      float sum = 0;
      for (; j < end; ++j) sum += columns_[std::size_t(j)];
      segment.map[std::size_t(strip * segment.size + across)] += sum;
    }
  }

  const compute::Loops& loops_ = compute::loops();
  const InspectionSettings* settings_;
  int head_;
  std::int64_t first_ = 0;
  std::vector<Segment> open_;         // by level
  std::vector<Closed> closed_;
  std::vector<Candidate> strongest_;  // [chunk, edges], strongest first; weight 0: none
  // Weights that a head's edge must exceed to be among the layer's strongest. Other heads raise them meanwhile: what
  // is left out then would not have been chosen either, so that chance has no say in the result.
  float* bounds_ = nullptr;
  std::vector<float> columns_;
};

// One layer; gathers what its heads found.
class LayerInspection : public attention::WeightSink {
 public:
  LayerInspection(const InspectionSettings& settings, int layer) : settings_(&settings), layer_(layer) {
    for (int head = 0; head < settings.heads; ++head) heads_.emplace_back(settings, head);
  }

  void tile(const attention::WeightTile& tile) override { heads_[std::size_t(tile.head)].add(tile); }

  void begin(std::int64_t first, std::int64_t count) {
    first_ = first;
    count_ = count;
    bounds_.assign(std::size_t(count), 0);
    for (HeadInspection& head : heads_) head.begin(first, count, bounds_.data());
  }

  Findings end() {
    Findings findings;
    std::vector<std::vector<Closed>> closed;
    for (HeadInspection& head : heads_) closed.push_back(head.take_closed(first_ + count_));
    gather_received(closed, findings);
    for (int level = 0; level < int(settings_->pattern.levels.size()); ++level) gather_tiles(closed, level, findings);
    if (settings_->edges > 0) gather_edges(findings);
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
      workspace::Tile mean{layer_, -1, level, span.begin, span.end - span.begin, map_size(*settings_, level, span), {}};
      mean.weights.assign(std::size_t(mean.size * mean.size), 0);
      std::vector<std::int64_t> queries(std::size_t(mean.size), 0);
      for (int head = 0; head < settings_->heads; ++head)
        for (const Closed& one : closed[std::size_t(head)])
          if (one.level == level && one.segment.span == span) add_head(one.segment, head, mean, queries, findings);
      divide(mean, queries);
      findings.tiles.push_back(std::move(mean));
    }
  }

  void add_head(const Segment& segment, int head, workspace::Tile& mean, std::vector<std::int64_t>& queries,
                Findings& findings) const {
    std::vector<std::int64_t> own(queries.size());
    for (std::size_t s = 0; s < queries.size(); ++s) {
      own[s] = segment.strips[s + 1] - segment.strips[s];
      queries[s] += own[s];
    }
    for (std::size_t i = 0; i < mean.weights.size(); ++i) mean.weights[i] += segment.map[i];
    if (!settings_->each_head) return;
    workspace::Tile tile{layer_, head, mean.level, mean.first, mean.length, mean.size, segment.map};
    divide(tile, own);
    findings.tiles.push_back(std::move(tile));
  }

  static void divide(workspace::Tile& tile, const std::vector<std::int64_t>& queries) {
    for (int row = 0; row < tile.size; ++row)
      for (int column = 0; column < tile.size; ++column)
        tile.weights[std::size_t(row * tile.size + column)] /=
            float(std::max<std::int64_t>(1, queries[std::size_t(row)]));
  }

  void gather_edges(Findings& findings) const {
    const std::size_t most = std::size_t(settings_->edges);
    std::vector<Candidate> all(most * heads_.size());
    for (std::int64_t query = first_; query < first_ + count_; ++query) {
      for (std::size_t head = 0; head < heads_.size(); ++head)
        std::copy_n(heads_[head].strongest(query), most, all.begin() + std::ptrdiff_t(head * most));
      std::partial_sort(all.begin(), all.begin() + std::ptrdiff_t(most), all.end(), stronger);
      for (std::size_t i = 0; i < most && all[i].weight > 0; ++i)
        findings.edges.push_back({query, all[i].key, all[i].weight, std::int16_t(layer_), all[i].level, all[i].head});
    }
  }

  // A total order, so that equal weights do not leave the choice to chance.
  static bool stronger(const Candidate& a, const Candidate& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    return std::tuple(a.head, a.level, a.key) < std::tuple(b.head, b.level, b.key);
  }

  const InspectionSettings* settings_;
  int layer_;
  std::int64_t first_ = 0, count_ = 0;
  std::vector<float> bounds_;
  std::vector<HeadInspection> heads_;
};

}  // namespace

struct Inspection::Impl {
  InspectionSettings settings;
  std::vector<LayerInspection> layers;
};

Inspection::Inspection(const InspectionSettings& settings) : impl_(std::make_unique<Impl>()) {
  impl_->settings = settings;
  for (int layer = 0; layer < settings.layers; ++layer) impl_->layers.emplace_back(impl_->settings, layer);
}

Inspection::~Inspection() = default;

const InspectionSettings& Inspection::settings() const { return impl_->settings; }

attention::WeightSink* Inspection::layer(int layer) { return &impl_->layers[std::size_t(layer)]; }

void Inspection::begin(std::int64_t first, std::int64_t count) {
  for (LayerInspection& layer : impl_->layers) layer.begin(first, count);
}

Findings Inspection::end() {
  std::vector<Findings> parts(impl_->layers.size());
  core::parallel_for(std::int64_t(parts.size()),
                     [&](std::int64_t i) { parts[std::size_t(i)] = impl_->layers[std::size_t(i)].end(); });
  Findings all;
  for (Findings& part : parts) {
    std::ranges::move(part.received, std::back_inserter(all.received));
    std::ranges::move(part.tiles, std::back_inserter(all.tiles));
    std::ranges::move(part.edges, std::back_inserter(all.edges));
  }
  return all;
}

std::vector<std::byte> Inspection::save() const {
  std::vector<std::byte> state;
  const auto put = [&](const void* data, std::size_t bytes) {
    const auto* from = static_cast<const std::byte*>(data);
    state.insert(state.end(), from, from + bytes);
  };
  for (const LayerInspection& layer : impl_->layers)
    for (const HeadInspection& head : layer.heads())
      for (const Segment& segment : head.open()) {
        put(&segment.number, sizeof segment.number);
        put(segment.map.data(), segment.map.size() * sizeof(float));
        put(segment.received.data(), segment.received.size() * sizeof(float));
      }
  return state;
}

void Inspection::load(std::span<const std::byte> state) {
  const InspectionSettings& settings = impl_->settings;
  const auto take = [&](void* to, std::size_t bytes) {
    if (state.size() < bytes)
      throw core::Error("The saved state of the reading is damaged.", "Start the run again from the beginning.");
    if (bytes) std::memcpy(to, state.data(), bytes);
    state = state.subspan(bytes);
  };
  for (LayerInspection& layer : impl_->layers)
    for (int head = 0; head < settings.heads; ++head)
      for (int level = 0; level < int(settings.pattern.levels.size()); ++level) {
        Segment& segment = layer.heads()[std::size_t(head)].open()[std::size_t(level)];
        std::int64_t number = -1;
        take(&number, sizeof number);
        if (number >= pattern::segment_count(settings.pattern, level, head, settings.length))
          throw core::Error("The saved state of the reading is damaged.", "Start the run again from the beginning.");
        segment = number < 0 ? Segment() : Segment(settings, level, head, number);
        take(segment.map.data(), segment.map.size() * sizeof(float));
        take(segment.received.data(), segment.received.size() * sizeof(float));
      }
  if (!state.empty())
    throw core::Error("The saved state of the reading is damaged.", "Start the run again from the beginning.");
}

}  // namespace corpuscope::explore
