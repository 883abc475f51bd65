#pragma once
// The weights once more, after the forward pass, and what is kept of them: sums by key and strip of queries, summed
// with the keys held by a block; and each query's strongest keys, found with the queries held.

#include "attention/cuda/backward.h"

namespace corpuscope::attention::cuda {

inline constexpr int most_strips = 64, most_edges = 8;

// Of one level: launches are a level each.
template <typename Element>
struct InspectParams : Common<Element> {
  const float* lse = nullptr;
  std::int64_t length = 0;  // of the whole sequence
  int strips = 0, edges = 0;
  float *received = nullptr, *maps = nullptr;  // of this level
  int segments = 0;                            // slots of the layout
  std::int64_t capacity = 0;                   // rows
  float* sums = nullptr;   // [own heads, segments, capacity, strips]: of this level
  Edge* lists = nullptr;   // [length of the span, own heads, edges]: of the levels so far
  bool first_level = false;
  Edge* chosen = nullptr;  // [length of the span, edges]

  CORPUSCOPE_DEVICE std::int64_t segment_number(const Item& item) const {
    return std::int64_t(item.column) * segments + item.slot;
  }
};

// The strips of a segment's map, as explore::inspected cuts them: equal parts of the positions that it covers.
struct Strips {
  std::int64_t begin = 0, length = 1;
  int size = 1;

  CORPUSCOPE_DEVICE Strips(const Geometry& g, int level, int head, std::int64_t segment, std::int64_t sequence, int most) {
    const std::int64_t w = g.level[level].segment, from = segment * w - shift(g, level, head);
    begin = from > 0 ? from : 0;
    const std::int64_t end = from + w < sequence ? from + w : sequence;
    length = end > begin ? end - begin : 1;
    const std::int64_t rows = length / g.level[level].dilation;
    size = rows < 1 ? 1 : rows > most ? most : int(rows);
  }
  CORPUSCOPE_DEVICE int strip_of(std::int64_t position) const {
    const std::int64_t strip = (position - begin) * size / length;
    return strip < size ? int(strip) : size - 1;
  }
  // The first position of a strip; of `size` the end.
  CORPUSCOPE_DEVICE std::int64_t border(int strip) const { return begin + (length * strip + size - 1) / size; }
};

// What each key of a tile receives from each strip of queries.
template <typename Element, int dim>
struct Received {
  using Params = InspectParams<Element>;
  using Shape = BackwardShape<Element>;
  static constexpr int warps = Shape::warps, mt = Shape::mt, queries = Shape::others;
  static constexpr int threads = 32 * warps, rows = 16 * mt * warps, blocks = 2;
  using KeyTile = Tile<Element, rows, dim>;
  using QueryTile = Tile<Element, queries, dim>;
  static constexpr int numbers = KeyTile::bytes + 2 * QueryTile::bytes;  // where lse and strips lie
  static constexpr int sums_at = numbers + 4 * queries * int(sizeof(float));
  static constexpr int shared_bytes = sums_at + most_strips * rows * int(sizeof(float));

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;
    if (first >= part.rows() || part.fresh == 0) return;
    const std::int64_t segment = segment_at(p.g, place.level, place.head, place.begin) + place.item.slot;
    const Strips strips(p.g, place.level, place.head, segment, p.length, p.strips);
    const KeyTile key_tile(shared);
    const auto query_tile = [&](int stage) { return QueryTile(shared + KeyTile::bytes + stage * QueryTile::bytes); };
    const auto lse = [&](int stage) { return reinterpret_cast<float*>(shared + numbers) + 2 * stage * queries; };
    const auto strip = [&](int stage) { return reinterpret_cast<int*>(lse(stage) + queries); };
    float* const sums = reinterpret_cast<float*>(shared + sums_at);  // [strips, rows]
    const RowSource<Element> q = place.fresh_rows(p, p.in.q, p.in.q_stride);
    const Rotation rotation = place.rotation(p);
    const auto load_queries = [&](int stage, int query) {
      load<threads>(query_tile(stage), q, query);
      for (int i = thread(); i < queries; i += threads) {
        const int row = query + i < part.fresh ? query + i : part.fresh - 1;
        const std::int64_t at = place.fresh_at() + row * part.dilation;
        lse(stage)[i] = query + i < part.fresh ? p.lse[at * p.g.columns + place.item.column] * log2_e : INFINITY;
        strip(stage)[i] = strips.strip_of(place.begin + at);
      }
    };

