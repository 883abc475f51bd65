#pragma once
// The forward pass of a tile of queries on Hopper: forward.h for warpgroups, with products that run by themselves
// (warpgroup.h). One warpgroup of a block brings keys and values into shared memory, turns them and hands them over;
// two have 64 rows of queries each and multiply. Nobody waits for the whole block: tiles pass through a ring of
// places with two gates each, one that opens when a tile is there, one when it has been used up.
//
// A warpgroup starts the products of a tile's keys, then those of the values of the tile before, and makes the
// weights of the former while the latter run.

#include "attention/cuda/softmax.h"
#include "attention/cuda/warpgroup.h"

namespace corpuscope::attention::cuda {

// The ring of tiles, keys and values in turn: load 2 i brings the keys of the block's tile i, load 2 i + 1 its
// values.
template <typename Tile, int places>
struct Ring {
  static constexpr int bytes = places * (Tile::bytes + 2 * int(sizeof(Gate)));

  char* tiles;
  Gate *filled, *used;

  CORPUSCOPE_DEVICE explicit Ring(char* shared)
      : tiles(shared), filled(reinterpret_cast<Gate*>(shared + places * Tile::bytes)), used(filled + places) {}

  CORPUSCOPE_DEVICE void make(int fillers, int users) const {
    for (int i = 0; i < places; ++i) {
      make_gate(filled + i, fillers);
      make_gate(used + i, users);
    }
  }
  CORPUSCOPE_DEVICE Tile tile(int load) const { return Tile(tiles + load % places * Tile::bytes); }
  CORPUSCOPE_DEVICE void wait_filled(int load) const { wait_for(filled + load % places, load / places % 2); }
  // That what was in the place before has been used; nothing was, the first time round.
  CORPUSCOPE_DEVICE void wait_used(int load) const {
    if (load >= places) wait_for(used + load % places, (load / places + 1) % 2);
  }
  CORPUSCOPE_DEVICE void fill(int load) const { arrive(filled + load % places); }
  CORPUSCOPE_DEVICE void use(int load) const { arrive(used + load % places); }
};

template <int dim>
struct ForwardWarpgroups {
  using Params = ForwardParams<Bf16>;
  static constexpr int group = 128, users = 2, group_rows = 64, rows = users * group_rows, keys = 128;
  static constexpr int threads = group * (1 + users), blocks = 1;
  // 65,536 registers are 168 a thread; the first group has use for fewer, the others for more.
  static constexpr int loader_registers = 72, user_registers = 216;
  static_assert(loader_registers + users * user_registers <= 3 * 168);
  static constexpr int panel = 64;  // columns: 128 bytes
  using QueryTile = Tile<Bf16, rows, dim, panel>;
  using KeyTile = Tile<Bf16, keys, dim, panel>;
  // Copies under way, and places for their tiles: of a tile that is waited for to be used, the one before is there.
  static constexpr int under_way = 2, places = under_way + 2;
  using KeyRing = Ring<KeyTile, places>;
  static constexpr int shared_bytes = QueryTile::bytes + KeyRing::bytes;

  CORPUSCOPE_DEVICE static void run(const Params& p, char* shared) {
    if constexpr (warpgroups_here) {
      const Place<Bf16> place(p, block());
      const int first = place.item.tile * rows;  // of the new rows
      if (first >= place.part.fresh) return;
      const KeyRing ring(shared + QueryTile::bytes);
      if (thread() == 0) ring.make(group, users * group / 32);
      barrier();
      if (thread() < group) {
        give_registers_back<loader_registers>();
        bring(p, place, first, QueryTile(shared), ring);
      } else {
        take_registers<user_registers>();
        attend(p, place, first, QueryTile(shared), ring);
      }
    }
  }

 private:
  // The first warpgroup: the queries and the first keys in one, then values and keys, `under_way` copies ahead.
  CORPUSCOPE_DEVICE static void bring(const Params& p, const Place<Bf16>& place, int first,
                                      const QueryTile& query_tile, const KeyRing& ring) {
    const auto [begin, end] = share_of(p, place, first + rows, keys);
    const int loads = 2 * (end - begin);
    if (loads <= 0) return;
    const RowSource<Bf16> k = place.keys(p), v = place.values(p);
    const Rotation rotation = place.rotation(p);
    load<group>(query_tile, place.fresh_rows(p, p.in.q, p.in.q_stride), first);
    for (int n = 0; n < loads + under_way; ++n) {
      if (n < loads) {
        ring.wait_used(n);
        load<group>(ring.tile(n), n % 2 == 0 ? k : v, (begin + n / 2) * keys);
      }
      commit_copies();
      const int there = n - under_way;
      if (there < 0) continue;
      wait_copies<under_way>();
      if (rotation.active() && there % 2 == 0) {
        part_barrier(1, group);  // others have copied what a thread turns
        if (there == 0) rotate<group>(query_tile, rotation, place.part.kept + first, 0);
        rotate<group>(ring.tile(there), rotation, (begin + there / 2) * keys, place.part.kept);
      }
      fence_stores();
      ring.fill(there);
    }
  }

