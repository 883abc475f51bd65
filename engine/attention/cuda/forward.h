#pragma once
// The forward pass of a tile of queries: its keys pass by in tiles, two of which are in shared memory at a time, so that
// one is copied while the other is multiplied. forward_wgmma.h is the same for warpgroups.

#include "attention/cuda/softmax.h"

namespace corpuscope::attention::cuda {

// The tiles that a kernel for this element and (padded) head dimension works on.
template <typename Element, int dim>
struct ForwardShape;
template <int dim>
struct ForwardShape<Bf16, dim> {
  static constexpr int warps = 4, mt = 2, keys = 64;
  static constexpr bool left_in_registers = dim <= 64;
};
template <int dim>
struct ForwardShape<float, dim> {
  static constexpr int warps = 4, mt = 1, keys = 32;
  static constexpr bool left_in_registers = true;  // float32 products read shared memory in any case
};

template <typename Element, int dim>
struct Forward {
  using Params = ForwardParams<Element>;
  using Shape = ForwardShape<Element, dim>;
  static constexpr int warps = Shape::warps, mt = Shape::mt, keys = Shape::keys;
  static constexpr int threads = 32 * warps, rows = 16 * mt * warps, blocks = 2;
  using QueryTile = Tile<Element, rows, dim>;
  using KeyTile = Tile<Element, keys, dim>;
  static constexpr int shared_bytes = QueryTile::bytes + 4 * KeyTile::bytes;

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    const Place<Element> place(p, block());
    const Part& part = place.part;
    const int first = place.item.tile * rows;  // of the new rows
    if (first >= part.fresh) return;
    const QueryTile query_tile(shared);
    const auto key_tile = [&](int stage) { return KeyTile(shared + QueryTile::bytes + stage * KeyTile::bytes); };
    const auto value_tile = [&](int stage) { return KeyTile(shared + QueryTile::bytes + (2 + stage) * KeyTile::bytes); };
    const RowSource<Element> k = place.keys(p), v = place.values(p);
    const Rotation rotation = place.rotation(p);

    const auto [begin, end] = share_of(p, place, first + rows, keys);

    load<threads>(query_tile, place.fresh_rows(p, p.in.q, p.in.q_stride), first);
    if (begin < end) {
      load<threads>(key_tile(0), k, begin * keys);
      load<threads>(value_tile(0), v, begin * keys);
    }
    commit_copies();
    wait_copies<0>();
    barrier();
    if (rotation.active()) {
      rotate<threads>(query_tile, rotation, part.kept + first, 0);
      barrier();
    }

    const int warp_row = thread() / 32 * 16 * mt;
    LeftRows<Element, mt, dim> left;
    if constexpr (Shape::left_in_registers) left.load(query_tile, warp_row);
    Fragments<mt, dim / 8> out;
    clear<mt, dim / 8>(out);
    OnlineSoftmax<mt> softmax;
    for (int t = begin; t < end; ++t) {
      const int stage = (t - begin) % 2, key = t * keys;
      wait_copies<0>();
      barrier();  // the tile is there for all, and nobody works on the one before it any more
      if (t + 1 < end) {
        load<threads>(key_tile(1 - stage), k, key + keys);
        load<threads>(value_tile(1 - stage), v, key + keys);
      }
      commit_copies();
      if (rotation.active()) {
        rotate<threads>(key_tile(stage), rotation, key, part.kept);
        barrier();
      }
      if (p.g.causal && key > part.kept + first + warp_row + 16 * mt - 1) continue;  // wholly masked for this warp
      Fragments<mt, keys / 8> s;
      clear<mt, keys / 8>(s);
      if constexpr (Shape::left_in_registers)
        product_rows(s, left, key_tile(stage));
      else
        product_rows(s, query_tile, warp_row, key_tile(stage));
      if (key + keys > part.rows() || (p.g.causal && key + keys - 1 > part.kept + first + warp_row))
        mask<mt, keys / 8>(s, p.g.causal, first + warp_row, key, part.kept, part.rows());
      softmax.step(s, out, p.scale);
      product_columns(out, s, value_tile(stage));
    }
    wait_copies<0>();
    store<rows, mt, dim / 8>(p, place, first, warp_row, out, softmax);
  }
};

}  // namespace corpuscope::attention::cuda