    const int begin = p.g.causal && first > part.kept ? (first - part.kept) / queries : 0;
    const int end = (part.fresh + queries - 1) / queries;
    load<threads>(key_tile, place.keys(p), first);
    load_queries(0, begin * queries);
    commit_copies();
    for (int n = thread(); n < p.strips * rows; n += threads) sums[n] = 0;
    wait_copies<0>();
    barrier();
    if (rotation.active()) rotate<threads>(key_tile, rotation, first, part.kept);

    const int warp_row = thread() / 32 * 16 * mt;
    for (int t = begin; t < end; ++t) {
      const int stage = (t - begin) % 2, query = t * queries;
      wait_copies<0>();
      barrier();
      if (t + 1 < end) load_queries(1 - stage, query + queries);
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(query_tile(stage), rotation, part.kept + query, 0);
        barrier();
      }
      if (p.g.causal && part.kept + query + queries - 1 < first + warp_row) continue;
      Fragments<mt, queries / 8> s;
      clear<mt, queries / 8>(s);
      product_rows(s, key_tile, warp_row, query_tile(stage));
      const bool masked = p.g.causal && part.kept + query < first + warp_row + 16 * mt - 1;
      BackwardKeys<Element, dim>::weights(s, lse(stage), p.scale, masked, first + warp_row, part.kept + query);
      for (int number = strip(stage)[0]; number <= strip(stage)[queries - 1]; ++number)
        add_strip(s, strip(stage), number, sums + number * rows + warp_row);
    }
    wait_copies<0>();
    barrier();
    float* to = p.sums + (p.segment_number(place.item) * p.capacity + first) * p.strips;
    for (int n = thread(); n < rows * p.strips; n += threads)
      if (const int row = n / p.strips; first + row < part.rows()) to[n] = sums[n % p.strips * rows + row];
  }

 private:
  // Adds to each key of the warp the weights of the queries of one strip.
  CORPUSCOPE_DEVICE static void add_strip(const Fragments<mt, queries / 8>& s, const int* strip, int number, float* sums) {
#pragma unroll
    for (int m = 0; m < mt; ++m)
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        float sum = 0;
#pragma unroll
        for (int n = 0; n < queries / 8; ++n)
#pragma unroll
          for (int e = 0; e < 2; ++e)
            if (strip[8 * n + lane() % 4 * 2 + e] == number) sum += s[m][n][2 * h + e];
        sum += shuffle_xor(sum, 1);
        sum += shuffle_xor(sum, 2);
        if (lane() % 4 == 0) sums[16 * m + 8 * h + lane() / 4] += sum;
      }
  }
};