  // One of the others.
  CORPUSCOPE_DEVICE static void attend(const Params& p, const Place<Bf16>& place, int first,
                                       const QueryTile& query_tile, const KeyRing& ring) {
    const int group_row = (thread() / group - 1) * group_rows, warp_row = group_row + thread() % group / 32 * 16;
    const int begin = share_of(p, place, first + rows, keys).begin;
    const int end = tiles_seen(p, place, first, group_row);

    Fragments<1, dim / 8> out;
    clear<1, dim / 8>(out);
    OnlineSoftmax<1> softmax;
    if (begin < end) {
      Fragments<1, keys / 8> s;
      unsigned weights[keys / 16][4];
      ring.wait_filled(0);
      fence_registers();
      start_scores(s[0], query_tile, group_row, ring.tile(0));
      commit_products();
      wait_products<0>(s[0]);
      use(ring, 0);
      hide(p, place, first + warp_row, begin * keys, s);
      softmax.weigh(s[0], 0, 0, p.scale);  // of no earlier ones
      softmax.weigh(s[0], 0, 1, p.scale);
      pack(weights, s[0]);
      int n = 2;  // the load of this tile's keys
      for (int t = begin + 1; t < end; ++t, n += 2) {
        ring.wait_filled(n);
        fence_registers();
        start_scores(s[0], query_tile, group_row, ring.tile(n));
        commit_products();
        ring.wait_filled(n - 1);
        fence_registers();
        start_values(out[0], weights, ring.tile(n - 1));
        commit_products();
        wait_products<1>(s[0]);
        use(ring, n);
        hide(p, place, first + warp_row, t * keys, s);
        const float low = softmax.weigh(s[0], 0, 0, p.scale), high = softmax.weigh(s[0], 0, 1, p.scale);
        wait_products<0>(out[0]);
        use(ring, n - 1);
        softmax.shrink(out[0], 0, low);
        softmax.shrink(out[0], 1, high);
        pack(weights, s[0]);
      }
      ring.wait_filled(n - 1);
      fence_registers();
      start_values(out[0], weights, ring.tile(n - 1));
      commit_products();
      wait_products<0>(out[0]);
    }
    store<rows, 1, dim / 8>(p, place, first, warp_row, out, softmax);
  }

  // The end of the block's share for one warpgroup: the last tile may be wholly masked for its rows. It is the only
  // one, so nobody waits for it to be used.
  CORPUSCOPE_DEVICE static int tiles_seen(const Params& p, const Place<Bf16>& place, int first, int group_row) {
    static_assert(rows - group_rows <= keys && places >= 2);
    const int all = share_of(p, place, first + rows, keys).end;
    const int own = (place.keys_seen(p, first + group_row + group_rows) + keys - 1) / keys;
    return own < all ? own : all;
  }

  // All of a warp's products that read the tile have ended.
  CORPUSCOPE_DEVICE static void use(const KeyRing& ring, int load) {
    if (lane() == 0) ring.use(load);
  }

  CORPUSCOPE_DEVICE static void hide(const Params& p, const Place<Bf16>& place, int row, int key,
                                     Fragments<1, keys / 8>& s) {
    const Part& part = place.part;
    if (key + keys > part.rows() || (p.g.causal && key + keys - 1 > part.kept + row))
      mask<1, keys / 8>(s, p.g.causal, row, key, part.kept, part.rows());
  }

  CORPUSCOPE_DEVICE static void pack(unsigned (&weights)[keys / 16][4], const float (&s)[keys / 8][4]) {
#pragma unroll
    for (int k = 0; k < keys / 16; ++k) pack_left(weights[k], s[2 * k], s[2 * k + 1]);
  }

  // s = queries . keys, transposed: 16 columns a time, 32 of a row's 128 bytes; the next panel after four.
  CORPUSCOPE_DEVICE static void start_scores(float (&s)[keys / 8][4], const QueryTile& query_tile, int group_row,
                                             const KeyTile& key_tile) {
    constexpr int query_panel = rows * panel * 2, key_panel = keys * panel * 2;  // bytes
    const std::uint64_t a = matrix_descriptor(query_tile.data + group_row * panel, 0);
    const std::uint64_t b = matrix_descriptor(key_tile.data, 0);
    multiply_rows_async<false>(s, a, b);
#pragma unroll
    for (int k = 1; k < dim / 16; ++k)
      multiply_rows_async<true>(s, moved(a, k / 4 * query_panel + k % 4 * 32),
                                moved(b, k / 4 * key_panel + k % 4 * 32));
  }

  // out += weights . values: 16 rows a time.
  CORPUSCOPE_DEVICE static void start_values(float (&out)[dim / 8][4], const unsigned (&weights)[keys / 16][4],
                                             const KeyTile& value_tile) {
    const std::uint64_t b = matrix_descriptor(value_tile.data, keys * panel * 2);
#pragma unroll
    for (int k = 0; k < keys / 16; ++k) multiply_columns_async(out, weights[k], moved(b, k * 16 * panel * 2));
  }
};

}  // namespace corpuscope::attention::cuda
