// The kernel that multiplies bf16 numbers and sums in float32, compiled for AVX-512 BF16 and, where KERNEL_AMX is
// defined, for AMX tiles. LANES 16, REGISTERS 32; the other macros are those of kernel.inl.
//
// The right factor of a product lies in pairs of rows: word [i / 2][column] holds rows i and i + 1, as both kinds of
// instruction want it. The left one is row-major. Widths and heights are padded to multiples of 32.
#include <immintrin.h>

#include <type_traits>

#include "attention/backward.inl"
#include "attention/forward.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

constexpr int step = 32;

inline Bf16* numbers(float* words) { return reinterpret_cast<Bf16*>(words); }
inline const float* words_of(const Bf16* numbers) { return reinterpret_cast<const float*>(numbers); }
inline float* words_of(Bf16* numbers) { return reinterpret_cast<float*>(numbers); }

#ifdef KERNEL_AMX

// The shape of all eight tile registers, 16 rows of 64 bytes, for as long as this lives; oneDNN sets its own.
class Unit {
 public:
  Unit() {
    struct alignas(64) {
      std::uint8_t palette = 1, start = 0, reserved[14] = {};
      std::uint16_t bytes_a_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } shape;
    _tile_loadconfig(&shape);
  }
  ~Unit() { _tile_release(); }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
};

// C[rows, columns] = (or +=) A[rows, 2 depth] B[depth pairs, columns]; strides in words.
template <bool Add>
void product(const float* a, std::int64_t a_row, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
             int rows, int columns, int depth) {
  for (int i = 0; i < padded(rows, step); i += step)
    for (int j = 0; j < columns; j += step) {
      float* at = c + i * c_row + j;
      if (Add) {
        _tile_loadd(0, at, c_row * 4);
        _tile_loadd(1, at + 16, c_row * 4);
        _tile_loadd(2, at + 16 * c_row, c_row * 4);
        _tile_loadd(3, at + 16 * c_row + 16, c_row * 4);
      } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
      }
      for (int k = 0; k < depth; k += 16) {
        _tile_loadd(4, a + i * a_row + k, a_row * 4);
        _tile_loadd(6, b + k * b_row + j, b_row * 4);
        _tile_loadd(7, b + k * b_row + j + 16, b_row * 4);
        _tile_loadd(5, a + (i + 16) * a_row + k, a_row * 4);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
      _tile_stored(0, at, c_row * 4);
      _tile_stored(1, at + 16, c_row * 4);
      _tile_stored(2, at + 16 * c_row, c_row * 4);
      _tile_stored(3, at + 16 * c_row + 16, c_row * 4);
    }
}

#else

struct Unit {
  ~Unit() {}
};

struct Pairs {
  static Vector broadcast(const float* word) {
    std::int32_t bits;
    std::memcpy(&bits, word, sizeof bits);
    return Vector(_mm512_castsi512_ps(_mm512_set1_epi32(bits)));
  }
  static Vector multiply_add(Vector sum, Vector a, Vector b) {
    return Vector(_mm512_dpbf16_ps(__m512(sum), __m512bh(a), __m512bh(b)));
  }
};

template <bool Add>
void product(const float* a, std::int64_t a_row, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
             int rows, int columns, int depth) {
  product<Pairs, Add>(a, a_row, 1, b, b_row, c, c_row, rows, columns, depth);
}

#endif

// Words (a, b) of two vectors of float32 numbers.
inline __m512i paired(Vector a, Vector b) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, __m512i(_mm512_cvtne2ps_pbh(__m512(b), __m512(a))));
}

inline void store_rounded(Bf16* to, Vector x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), __m256i(_mm512_cvtneps_pbh(__m512(x))));
}

// float32 rows [count, width] -> bf16 rows of the same width.
inline void round_rows(const float* from, int count, int width, Bf16* to) {
  for (int i = 0; i < count * width; i += lanes) store_rounded(to + i, load(from + i));
}