// One strip of keys of a segment: what they receive in all, and their column of the map.
template <typename Element>
struct Pool {
  using Params = InspectParams<Element>;
  static constexpr int threads = 128, blocks = 8, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const std::int64_t segment = segment_at(p.g, place.level, place.head, place.begin) + place.item.slot;
    const Strips strips(p.g, place.level, place.head, segment, p.length, p.strips);
    const std::int64_t number = p.segment_number(place.item);
    const float* sums = p.sums + number * p.capacity * p.strips;
    const int column = place.item.tile, rows = part.fresh > 0 ? part.rows() : 0;
    const auto row_at = [&](int strip) {  // the first row that a strip holds, or the rows' end
      if (strip >= strips.size || rows == 0) return rows;
      const std::int64_t ahead = strips.border(strip) - part.first;
      const std::int64_t row = ahead <= 0 ? 0 : (ahead + part.dilation - 1) / part.dilation;
      return row < rows ? int(row) : rows;
    };
    const int begin = row_at(column), end = row_at(column + 1);
    float* const received = p.received + number * p.capacity;
    for (int row = begin + thread(); row < end; row += threads) {
      float sum = 0;
      for (int s = 0; s < p.strips; ++s) sum += sums[std::int64_t(row) * p.strips + s];
      received[row] = sum;
    }
    if (column == 0)
      for (std::int64_t row = rows + thread(); row < p.capacity; row += threads) received[row] = 0;
    for (int s = thread(); s < p.strips; s += threads) {
      float sum = 0;
      for (int row = begin; row < end; ++row) sum += sums[std::int64_t(row) * p.strips + s];
      p.maps[(number * p.strips + s) * p.strips + column] = sum;
    }
  }
};

// A few of the strongest, strongest first; of equal ones that which came first.
template <int most>
struct Best {
  float weight[most] = {};
  int key[most] = {};

  CORPUSCOPE_DEVICE void offer(float w, int k) {
    if (!(w > weight[most - 1])) return;
    weight[most - 1] = w;
    key[most - 1] = k;
#pragma unroll
    for (int i = most - 1; i > 0; --i)
      if (weight[i] > weight[i - 1]) {
        const float w_before = weight[i - 1];
        const int k_before = key[i - 1];
        weight[i - 1] = weight[i];
        key[i - 1] = key[i];
        weight[i] = w_before;
        key[i] = k_before;
      }
  }
};

// The strongest keys of a tile of queries at one level, put in among those of the levels below.
template <typename Element, int dim, int most>
struct Strongest {
  using Params = InspectParams<Element>;
  using Shape = BackwardShape<Element>;
  static constexpr int warps = Shape::warps, keys = Shape::others;
  static constexpr int threads = 32 * warps, rows = 16 * warps, blocks = 2;
  using QueryTile = Tile<Element, rows, dim>;
  using KeyTile = Tile<Element, keys, dim>;
  // Each query's four lists lie behind each other, where the tiles have been.
  static constexpr int lists_bytes = rows * 4 * most * int(sizeof(float) + sizeof(int));
  static constexpr int tiles_bytes = QueryTile::bytes + 2 * KeyTile::bytes;
  static constexpr int shared_bytes = tiles_bytes > lists_bytes ? tiles_bytes : lists_bytes;

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;
    if (first >= part.fresh) return;
    const QueryTile query_tile(shared);
    const auto key_tile = [&](int stage) { return KeyTile(shared + QueryTile::bytes + stage * KeyTile::bytes); };
    const RowSource<Element> k = place.keys(p);
    const Rotation rotation = place.rotation(p);
    const int end = (place.keys_seen(p, first + rows) + keys - 1) / keys;
    load<threads>(query_tile, place.fresh_rows(p, p.in.q, p.in.q_stride), first);
    load<threads>(key_tile(0), k, 0);
    commit_copies();
    const int warp_row = thread() / 32 * 16;
    float lse[2];
    Best<most> best[2];
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int i = first + warp_row + 8 * h + lane() / 4;
      lse[h] = i < part.fresh ? p.lse[(place.fresh_at() + i * part.dilation) * p.g.columns + place.item.column] * log2_e
                              : INFINITY;
    }
    wait_copies<0>();
    barrier();
    if (rotation.active()) rotate<threads>(query_tile, rotation, part.kept + first, 0);

    for (int t = 0; t < end; ++t) {
      const int stage = t % 2, key = t * keys;
      wait_copies<0>();
      barrier();
      if (t + 1 < end) load<threads>(key_tile(1 - stage), k, key + keys);
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(key_tile(stage), rotation, key, part.kept);
        barrier();
      }
      if (p.g.causal && key > part.kept + first + warp_row + 15) continue;
      Fragments<1, keys / 8> s;
      clear<1, keys / 8>(s);
      product_rows(s, query_tile, warp_row, key_tile(stage));
      if (key + keys > part.rows() || (p.g.causal && key + keys - 1 > part.kept + first + warp_row))
        mask<1, keys / 8>(s, p.g.causal, first + warp_row, key, part.kept, part.rows());
