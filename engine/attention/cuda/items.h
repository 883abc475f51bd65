#pragma once
// The work of a launch: (segment, head, tile of rows, share of the keys) of one or several levels, one block each.

#include "attention/cuda/tile.h"

namespace corpuscope::attention::cuda {

inline constexpr float log2_e = 1.44269504088896340736f, ln_2 = 0.69314718055994530942f;

struct LevelItems {
  int level = 0;
  int tiles = 1;           // of a segment's rows
  int splits = 1;          // of a tile's keys
  int slots = 1;           // segments
  std::int64_t first = 0;  // number of the first item
  std::int64_t kept_offset = 0, kept_capacity = 0;  // see KeptLayout
};

struct Items {
  int levels = 0;
  LevelItems level[most_levels];
  std::int64_t count = 0;
  int heads = 0;    // a segment's items are for each of so many heads:
  int member = -1;  // all own ones, or of each group that shares keys and values the one with this number

  Items() = default;
  explicit Items(const Geometry& g) : heads(g.columns) {}
  Items(const Geometry& g, int member) : heads(g.kv_columns), member(member) {}

  void add(LevelItems items) {
    items.first = count;
    level[levels++] = items;
    count += std::int64_t(heads) * items.slots * items.tiles * items.splits;
  }
};

struct Item {
  int entry = 0;
  int column = 0,  // may be none of the own ones where a group is not wholly own
      slot = 0, tile = 0, split = 0;
};

// The last tiles come first, because they see the most keys; the tiles of a segment follow each other, so that its keys
// stay in the cache.
CORPUSCOPE_DEVICE Item item_of(const Items& items, const Geometry& g, std::int64_t number) {
  Item item;
  while (item.entry + 1 < items.levels && number >= items.level[item.entry + 1].first) ++item.entry;
  const LevelItems& level = items.level[item.entry];
  int i = int(number - level.first);
  item.split = i % level.splits;
  i /= level.splits;
  item.tile = level.tiles - 1 - i % level.tiles;
  i /= level.tiles;
  item.column = i % items.heads;
  if (items.member >= 0) item.column = (g.kv_begin + item.column) * g.group + items.member - g.own_begin;
  item.slot = i / items.heads;
  return item;
}

// The number of an item of a launch for all own heads.
CORPUSCOPE_DEVICE std::int64_t number_of(const LevelItems& level, const Geometry& g, const Item& item) {
  const std::int64_t of_segments = std::int64_t(item.slot) * g.columns + item.column;
  return level.first + (of_segments * level.tiles + level.tiles - 1 - item.tile) * level.splits + item.split;
}

// What every kernel over rows of segments is given.
template <typename Element>
struct Common {
  Geometry g;
  Items items;
  Span span;
  Inputs<Element> in;
  Kept<Element> kept;
  int head_dim = 0;
  float scale = 1;  // times log2(e): weights are powers of two of scaled products
  const float* rotation = nullptr;
  bool interleaved = false;
};

// An item's segment, and where its rows are.
template <typename Element>
struct Place {
  Item item;
  int level = 0, head = 0;
  std::int64_t begin = 0;  // of the span
  Part part;

  CORPUSCOPE_DEVICE Place(const Common<Element>& c, std::int64_t number) : item(item_of(c.items, c.g, number)) {
    level = c.items.level[item.entry].level;
    head = c.g.head_of(item.column);
    begin = begin_of(c.span);
    if (item.column < 0 || item.column >= c.g.columns) return;  // no rows
    part = part_of(c.g, level, head, begin, begin + c.span.length,
                   segment_at(c.g, level, head, begin) + item.slot);
  }

  // Of the first new row, counted from the span's first position.
  CORPUSCOPE_DEVICE std::int64_t fresh_at() const { return part.position(part.kept) - begin; }

  // New rows alone: row 0 is the first of them.
  CORPUSCOPE_DEVICE RowSource<Element> fresh_rows(const Common<Element>& c, const Element* x, std::int64_t stride) const {
    RowSource<Element> source;
    source.fresh = x + fresh_at() * stride + std::int64_t(item.column) * c.head_dim;
    source.fresh_stride = part.dilation * stride;
    source.rows = part.fresh;
    source.head_dim = c.head_dim;
    return source;
  }
  // All rows of the segment, of keys or values.
  CORPUSCOPE_DEVICE RowSource<Element> all_rows(const Common<Element>& c, const Element* x, std::int64_t stride,
                                                const Element* kept) const {
    const LevelItems& items = c.items.level[item.entry];
    RowSource<Element> source;
    if (part.kept > 0)
      source.kept = kept + items.kept_offset + std::int64_t(item.column) * items.kept_capacity * c.head_dim;
    source.fresh = x + fresh_at() * stride + std::int64_t(c.g.kv_column_of(item.column)) * c.head_dim;
    source.fresh_stride = part.dilation * stride;
    source.kept_rows = part.kept;
    source.rows = part.rows();
    source.head_dim = c.head_dim;
    return source;
  }
  CORPUSCOPE_DEVICE RowSource<Element> keys(const Common<Element>& c) const {
    return all_rows(c, c.in.k, c.in.k_stride, c.kept.k);
  }
  CORPUSCOPE_DEVICE RowSource<Element> values(const Common<Element>& c) const {
    return all_rows(c, c.in.v, c.in.v_stride, c.kept.v);
  }

  CORPUSCOPE_DEVICE Rotation rotation(const Common<Element>& c) const {
    Rotation rotation;
    rotation.table = c.rotation;
    rotation.half = c.head_dim / 2;
    rotation.interleaved = c.interleaved;
    rotation.index = part.index;
    return rotation;
  }
  // Keys that the new rows before `fresh_end` see: rows 0 .. this - 1.
  CORPUSCOPE_DEVICE int keys_seen(const Common<Element>& c, int fresh_end) const {
    if (!c.g.causal) return part.rows();
    return part.kept + (fresh_end < part.fresh ? fresh_end : part.fresh);
  }
};

// Two float32 that lie side by side.
struct alignas(8) TwoFloats {
  float x = 0, y = 0;
};

}  // namespace corpuscope::attention::cuda
