// A sequence that arrives in chunks. Each head keeps, at each level, the gathered keys and values of the segment that
// is not yet full; a chunk's own rows are put behind them, so that old and new keys of a segment lie in one array.
#include <algorithm>
#include <cstring>

#include "attention/attention.h"
#include "attention/kernel.h"
#include "attention/level_rotation.h"
#include "core/error.h"
#include "core/parallel.h"

namespace corpuscope::attention {

namespace {

void put_rows(std::vector<float>& to, std::int64_t at, const float* from, std::int64_t stride, std::int64_t rows, int width) {
  if (to.size() < std::size_t((at + rows) * width)) to.resize(std::size_t((at + rows) * width));
  float* row = to.data() + at * width;
  for (std::int64_t i = 0; i < rows; ++i, from += stride, row += width)
    for (int d = 0; d < width; ++d) row[d] = from[d];
}

// Some of a block's queries as a block of their own.
Block queries_of(Block block, std::int64_t first, std::int64_t most) {
  block.queries = std::min(most, block.queries - first);
  block.query_row += first;
  block.q = block.q.from(first);
  block.out += first * block.out_stride;
  block.lse += first * block.lse_stride;
  return block;
}

}  // namespace

Stream::Stream(Settings settings, int heads, int kv_heads, int head_dim)
    : Stream(std::move(settings), heads, kv_heads, head_dim, {0, heads}) {}

Stream::Stream(Settings settings, int heads, int kv_heads, int head_dim, HeadRange own)
    : settings_(std::move(settings)), heads_(heads), kv_heads_(kv_heads), head_dim_(head_dim), own_(own) {
  pattern::check(settings_.pattern, heads);
  if (!settings_.pattern.causal)
    throw core::Error("a stream cannot attend to what has not been read yet", "Use a causal pattern.");
  if (head_dim < 1 || kv_heads < 1 || heads % kv_heads != 0)
    throw core::Error("the attention's shape is impossible", "Heads must be a multiple of the key and value heads.");
  if (own.begin < 0 || own.begin > own.end || own.end > heads)
    throw core::Error("a stream was asked for heads that there are not");
  const int shared = heads / kv_heads;
  own_kv_ = {own.begin / shared, own.count() > 0 ? (own.end - 1) / shared + 1 : own.begin / shared};
  rotation_ = std::make_shared<const LevelRotation>(settings_.rotary, settings_.pattern, head_dim);
  caches_.resize(settings_.pattern.levels.size() * std::size_t(own.count()));
  parts_.resize(std::size_t(own.count()));
  pieces_.resize(parts_.size());
}

void Stream::begin_at(std::int64_t position) {
  if (position_ != beginning_) throw core::Error("a stream that has read something was told to begin");
  position_ = beginning_ = position;
}

// The rows of a segment from the sequence's beginning up to `end`.
pattern::Rows Stream::rows_of(int level, int head, std::int64_t end, std::int64_t segment) const {
  pattern::Rows rows = pattern::segment_rows(settings_.pattern, level, head, heads_, end, segment);
  if (rows.first >= beginning_) return rows;
  const std::int64_t gone = std::min(rows.count, (beginning_ - rows.first + rows.dilation - 1) / rows.dilation);
  return {rows.first + gone * rows.dilation, rows.count - gone, rows.dilation, rows.index + gone};
}

void Stream::append(std::int64_t length, const float* q, const float* k, const float* v, float* out, float* lse,
                    WeightSink* sink) {
  const compute::Precision precision = compute::precision();
  const Chunk chunk{length, q, k, v, out, lse, sink};
  // A head after the other on each thread, so that its rows stay in the thread's cache; where there are too few heads
  // for that, all threads share each level's queries.
  if (own_.count() >= 2 * core::threads())
    core::parallel_for(own_.count(), [&](std::int64_t column) {
      const compute::WithPrecision same_on_all_threads(precision);
      const int head = own_.begin + int(column);
      read_heads({head, head + 1}, chunk);
    });
  else if (own_.count() > 0)
    read_heads(own_, chunk);
  position_ += length;
}

void Stream::read_heads(HeadRange heads, const Chunk& chunk) {
  const auto each_head = [&](auto&& body) {
    core::parallel_for(heads.count(), [&](std::int64_t i) { body(heads.begin + int(i)); });
  };
  each_head([&](int head) { keep_rows(head, chunk); });
  for (int level = 0; level < int(settings_.pattern.levels.size()); ++level) read_level(level, heads, chunk);
  each_head([&](int head) {
    if (chunk.sink) give_weights(head, chunk);
    forget_ended(head);
  });
}

// Puts the chunk's keys and values of a head behind those that its segments have, and notes where.
void Stream::keep_rows(int head, const Chunk& chunk) {
  const pattern::Pattern& pattern = settings_.pattern;
  const LevelRotation* turn = rotation_->active() ? rotation_.get() : nullptr;
  const int d = head_dim_;
  const int kv_column = head / (heads_ / kv_heads_) - own_kv_.begin, kv_columns = own_kv_.count();
  const std::int64_t begin = position_, end = position_ + chunk.length;
  std::vector<Part>& parts = parts_of(head);
  parts.clear();
  for (int level = 0; level < int(pattern.levels.size()); ++level) {
    Cache& cache = cache_of(level, head);
    const std::int64_t w = pattern.levels[std::size_t(level)].segment, t = pattern::shift(pattern, level, head);
    for (std::int64_t segment = (begin + t) / w; segment * w - t < end; ++segment) {
      const pattern::Rows all = rows_of(level, head, end, segment);
      // Rows of this segment that earlier chunks brought.
      const std::int64_t old = all.first >= begin ? 0 : std::min(all.count, (begin - 1 - all.first) / all.dilation + 1);
      if (segment != cache.segment) {
        cache.segment = segment;
        cache.first = all.first;
        cache.count = 0;
      }
      const std::int64_t key_row = cache.held - cache.count;
      const pattern::Rows fresh{all.first + old * all.dilation, all.count - old, all.dilation, all.index + old};
      if (fresh.count == 0) continue;
      const std::int64_t at = ((fresh.first - begin) * kv_columns + kv_column) * d;
      const std::int64_t stride = fresh.dilation * kv_columns * d;
      put_rows(cache.k, cache.held, chunk.k + at, stride, fresh.count, d);
      put_rows(cache.v, cache.held, chunk.v + at, stride, fresh.count, d);
      if (turn)
        for (std::int64_t i = 0; i < fresh.count; ++i)
          turn->rotate(cache.k.data() + (cache.held + i) * d, fresh.index + i, 1);
      cache.held += fresh.count;
      cache.count += fresh.count;
      parts.push_back({level, fresh, key_row, cache.first, old});
    }
  }
}

Block Stream::block_of(const Part& part, int head, const Chunk& chunk) const {
  const Cache& cache = cache_of(part.level, head);
  // Where the arrays have this head, and how many they have.
  const int column = head - own_.begin, columns = own_.count(), d = head_dim_;
  const std::int64_t at = part.rows.first - position_;
  Block block;
  block.head_dim = d;
  block.scale = settings_.scale;
  block.fresh = part.level == 0;
  block.queries = part.rows.count;
  block.keys = part.query_row + part.rows.count;
  block.query_row = part.query_row;
  block.q = {chunk.q + (at * columns + column) * d, part.rows.dilation * columns * d, part.rows.index,
             rotation_->active() ? rotation_.get() : nullptr};
  block.k = {cache.k.data() + part.key_row * d, d, 0, nullptr};
  block.v = {cache.v.data() + part.key_row * d, d, 0, nullptr};
  block.out = chunk.out + (at * columns + column) * d;
  block.out_stride = part.rows.dilation * columns * d;
  block.lse = chunk.lse + at * columns + column;
  block.lse_stride = part.rows.dilation * columns;
  return block;
}

// One level of some heads, in pieces that need nothing of each other: the levels alone follow one another.
void Stream::read_level(int level, HeadRange heads, const Chunk& chunk) {
  std::vector<Piece>& pieces = pieces_[std::size_t(heads.begin - own_.begin)];
  pieces.clear();
  for (int head = heads.begin; head < heads.end; ++head)
    for (const Part& part : parts_of(head))
      if (part.level == level)
        for (std::int64_t first = 0; first < part.rows.count; first += queries_per_pass)
          pieces.push_back({head, &part, first});
  const auto forward = kernel().passes<float>().forward;
  core::parallel_for(std::int64_t(pieces.size()), [&](std::int64_t i) {
    const Piece& piece = pieces[std::size_t(i)];
    forward(queries_of(block_of(*piece.part, piece.head, chunk), piece.first, queries_per_pass));
  });
}

void Stream::give_weights(int head, const Chunk& chunk) const {
  for (const Part& part : parts_[std::size_t(head - own_.begin)])
    kernel().weights(block_of(part, head, chunk), [&](std::int64_t query, int queries, std::int64_t key, int keys,
                                                      const float* weights, int stride) {
      chunk.sink->tile({head, part.level, part.rows.first + query * part.rows.dilation,
                 part.key_first + key * part.rows.dilation, queries, keys, part.rows.dilation, weights, stride});
    });
}

// Only the open segment's rows are needed from here on.
void Stream::forget_ended(int head) {
  for (int level = 0; level < int(settings_.pattern.levels.size()); ++level) {
    Cache& cache = cache_of(level, head);
    const std::int64_t gone = (cache.held - cache.count) * head_dim_;
    if (gone > 0)
      for (std::vector<float>* rows : {&cache.k, &cache.v})
        std::copy_n(rows->begin() + gone, cache.count * head_dim_, rows->begin());
    cache.held = cache.count;
  }
}

void Stream::scale_keys(std::span<const float> factors) {
  for (Cache& cache : caches_)
    for (std::int64_t i = 0; i < cache.held * head_dim_; ++i) cache.k[std::size_t(i)] *= factors[std::size_t(i % head_dim_)];
}

std::int64_t Stream::bytes() const {
  std::size_t floats = 0;
  for (const Cache& cache : caches_) floats += cache.k.capacity() + cache.v.capacity();
  return std::int64_t(floats * sizeof(float) + caches_.size() * sizeof(Cache));
}

namespace {

void put(std::vector<std::byte>& to, const void* data, std::size_t bytes) {
  const std::size_t at = to.size();
  to.resize(at + bytes);
  if (bytes) std::memcpy(to.data() + at, data, bytes);
}

void take(std::span<const std::byte>& from, void* data, std::size_t bytes) {
  if (from.size() < bytes)
    throw core::Error("The saved state of the attention is damaged.", "Start the run again from the beginning.");
  if (bytes) std::memcpy(data, from.data(), bytes);
  from = from.subspan(bytes);
}

}  // namespace

std::vector<std::vector<std::byte>> Stream::save_sections() const {
  if (beginning_ > 0) throw core::Error("a stream that begins inside of a sequence cannot be saved");
  const std::size_t levels = settings_.pattern.levels.size(), heads = std::size_t(own_.count());
  std::vector<std::vector<std::byte>> sections(1 + levels);  // what it belongs to, and each level
  const std::int64_t head[] = {position_, heads_, kv_heads_, head_dim_, std::int64_t(levels)};
  if (own_.begin == 0 && heads > 0) put(sections[0], head, sizeof head);  // once
  for (std::size_t i = 0; i < caches_.size(); ++i) {
    const Cache& cache = caches_[i];
    const int level = int(i / heads), h = own_.begin + int(i % heads);
    std::vector<std::byte>& section = sections[1 + i / heads];
    // Rows of a segment that has ended are seen by nobody any more.
    const std::int64_t next = position_ + pattern::shift(settings_.pattern, level, h);
    const bool open = cache.segment == next / settings_.pattern.levels[std::size_t(level)].segment;
    const std::int64_t row[] = {cache.segment, cache.first, open ? cache.count : 0};
    put(section, row, sizeof row);
    if (!open) continue;
    const std::size_t bytes = std::size_t(cache.count * head_dim_) * sizeof(float);
    put(section, cache.k.data(), bytes);
    put(section, cache.v.data(), bytes);
  }
  return sections;
}

std::vector<std::byte> Stream::save() const {
  std::vector<std::byte> state;
  for (const auto& section : save_sections()) put(state, section.data(), section.size());
  return state;
}

// What a cache says must be what the geometry says: kernels read as many rows as the geometry counts.
bool Stream::fits(const Cache& cache, int level, int head, std::int64_t position) const {
  const pattern::Pattern& pattern = settings_.pattern;
  const auto [w, r] = pattern.levels[std::size_t(level)];
  const std::int64_t t = pattern::shift(pattern, level, head), next = (position + t) / w;
  if (cache.count < 0 || cache.count > (w + r - 1) / r) return false;
  if (next * w - t >= position) return cache.segment != next;  // all that is kept belongs to segments that ended
  const pattern::Rows rows = pattern::segment_rows(pattern, level, head, heads_, position, next);
  if (cache.segment != next) return rows.count == 0;
  return cache.first == rows.first && cache.count == rows.count;
}

void Stream::load(std::span<const std::byte> state) {
  constexpr std::int64_t furthest = std::int64_t(1) << 56;  // no sequence is longer
  std::int64_t head[5];
  take(state, head, sizeof head);
  const std::int64_t levels = std::int64_t(settings_.pattern.levels.size());
  if (head[0] < 0 || head[0] > furthest || head[1] != heads_ || head[2] != kv_heads_ || head[3] != head_dim_ || head[4] != levels)
    throw core::Error("The saved state of the attention belongs to another model.", "Start the run again.");
  std::vector<Cache> caches;
  for (int level = 0; level < levels; ++level)
    for (int h = 0; h < heads_; ++h) {
      Cache cache;
      std::int64_t row[3];
      take(state, row, sizeof row);
      cache.segment = row[0];
      cache.first = row[1];
      cache.count = cache.held = row[2];
      if (!fits(cache, level, h, head[0]))
        throw core::Error("The saved state of the attention is damaged.", "Start the run again from the beginning.");
      cache.k.resize(std::size_t(row[2] * head_dim_));
      cache.v.resize(cache.k.size());
      take(state, cache.k.data(), cache.k.size() * sizeof(float));
      take(state, cache.v.data(), cache.v.size() * sizeof(float));
      if (h >= own_.begin && h < own_.end) caches.push_back(std::move(cache));
    }
  if (!state.empty())
    throw core::Error("The saved state of the attention is damaged.", "Start the run again from the beginning.");
  position_ = head[0];
  beginning_ = 0;
  caches_ = std::move(caches);
}

}  // namespace corpuscope::attention
