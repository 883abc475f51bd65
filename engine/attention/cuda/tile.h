#pragma once
// A tile in shared memory: rows of some columns, filled by asynchronous copies from strided rows that are read where
// they lie. The 16-byte chunks of a row are permuted by its number, so that the 8 rows of a matrix lie in 8 banks. A tile
// may be several panels of columns, one behind the other: with panels of 128 bytes this is the 128-byte swizzle that
// products of a warpgroup read (warpgroup.h).

#include "attention/cuda/geometry.h"

namespace corpuscope::attention::cuda {

CORPUSCOPE_DEVICE float to_float(float x) { return x; }
CORPUSCOPE_DEVICE float to_float(Bf16 x) {
#ifdef __CUDA_ARCH__
  return __uint_as_float(unsigned(x) << 16);
#else
  return compute::to_float(x);
#endif
}
CORPUSCOPE_DEVICE void put(float& to, float x) { to = x; }
CORPUSCOPE_DEVICE void put(Bf16& to, float x) { to = Bf16(pack_bf16(x, 0)); }

template <typename Element, int rows_, int columns_, int panel_ = columns_>
struct Tile {
  static constexpr int rows = rows_, columns = columns_;
  static constexpr int a_chunk = 16 / int(sizeof(Element));  // elements
  static constexpr int chunks = columns / a_chunk;           // of a row
  static constexpr int panel_chunks = panel_ / a_chunk;      // of a row of a panel
  static constexpr int bytes = rows * columns * int(sizeof(Element));

  Element* data;

  CORPUSCOPE_DEVICE explicit Tile(char* shared) : data(reinterpret_cast<Element*>(shared)) {}

  CORPUSCOPE_DEVICE Element* chunk(int row, int number) const {
    static_assert(panel_chunks == 4 || panel_chunks % 8 == 0);
    const int turn = panel_chunks == 4 ? row / 2 % 4 : row % 8;
    if constexpr (panel_chunks == chunks) return data + (row * chunks + (number ^ turn)) * a_chunk;
    const int panel = number / panel_chunks;
    return data + ((panel * rows + row) * panel_chunks + (number % panel_chunks ^ turn)) * a_chunk;
  }
  CORPUSCOPE_DEVICE Element& at(int row, int column) const {
    return chunk(row, column / a_chunk)[column % a_chunk];
  }
};

// Rows of one segment: those that were kept lie one behind the other, the span's own ones are strided.
template <typename Element>
struct RowSource {
  const Element* kept = nullptr;
  const Element* fresh = nullptr;
  std::int64_t fresh_stride = 0;
  int kept_rows = 0, rows = 0;  // rows: all
  int head_dim = 0;

  CORPUSCOPE_DEVICE const Element* row(int i) const {
    return i < kept_rows ? kept + std::int64_t(i) * head_dim : fresh + std::int64_t(i - kept_rows) * fresh_stride;
  }
};

// Starts to copy rows first .. first + rows - 1; those that there are none of, and columns beyond head_dim, become 0.
// A thread copies the same chunk of rows that lie equally far apart.
template <int threads, typename Element, int rows, int columns, int panel>
CORPUSCOPE_DEVICE void load(const Tile<Element, rows, columns, panel>& tile, const RowSource<Element>& source, int first) {
  using Shape = Tile<Element, rows, columns, panel>;
  constexpr int step = threads / Shape::chunks;  // rows between a thread's copies
  static_assert(threads % Shape::chunks == 0 && rows % step == 0);
  const int row = thread() / Shape::chunks, number = thread() % Shape::chunks;
  const int column = number * Shape::a_chunk;
  const int valid_rows = column < source.head_dim ? source.rows - first : 0;  // from `first` on
  if (first < source.kept_rows && first + rows > source.kept_rows) {  // of both kinds
#pragma unroll
    for (int i = row; i < rows; i += step)
      copy_async(tile.chunk(i, number), source.row(first + i) + column, i < valid_rows);
    return;
  }
  const std::int64_t stride = first < source.kept_rows ? source.head_dim : source.fresh_stride;
  const Element* from = source.row(first + row) + column;
#pragma unroll
  for (int i = 0; i < rows / step; ++i) {
    copy_async(tile.chunk(row + i * step, number), from, row + i * step < valid_rows);
    from += step * stride;
  }
}

// The rotation of position scheme `per_level`, see level_rotation.h.
struct Rotation {
  const float* table = nullptr;  // rotation_table(); null: none
  int half = 0;                  // pairs of a row
  bool interleaved = false;
  std::int64_t index = 0;        // of row 0 of the segment

  CORPUSCOPE_DEVICE bool active() const { return table != nullptr; }

  // Of pair i at row `row` of the segment.
  CORPUSCOPE_DEVICE void turn(std::int64_t row, int i, float& cosine, float& sine) const {
    const std::int64_t at = index + row;
    const float* fine = table + (at % 256 * half + i) * 2;
    const float* coarse = table + ((256 + at / 256) * half + i) * 2;
    cosine = fine[0] * coarse[0] - fine[1] * coarse[1];
    sine = fine[1] * coarse[0] + fine[0] * coarse[1];
  }
  CORPUSCOPE_DEVICE int low(int i) const { return interleaved ? 2 * i : i; }
  CORPUSCOPE_DEVICE int high(int i) const { return interleaved ? 2 * i + 1 : i + half; }
};

// Turns the rows of a tile that has been loaded, from row `begin` of the segment on; row 0 of the tile is row `first`.
template <int threads, typename Element, int rows, int columns, int panel>
CORPUSCOPE_DEVICE void rotate(const Tile<Element, rows, columns, panel>& tile, const Rotation& rotation, int first,
                              int begin) {
  for (int n = thread(); n < rows * rotation.half; n += threads) {
    const int row = n / rotation.half, i = n % rotation.half;
    if (first + row < begin) continue;
    float cosine, sine;
    rotation.turn(first + row, i, cosine, sine);
    Element &a = tile.at(row, rotation.low(i)), &b = tile.at(row, rotation.high(i));
    const float x = to_float(a), y = to_float(b);
    Element turned_a, turned_b;
    put(turned_a, x * cosine - y * sine);
    put(turned_b, y * cosine + x * sine);
    store_shared(a, turned_a);
    store_shared(b, turned_b);
  }
}

}  // namespace corpuscope::attention::cuda