#pragma unroll
      for (int n = 0; n < keys / 8; ++n)
#pragma unroll
        for (int e = 0; e < 4; ++e)
          best[e / 2].offer(exp2(s[0][n][e] * p.scale - lse[e / 2]), key + 8 * n + lane() % 4 * 2 + e % 2);
    }
    wait_copies<0>();
    barrier();
    float* const weights = reinterpret_cast<float*>(shared);  // [rows, 4, most]
    int* const numbers = reinterpret_cast<int*>(shared + rows * 4 * most * sizeof(float));
#pragma unroll
    for (int h = 0; h < 2; ++h)
#pragma unroll
      for (int i = 0; i < most; ++i) {
        const int at = ((warp_row + 8 * h + lane() / 4) * 4 + lane() % 4) * most + i;
        weights[at] = best[h].weight[i];
        numbers[at] = best[h].key[i];
      }
    barrier();
    for (int row = thread(); row < rows && first + row < part.fresh; row += threads)
      merge(p, place, first + row, weights + row * 4 * most, numbers + row * 4 * most);
  }

 private:
  CORPUSCOPE_DEVICE static void merge(const Params& p, const Place<Element>& place, int row, const float* weights,
                                      const int* numbers) {
    const std::int64_t at = place.fresh_at() + row * place.part.dilation;
    Edge* const list = p.lists + (at * p.g.columns + place.item.column) * p.edges;
    Edge before[most];
    for (int i = 0; i < p.edges; ++i) before[i] = p.first_level ? Edge() : list[i];
    int next_before = 0, next[4] = {};
    for (int i = 0; i < p.edges; ++i) {
      int from = -1;  // of the four lists the one with the strongest, or the lowest key of equal ones
      for (int l = 0; l < 4; ++l) {
        if (next[l] == most) continue;
        const int a = l * most + next[l], b = from < 0 ? 0 : from * most + next[from];
        if (from < 0 || weights[a] > weights[b] || (weights[a] == weights[b] && numbers[a] < numbers[b])) from = l;
      }
      const int number = from < 0 ? 0 : from * most + next[from];
      if (from < 0 || before[next_before].weight >= weights[number]) {
        list[i] = before[next_before++];
      } else {
        Edge edge;
        edge.weight = weights[number];
        edge.level = std::int16_t(place.level);
        edge.head = std::int16_t(place.head);
        edge.key = place.part.position(numbers[number]);
        list[i] = edge;
        ++next[from];
      }
    }
  }
};

// Of each position the strongest edges of all its heads.
template <typename Element>
struct Choose {
  using Params = InspectParams<Element>;
  static constexpr int threads = 128, blocks = 4, shared_bytes = 0;

  CORPUSCOPE_DEVICE static void run(const Params& p, char*) {
    const std::int64_t position = block() * threads + thread();
    if (position >= p.span.length) return;
    Best<most_edges> best;  // numbered by column and place in its list
    const Edge* lists = p.lists + position * p.g.columns * p.edges;
    for (int i = 0; i < p.g.columns * p.edges; ++i) best.offer(lists[i].weight, i);
#pragma unroll
    for (int i = 0; i < most_edges; ++i)
      if (i < p.edges) p.chosen[position * p.edges + i] = best.weight[i] > 0 ? lists[best.key[i]] : Edge();
  }
};

}  // namespace corpuscope::attention::cuda