// `count` rows, turned where they are to be, as rows of `width` numbers; zeros beyond head_dim and up to
// `padded_rows`. `room`: for floats [count, width].
template <typename Number>
void pack_rows(const RowsOf<Number>& in, std::int64_t first, int count, int head_dim, int width, int padded_rows,
               float* room, Bf16* to) {
  if constexpr (std::is_same_v<Number, Bf16>) {
    if (!in.rotation) {
      for (int i = 0; i < count; ++i) {
        std::copy(in.row(first + i), in.row(first + i) + head_dim, to + i * width);
        std::fill(to + i * width + head_dim, to + (i + 1) * width, Bf16(0));
      }
      std::fill(to + count * width, to + padded_rows * width, Bf16(0));
      return;
    }
  }
  copy_rows(in, first, count, head_dim, width, 1, room);
  round_rows(room, count, width, to);
  std::fill(to + count * width, to + padded_rows * width, Bf16(0));
}

// Rows [rows, width], an even number of them, become pairs of rows: words [rows / 2, width].
inline void pair_rows(const Bf16* from, int rows, int width, float* to) {
  std::uint32_t* words = reinterpret_cast<std::uint32_t*>(to);
  for (int i = 0; i < rows; i += 2)
    for (int c = 0; c < width; ++c)
      words[i / 2 * width + c] = from[i * width + c] | std::uint32_t(from[(i + 1) * width + c]) << 16;
}

// Room for packing, of one thread: `pieces` pieces of [tile, width].
inline float* spare(int width, int pieces) {
  static thread_local std::vector<float> room;
  if (room.size() < std::size_t(pieces * tile * width)) room.resize(std::size_t(pieces * tile * width));
  return room.data();
}

// Query rows with the sign of the scale; its size comes with the scores, so that nothing is rounded once more.
template <typename Number>
void pack_queries(const BlockOf<Number>& block, std::int64_t first, int count, int width, float* room, Bf16* to) {
  pack_rows(block.q, first, count, block.head_dim, width, tile, room, to);
  if (block.scale == 0) std::fill(to, to + count * width, Bf16(0));
  if (block.scale < 0) std::transform(to, to + count * width, to, [](Bf16 x) { return Bf16(x ^ 0x8000); });
}

// Rows [rows, width] -> [width, rows], an even number of rows; `room` for words [rows / 2, width].
inline void transpose_pairs(const Bf16* from, int rows, int width, float* room, float* to, int to_width) {
  pair_rows(from, rows, width, room);
  transpose(room, width, rows / 2, width, to, to_width, rows / 2);
}

// Pairs of dimensions: words [width / 2, tile].
inline void pair_dimensions(const Bf16* rows, int count, int width, float* to) {
  transpose(words_of(rows), width / 2, count, width / 2, to, tile);
}

inline float factor_of(float scale) { return scale == 0 ? 1 : std::abs(scale) * log2_e; }

template <typename Number>
struct Bf16Tiles {
  using Element = Number;
  static constexpr int key_step = step;
  static constexpr bool in_place = false;

  static std::int64_t query_floats(int d) { return padded(d, step) * tile; }
  static std::int64_t key_floats(int d) { return padded(d, step) * tile; }
  static int sum_rows(int d) { return padded(d, step); }
  static float score_factor(float scale) { return factor_of(scale); }

  static void queries(const BlockOf<Number>& block, std::int64_t first, int count, float* to) {
    const int width = padded(block.head_dim, step);
    float* room = spare(width, 2);
    pack_queries(block, first, count, width, room + tile * width, numbers(room));
    pair_dimensions(numbers(room), count, width, to);
  }
  static const float* keys(const RowsOf<Number>& rows, std::int64_t first, int count, int d, float* to) {
    const int width = padded(d, step);
    pack_rows(rows, first, count, d, width, tile, spare(width, 1), numbers(to));
    return to;
  }
  // Words [width, tile / 2]: transposed, with pairs of keys.
  static const float* values(const RowsOf<Number>& rows, std::int64_t first, int count, int d, float* to) {
    const int width = padded(d, step);
    float* room = spare(width, 2);
    pack_rows(rows, first, count, d, width, tile, room + tile * width, numbers(room));
    transpose_pairs(numbers(room), tile, width, room + tile * width, to, tile / 2);
    return to;
  }
  static void scores(const float* k, const float* q, float* scores, int keys, int d) {
    const int words = padded(d, step) / 2;
    product<false>(k, words, q, tile, scores, tile, keys, tile, words);
  }
  static void store_weights(float* weights, int j, int c, Vector w0, Vector w1) {
    _mm512_storeu_si512(weights + j / 2 * tile + c, paired(w0, w1));
  }
  static void add_values(const float* v, const float* weights, float* sum, int keys, int d) {
    product<true>(v, tile / 2, weights, tile, sum, tile, d, tile, padded(keys, step) / 2);
  }
};

