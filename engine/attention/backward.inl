// The backward pass of a block in float32: FlashAttention's (arXiv 2205.14135, appendix B.4), with weights that are
// recomputed tile by tile from lse. A pass takes up to 512 keys, whose gradients stay in working memory, through all
// queries that see them; each tile of queries is read, and its gradient added to, once a pass.
#pragma once
#include "attention/products.inl"

namespace corpuscope::attention::KERNEL_NAMESPACE {

namespace {

// Working memory of a pass. Widths are multiples of `lanes`; everything is transposed as in the forward pass, so p and
// ds are [keys, queries].
struct BackwardMemory {
  float *k, *v, *dk, *dv;                     // [keys_per_pass, width]
  float *q, *dout, *dq;                       // [tile, width]
  float *q_transposed, *dout_transposed;      // [width, tile]
  float *p, *ds;                              // [tile, tile]
  float *lse, *delta;                         // [tile]
  float* row;                                 // [width]

  BackwardMemory(Pieces pieces, int width) {
    for (float** piece : {&k, &v, &dk, &dv}) *piece = pieces.take(keys_per_pass * width);
    for (float** piece : {&q, &dout, &dq, &q_transposed, &dout_transposed}) *piece = pieces.take(tile * width);
    for (float** piece : {&p, &ds}) *piece = pieces.take(tile * tile);
    for (float** piece : {&lse, &delta, &row}) *piece = pieces.take(std::max(tile, width));
    size = pieces.taken;
  }
  std::size_t size;
};

// Adds rows of gradients, turned back where the rows were turned, to strided rows.
template <typename Element>
void add_rows(const float* from, int rows, int d, int width, float factor, const RowsOf<Element>& as,
              std::int64_t first, float* to, std::int64_t stride, float* turned) {
  for (int i = 0; i < rows; ++i, from += width) {
    const float* row = from;
    if (as.rotation) {
      std::copy(from, from + d, turned);
      as.rotation->rotate(turned, as.index + first + i, -1);
      row = turned;
    }
    float* at = to + (first + i) * stride;
    for (int c = 0; c < d; ++c) at[c] += row[c] * factor;
  }
}

// p becomes the weights, ds the gradients of the scores (without the scale).
inline void weigh_gradients(const BackwardMemory& m, int keys) {
  for (int c = 0; c < tile; c += lanes) {
    const Vector lse = load(m.lse + c), delta = load(m.delta + c);
    for (int j = 0; j < keys; ++j) {
      // Rounding may leave a score a hair above the denominator's logarithm.
      const Vector x = load(m.p + j * tile + c) - lse;
      const Vector weight = power_of_two(x < 0.f ? x : Vector{});
      store(m.p + j * tile + c, weight);
      store(m.ds + j * tile + c, weight * (load(m.ds + j * tile + c) - delta));
    }
  }
}

// The queries' logarithms of denominators, in base 2, and deltas.
inline void load_statistics(const BlockGradients& gradients, std::int64_t query, int rows, float* lse, float* delta) {
  for (int i = 0; i < tile; ++i) {
    const std::int64_t at = (query + std::min(i, rows - 1)) * gradients.lse_stride;
    lse[i] = gradients.lse[at] * log2_e;
    delta[i] = gradients.delta[at];
  }
}

template <typename Element>
void backward_pass(const BlockOf<Element>& block, const BlockGradients& gradients, const BackwardMemory& m,
                   std::int64_t key, int keys) {
  const int d = block.head_dim, width = padded(d, lanes);
  copy_rows(block.k, key, keys, d, width, 1, m.k);
  copy_rows(block.v, key, keys, d, width, 1, m.v);
  std::fill(m.dk, m.dk + keys * width, 0.f);
  std::fill(m.dv, m.dv + keys * width, 0.f);
  const std::int64_t first = block.causal ? std::max<std::int64_t>(0, key - block.query_row) / tile * tile : 0;
  for (std::int64_t query = first; query < block.queries; query += tile) {
    const int rows = int(std::min<std::int64_t>(tile, block.queries - query));
    copy_rows(block.q, query, rows, d, width, block.scale * log2_e, m.q);
    copy_rows(gradients.dout, query, rows, d, width, 1, m.dout);
    transpose(m.q, width, rows, d, m.q_transposed, tile);
    transpose(m.dout, width, rows, d, m.dout_transposed, tile);
    load_statistics(gradients, query, rows, m.lse, m.delta);
    std::fill(m.dq, m.dq + tile * width, 0.f);
    const std::int64_t end = std::min<std::int64_t>(key + keys, visible_keys(block, query + rows - 1));
    for (std::int64_t j = key; j < end; j += tile) {
      const int many = int(std::min<std::int64_t>(tile, end - j));
      const std::int64_t at = (j - key) * width;
      product<Floats, false>(m.k + at, width, 1, m.q_transposed, tile, m.p, tile, many, tile, d);
      product<Floats, false>(m.v + at, width, 1, m.dout_transposed, tile, m.ds, tile, many, tile, d);
      if (block.causal && j + many - 1 > block.query_row + query) hide(m.p, j, many, block.query_row + query);
      weigh_gradients(m, many);
      product<Floats, true>(m.p, tile, 1, m.dout, width, m.dv + at, width, many, width, rows);
      product<Floats, true>(m.ds, tile, 1, m.q, width, m.dk + at, width, many, width, rows);
      product<Floats, true>(m.ds, 1, tile, m.k + at, width, m.dq, width, rows, width, many);
    }
    gradients.turns.wait_for(query + rows);
    add_rows(m.dq, rows, d, width, block.scale, block.q, query, gradients.dq, gradients.dq_stride, m.row);
    gradients.turns.done(query + rows);
  }
  add_rows(m.dk, keys, d, width, ln_2, block.k, key, gradients.dk, gradients.dk_stride, m.row);
  add_rows(m.dv, keys, d, width, 1, RowsOf<Element>{}, key, gradients.dv, gradients.dv_stride, m.row);
}

template <typename Element>
void backward(const BlockOf<Element>& block, const BlockGradients& gradients) {
  const int width = padded(block.head_dim, lanes);
  const BackwardMemory memory({scratch(BackwardMemory({}, width).size)}, width);
  for (std::int64_t key = 0; key < block.keys; key += keys_per_pass)
    backward_pass(block, gradients, memory, key, int(std::min<std::int64_t>(keys_per_pass, block.keys - key)));
}

}  // namespace

}  // namespace corpuscope::attention::KERNEL_NAMESPACE
