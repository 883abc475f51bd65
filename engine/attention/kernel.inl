// The float32 kernel's one source, compiled once for each instruction set with
//   KERNEL_NAMESPACE  where it lives
//   KERNEL_NAME       what it is called
//   LANES             floats in a vector register
//   REGISTERS         vector registers
// bf16 numbers are widened while they are read.
#include "attention/forward.inl"
#include "attention/products.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

template <typename Number>
struct Float32Tiles {
  using Element = Number;
  static constexpr int key_step = 2;
  static constexpr bool in_place = true;  // weights take the place of the scores

  static std::int64_t query_floats(int d) { return padded(d, lanes) * tile; }
  static std::int64_t key_floats(int d) { return d * tile; }

  static constexpr float score_factor(float) { return 1; }  // queries are scaled while they are packed
  static int sum_rows(int d) { return d; }

  static void queries(const BlockOf<Number>& block, std::int64_t first, int count, float* to) {
    const int d = block.head_dim, width = padded(d, lanes);
    static thread_local std::vector<float> rows;
    if (rows.size() < std::size_t(tile * width)) rows.resize(std::size_t(tile * width));
    copy_rows(block.q, first, count, d, width, block.scale * log2_e, rows.data());
    transpose(rows.data(), width, count, d, to, tile);
  }
  static const float* keys(const RowsOf<Number>& rows, std::int64_t first, int count, int d, float* to) {
    // Rows of a stream lie side by side: they are read where they are.
    if constexpr (std::is_same_v<Number, float>)
      if (rows.stride == d && !rows.rotation) return rows.row(first);
    copy_rows(rows, first, count, d, d, 1, to);
    return to;
  }
  static const float* values(const RowsOf<Number>& rows, std::int64_t first, int count, int d, float* to) {
    return keys(rows, first, count, d, to);
  }
  static void scores(const float* k, const float* q, float* scores, int keys, int d) {
    product<Floats, false>(k, d, 1, q, tile, scores, tile, keys, tile, d);
  }
  static void store_weights(float* weights, int j, int c, Vector w0, Vector w1) {
    store(weights + j * tile + c, w0);
    store(weights + (j + 1) * tile + c, w1);
  }
  static void add_values(const float* v, const float* weights, float* sum, int keys, int d) {
    product<Floats, true>(v, 1, d, weights, tile, sum, tile, d, tile, keys);
  }
};

// The finished weights, queries down and keys across, as a receiver wants them.
void weights(const Block& block, WeightReceiver receive) {
  const int d = block.head_dim, width = padded(d, lanes);
  float *queries = nullptr, *rows = nullptr, *keys_transposed = nullptr, *scores = nullptr;
  const auto lay_out = [&](Pieces pieces) {
    queries = pieces.take(queries_per_pass * width);
    rows = pieces.take(tile * width);
    keys_transposed = pieces.take(tile * width);
    scores = pieces.take(tile * tile);
    return pieces.taken;
  };
  lay_out({scratch(lay_out({}))});
  for (std::int64_t first = 0; first < block.queries; first += queries_per_pass) {
    const int many = int(std::min<std::int64_t>(queries_per_pass, block.queries - first));
    copy_rows(block.q, first, many, d, width, block.scale * log2_e, queries);
    const std::int64_t end = visible_keys(block, first + many - 1);
    for (std::int64_t key = (end - 1) / tile * tile; key >= 0; key -= tile) {
      const int keys = int(std::min<std::int64_t>(tile, end - key));
      copy_rows(block.k, key, keys, d, width, 1, rows);
      transpose(rows, width, keys, d, keys_transposed, tile);
      for (int i = 0; i < many; i += tile) {
        const int count = std::min(tile, many - i);
        if (visible_keys(block, first + i + count - 1) <= key) continue;
        product<Floats, false>(queries + i * width, width, 1, keys_transposed, tile, scores, tile, count, tile, d);
        for (int r = 0; r < count; ++r) {
          const float lse = block.lse[(first + i + r) * block.lse_stride] * log2_e;
          const int seen = int(std::clamp<std::int64_t>(visible_keys(block, first + i + r) - key, 0, keys));
          float* row = scores + r * tile;
          for (int c = 0; c < tile; c += lanes) {
            // Rounding may leave a score a hair above the denominator's logarithm.
            const Vector x = load(row + c) - lse;
            store(row + c, power_of_two(x < 0.f ? x : Vector{}));
          }
          std::fill(row + seen, row + tile, 0.f);
        }
        receive(first + i, count, key, keys, scores, tile);
      }
    }
  }
}

}  // namespace

}  // namespace corpuscope::attention::KERNEL_NAMESPACE

#include "attention/backward.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

const Kernel kernel = {KERNEL_NAME,
                       {forward<Float32Tiles<float>>, backward<float>},
                       weights,
                       {{forward<Float32Tiles<float>>, backward<float>}, {forward<Float32Tiles<Bf16>>, backward<Bf16>}}};

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