template <typename Number>
void forward_bf16(const BlockOf<Number>& block) {
  const Unit unit;
  forward<Bf16Tiles<Number>>(block);
}

// As in backward.inl; p and ds are float32, and as bf16 the left factors of dv and dk, ds in pairs the right one of dq.
struct Memory {
  Bf16 *k, *v, *k_transposed;        // [keys_per_pass, width], [width, keys_per_pass]
  float *dk, *dv;                    // [keys_per_pass, width]
  Bf16 *q, *dout;                    // [tile, width]
  float *q_dims, *dout_dims;         // pairs of dimensions, [width / 2, tile]
  float *q_rows, *dout_rows;         // pairs of queries, [tile / 2, width]
  float *p, *ds;                     // [tile, tile]
  Bf16 *p_rounded, *ds_rounded;      // [tile, tile]
  float* ds_pairs;                   // [tile / 2, tile]
  float *dq_transposed, *dq, *room;  // [width, tile], [tile, width]
  float *lse, *delta, *row;
  std::size_t size;

  Memory(Pieces pieces, int width) {
    for (Bf16** piece : {&k, &v, &k_transposed}) *piece = numbers(pieces.take(keys_per_pass * width / 2));
    for (float** piece : {&dk, &dv}) *piece = pieces.take(keys_per_pass * width);
    for (Bf16** piece : {&q, &dout}) *piece = numbers(pieces.take(tile * width / 2));
    for (float** piece : {&q_dims, &dout_dims, &q_rows, &dout_rows}) *piece = pieces.take(tile * width / 2);
    for (float** piece : {&p, &ds}) *piece = pieces.take(tile * tile);
    for (Bf16** piece : {&p_rounded, &ds_rounded}) *piece = numbers(pieces.take(tile * tile / 2));
    ds_pairs = pieces.take(tile * tile / 2);
    for (float** piece : {&dq_transposed, &dq, &room}) *piece = pieces.take(tile * width);
    for (float** piece : {&lse, &delta, &row}) *piece = pieces.take(std::max(tile, width));
    size = pieces.taken;
  }
};

// Scores and the weights' gradients [keys, tile], an even number of keys, become weights and the scores' gradients.
inline void weigh_gradients(const Memory& m, float factor, int keys) {
  for (int c = 0; c < tile; c += lanes) {
    const Vector lse = load(m.lse + c), delta = load(m.delta + c);
    for (int j = 0; j < keys; j += 2) {
      Vector gradients[2];
      for (int i = 0; i < 2; ++i) {
        const int at = (j + i) * tile + c;
        const Vector x = load(m.p + at) * factor - lse;
        const Vector weight = power_of_two(x < 0.f ? x : Vector{});
        gradients[i] = weight * (load(m.ds + at) - delta);
        store_rounded(m.p_rounded + at, weight);
        store_rounded(m.ds_rounded + at, gradients[i]);
      }
      _mm512_storeu_si512(m.ds_pairs + j / 2 * tile + c, paired(gradients[0], gradients[1]));
    }
  }
}

template <typename Number>
void load_queries(const BlockOf<Number>& block, const BlockGradients& gradients, const Memory& m, std::int64_t query,
                  int rows, int width) {
  pack_queries(block, query, rows, width, m.room, m.q);
  copy_rows(gradients.dout, query, rows, block.head_dim, width, 1, m.room);
  round_rows(m.room, rows, width, m.dout);
  std::fill(m.dout + rows * width, m.dout + tile * width, Bf16(0));
  pair_dimensions(m.q, rows, width, m.q_dims);
  pair_dimensions(m.dout, rows, width, m.dout_dims);
  pair_rows(m.q, tile, width, m.q_rows);
  pair_rows(m.dout, tile, width, m.dout_rows);
  load_statistics(gradients, query, rows, m.lse, m.delta);
}

