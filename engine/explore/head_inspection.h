#pragma once
// What the inspection keeps of one head: its open segments and the strongest edges of a chunk; and how that goes from
// rank to rank, and into the saved state.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "compute/loops.h"
#include "core/error.h"
#include "explore/inspection.h"
#include "parallel/sequence_attention.h"

namespace corpuscope::explore::inspected {

inline core::Error damaged() {
  return core::Error("The saved state of the reading is damaged.", "Start the run again from the beginning.");
}

template <typename Value>
void put_values(std::vector<std::byte>& to, std::span<const Value> values) {
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

template <typename Value>
void take_values(std::span<const std::byte>& from, std::span<Value> values) {
  const auto bytes = std::as_writable_bytes(values);
  if (from.size() < bytes.size()) throw damaged();
  std::ranges::copy(from.first(bytes.size()), bytes.begin());
  from = from.subspan(bytes.size());
}

struct Span {
  std::int64_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

// The part of [0, length) that a segment covers.
inline Span segment_span(const InspectionSettings& settings, int level, int head, std::int64_t segment) {
  const std::int64_t w = settings.pattern.levels[std::size_t(level)].segment;
  const std::int64_t begin = segment * w - pattern::shift(settings.pattern, level, head);
  return {std::max<std::int64_t>(begin, 0), std::min(begin + w, settings.length)};
}

// Strips are at least a dilation long, so that each holds a row of every head.
inline int map_size(const InspectionSettings& settings, int level, Span span) {
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

  // All that is not known from the settings.
  void put(std::vector<std::byte>& to) const {
    put_values(to, std::span(&number, 1));
    put_values(to, std::span(map));
    put_values(to, std::span(received));
  }
  static Segment take(std::span<const std::byte>& from, const InspectionSettings& settings, int level, int head) {
    std::int64_t number = -1;
    take_values(from, std::span(&number, 1));
    if (number >= pattern::segment_count(settings.pattern, level, head, settings.length)) throw damaged();
    Segment segment = number < 0 ? Segment() : Segment(settings, level, head, number);
    take_values(from, std::span(segment.map));
    take_values(from, std::span(segment.received));
    return segment;
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

// A total order, so that equal weights do not leave the choice to chance.
inline bool stronger(const Candidate& a, const Candidate& b) {
  if (a.weight != b.weight) return a.weight > b.weight;
  return std::tuple(a.head, a.level, a.key) < std::tuple(b.head, b.level, b.key);
}

// What the heads of one layer found in a chunk: those of one rank, or all.
struct Found {
  std::vector<std::vector<Closed>> closed;  // of each head
  std::vector<Candidate> strongest;         // [chunk, edges], strongest first; weight 0: none

  void put(std::vector<std::byte>& to) const {
    for (const auto& of_head : closed) {
      const std::int64_t count = std::int64_t(of_head.size());
      put_values(to, std::span(&count, 1));
      for (const Closed& one : of_head) {
        put_values(to, std::span(&one.level, 1));
        one.segment.put(to);
      }
    }
    put_values(to, std::span(strongest));
  }

  static Found take(std::span<const std::byte>& from, const InspectionSettings& settings,
                    const parallel::Part& heads, std::int64_t chunk) {
    Found found;
    for (std::int64_t head = heads.begin; head < heads.end; ++head) {
      std::int64_t count = 0;
      take_values(from, std::span(&count, 1));
      auto& closed = found.closed.emplace_back();
      for (std::int64_t i = 0; i < count; ++i) {
        int level = 0;
        take_values(from, std::span(&level, 1));
        closed.push_back({level, Segment::take(from, settings, level, int(head))});
      }
    }
    found.strongest.resize(std::size_t(chunk * settings.edges));
    take_values(from, std::span(found.strongest));
    return found;
  }
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

  // What a GPU has summed up of the chunk's queries in one segment.
  void add(const model::SegmentSums& sums) {
    Segment& segment = segment_numbered(sums.level, sums.segment);
    const std::size_t rows = std::min(sums.received.size(), segment.received.size());
    for (std::size_t i = 0; i < rows; ++i) segment.received[i] += sums.received[i];
    for (int row = 0; row < segment.size; ++row)
      for (int column = 0; column < segment.size; ++column)
        segment.map[std::size_t(row * segment.size + column)] += sums.map[row * sums.map_stride + column];
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
    return segment_numbered(level, (position + pattern::shift(settings_->pattern, level, head_)) /
                                       settings_->pattern.levels[std::size_t(level)].segment);
  }

  Segment& segment_numbered(int level, std::int64_t number) {
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

}  // namespace corpuscope::explore::inspected