template <typename Number>
void backward_pass(const BlockOf<Number>& block, const BlockGradients& gradients, const Memory& m, std::int64_t key,
                   int keys) {
  const int d = block.head_dim, width = padded(d, step), words = width / 2;
  const float factor = factor_of(block.scale);
  for (int j = 0; j < keys; j += tile) {
    const int many = std::min(tile, keys - j);
    pack_rows(block.k, key + j, many, d, width, tile, m.room, m.k + j * width);
    pack_rows(block.v, key + j, many, d, width, tile, m.room, m.v + j * width);
    transpose_pairs(m.k + j * width, tile, width, m.room, words_of(m.k_transposed + j), int(keys_per_pass) / 2);
  }
  std::fill(m.dk, m.dk + keys_per_pass * width, 0.f);
  std::fill(m.dv, m.dv + keys_per_pass * width, 0.f);
  const std::int64_t first = block.causal ? std::max<std::int64_t>(0, key - block.query_row) / tile * tile : 0;
  for (std::int64_t query = first; query < block.queries; query += tile) {
    const int rows = int(std::min<std::int64_t>(tile, block.queries - query));
    load_queries(block, gradients, m, query, rows, width);
    std::fill(m.dq_transposed, m.dq_transposed + width * tile, 0.f);
    const std::int64_t end = std::min<std::int64_t>(key + keys, visible_keys(block, query + rows - 1));
    for (std::int64_t j = key; j < end; j += tile) {
      const int many = int(std::min<std::int64_t>(tile, end - j)), padded_keys = padded(many, step);
      const std::int64_t at = (j - key) * width;
      product<false>(words_of(m.k + at), words, m.q_dims, tile, m.p, tile, padded_keys, tile, words);
      product<false>(words_of(m.v + at), words, m.dout_dims, tile, m.ds, tile, padded_keys, tile, words);
      if (block.causal && j + many - 1 > block.query_row + query) hide(m.p, j, many, block.query_row + query);
      std::fill(m.p + many * tile, m.p + padded_keys * tile, masked);
      weigh_gradients(m, factor, padded_keys);
      product<true>(words_of(m.p_rounded), tile / 2, m.dout_rows, width, m.dv + at, width, padded_keys, width, tile / 2);
      product<true>(words_of(m.ds_rounded), tile / 2, m.q_rows, width, m.dk + at, width, padded_keys, width, tile / 2);
      product<true>(words_of(m.k_transposed + (j - key)), keys_per_pass / 2, m.ds_pairs, tile, m.dq_transposed, tile,
                    width, tile, padded_keys / 2);
    }
    transpose(m.dq_transposed, tile, width, tile, m.dq, width, width);
    gradients.turns.wait_for(query + rows);
    add_rows(m.dq, rows, d, width, block.scale, block.q, query, gradients.dq, gradients.dq_stride, m.row);
    gradients.turns.done(query + rows);
  }
  add_rows(m.dk, keys, d, width, std::abs(block.scale), block.k, key, gradients.dk, gradients.dk_stride, m.row);
  add_rows(m.dv, keys, d, width, 1, RowsOf<Number>{}, key, gradients.dv, gradients.dv_stride, m.row);
}

template <typename Number>
void backward_bf16(const BlockOf<Number>& block, const BlockGradients& gradients) {
  const Unit unit;
  const int width = padded(block.head_dim, step);
  const Memory memory({scratch(Memory({}, width).size)}, width);
  for (std::int64_t key = 0; key < block.keys; key += keys_per_pass)
    backward_pass(block, gradients, memory, key, int(std::min<std::int64_t>(keys_per_pass, block.keys - key)));
}

}  // namespace

const Bf16Passes passes = {{forward_bf16<float>, backward_bf16<float>}, {forward_bf16<Bf16>, backward_bf16<Bf16>}};

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
