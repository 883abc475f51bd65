#include "explore/inspection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "parallel/bytes.h"
#include "parallel/sequence_attention.h"

namespace corpuscope::explore {
namespace {

using attention::Settings;
using pattern::OffsetRule;
using pattern::Pattern;

constexpr int head_dim = 8;

// Queries, keys and values of one layer.
struct Input {
  std::int64_t length;
  int heads;
  std::vector<float> q, k, v;
};

Input random_input(std::int64_t length, int heads, unsigned seed) {
  Input input{length, heads, {}, {}, {}};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1.5);
  for (auto* array : {&input.q, &input.k, &input.v}) {
    array->resize(std::size_t(length * heads * head_dim));
    for (float& x : *array) x = normal(random);
  }
  return input;
}

struct Weight {
  std::int64_t query, key;
  int level, head;
  double weight;
};

// Every single weight, from the definition.
std::vector<Weight> dense(const Pattern& pattern, const Input& in) {
  std::vector<Weight> all;
  for (int head = 0; head < in.heads; ++head)
    for (std::int64_t query = 0; query < in.length; ++query) {
      std::vector<Weight> row;
      double total = 0;
      for (int level = 0; level < int(pattern.levels.size()); ++level)
        for (std::int64_t key = 0; key <= query; ++key) {
          if (!pattern::sees(pattern, level, head, in.heads, query, key)) continue;
          double score = 0;
          for (int d = 0; d < head_dim; ++d)
            score += double(in.q[std::size_t((query * in.heads + head) * head_dim + d)]) *
                     in.k[std::size_t((key * in.heads + head) * head_dim + d)];
          row.push_back({query, key, level, head, std::exp(score / std::sqrt(double(head_dim)))});
          total += row.back().weight;
        }
      for (Weight& weight : row) weight.weight /= total;
      all.insert(all.end(), row.begin(), row.end());
    }
  return all;
}

struct Seen {
  std::vector<Received> received;
  std::vector<workspace::Tile> tiles;
  std::vector<workspace::Edge> edges;
};

Seen inspect(const InspectionSettings& settings, const Input& in, const std::vector<std::int64_t>& chunks,
             bool save_between = false) {
  Settings attention{settings.pattern, float(1 / std::sqrt(double(head_dim))), {}};
  attention::Stream stream(attention, in.heads, in.heads, head_dim);
  auto inspection = std::make_unique<Inspection>(settings);
  Seen seen;
  std::vector<float> out(in.q.size()), lse(std::size_t(in.length * in.heads));
  std::int64_t at = 0;
  for (std::size_t i = 0; at < in.length; ++i) {
    const std::int64_t count = std::min(chunks[i % chunks.size()], in.length - at);
    inspection->begin(at, count);
    const std::size_t from = std::size_t(at * in.heads * head_dim);
    stream.append(count, &in.q[from], &in.k[from], &in.v[from], &out[from], &lse[std::size_t(at * in.heads)],
                  inspection->layer(0));
    Findings found = inspection->end();
    seen.received.insert(seen.received.end(), found.received.begin(), found.received.end());
    seen.tiles.insert(seen.tiles.end(), found.tiles.begin(), found.tiles.end());
    seen.edges.insert(seen.edges.end(), found.edges.begin(), found.edges.end());
    at += count;
    if (save_between) {
      const auto state = inspection->save();
      inspection = std::make_unique<Inspection>(settings);
      inspection->load(state);
    }
  }
  return seen;
}

std::vector<double> sum(const std::vector<Received>& parts, std::int64_t length) {
  std::vector<double> total(std::size_t(length), 0);
  for (const Received& part : parts)
    for (std::size_t i = 0; i < part.weights.size(); ++i)
      total.at(std::size_t(part.first + std::int64_t(i) * part.step)) += part.weights[i];
  return total;
}

void expect_received(const std::vector<Weight>& weights, const Input& in, const Seen& seen) {
  std::vector<double> expected(std::size_t(in.length), 0);
  for (const Weight& w : weights) expected[std::size_t(w.key)] += w.weight / in.heads;
  const std::vector<double> got = sum(seen.received, in.length);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5 * (1 + expected[i])) << i;
}

struct Span {
  std::int64_t first, length;
  auto operator<=>(const Span&) const = default;
};

Span span_at(const Pattern& pattern, const Input& in, int level, int head, std::int64_t position) {
  const std::int64_t w = pattern.levels[std::size_t(level)].segment, t = pattern::shift(pattern, level, head);
  const std::int64_t begin = (position + t) / w * w - t, first = std::max<std::int64_t>(0, begin);
  return {first, std::min(begin + w, in.length) - first};
}

// Whether a head's weights belong to a tile: the head has that very segment.
bool in_tile(const Pattern& pattern, const Input& in, const workspace::Tile& tile, int head) {
  if (tile.head >= 0) return tile.head == head;
  return span_at(pattern, in, tile.level, head, tile.first) == Span{tile.first, tile.length};
}

// One tile from the single weights: the strips are equal parts of the positions.
std::vector<double> expected_map(const Pattern& pattern, const std::vector<Weight>& weights, const Input& in,
                                 const workspace::Tile& tile) {
  const auto strip = [&](std::int64_t position) { return (position - tile.first) * tile.size / tile.length; };
  const auto inside = [&](std::int64_t position) {
    return position >= tile.first && position < tile.first + tile.length;
  };
  std::vector<double> map(std::size_t(tile.size * tile.size), 0), queries(std::size_t(tile.size), 0);
  for (int head = 0; head < in.heads; ++head)
    for (std::int64_t p = tile.first; p < tile.first + tile.length; ++p)
      if (in_tile(pattern, in, tile, head) && pattern::takes_part(pattern, tile.level, head, in.heads, p))
        queries[std::size_t(strip(p))] += 1;
  for (const Weight& w : weights)
    if (w.level == tile.level && in_tile(pattern, in, tile, w.head) && inside(w.query))
      map[std::size_t(strip(w.query) * tile.size + strip(w.key))] += w.weight;
  for (std::size_t i = 0; i < map.size(); ++i) map[i] /= std::max(1.0, queries[i / std::size_t(tile.size)]);
  return map;
}

// Of one head alone.
std::vector<double> map_of_head(const Pattern& pattern, const std::vector<Weight>& weights, const Input& in,
                                workspace::Tile tile, int head) {
  tile.head = head;
  std::vector<Weight> own;
  std::ranges::copy_if(weights, std::back_inserter(own), [&](const Weight& w) { return w.head == head; });
  return expected_map(pattern, own, in, tile);
}

// In each cell the largest of the heads that have this very segment.
std::vector<double> strongest_map(const Pattern& pattern, const std::vector<Weight>& weights, const Input& in,
                                  const workspace::Tile& tile) {
  std::vector<double> all(tile.weights.size(), 0);
  for (int head = 0; head < in.heads; ++head) {
    if (!in_tile(pattern, in, tile, head)) continue;
    const auto own = map_of_head(pattern, weights, in, tile, head);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::max(all[i], own[i]);
  }
  return all;
}

void expect_tiles(const Pattern& pattern, const std::vector<Weight>& weights, const Input& in, const Seen& seen,
                  bool each_head) {
  // One for every segment, and every head in it, that has a row.
  std::set<std::tuple<int, int, Span>> expected;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < in.heads; ++head)
      for (std::int64_t p = 0; p < in.length; ++p)
        if (pattern::takes_part(pattern, level, head, in.heads, p)) {
          expected.emplace(workspace::mean_of_heads, level, span_at(pattern, in, level, head, p));
          expected.emplace(workspace::strongest_head, level, span_at(pattern, in, level, head, p));
          if (each_head) expected.emplace(head, level, span_at(pattern, in, level, head, p));
        }
  EXPECT_EQ(seen.tiles.size(), expected.size());
  for (const workspace::Tile& tile : seen.tiles) {
    EXPECT_EQ(expected.count({tile.head, tile.level, {tile.first, tile.length}}), 1u);
    const auto map = tile.head == workspace::strongest_head ? strongest_map(pattern, weights, in, tile)
                                                            : expected_map(pattern, weights, in, tile);
    ASSERT_EQ(map.size(), tile.weights.size());
    for (std::size_t i = 0; i < map.size(); ++i)
      ASSERT_NEAR(tile.weights[i], map[i], 1e-5) << tile.head << " " << tile.level << " " << tile.first << " " << i;
  }
}

void expect_edges(const std::vector<Weight>& weights, const Input& in, const Seen& seen, int most) {
  std::map<std::int64_t, std::vector<Weight>> into;
  for (const Weight& w : weights) into[w.query].push_back(w);
  std::map<std::int64_t, std::vector<workspace::Edge>> got;
  for (const workspace::Edge& edge : seen.edges) got[edge.query].push_back(edge);
  for (std::int64_t query = 0; query < in.length; ++query) {
    auto& all = into[query];
    std::ranges::sort(all, std::greater{}, &Weight::weight);
    const auto& edges = got[query];
    ASSERT_EQ(edges.size(), std::min(all.size(), std::size_t(most)));
    for (std::size_t i = 0; i < edges.size(); ++i) {
      EXPECT_NEAR(edges[i].weight, all[i].weight, 1e-5);
      const auto same = [&](const Weight& w) {
        return w.key == edges[i].key && w.level == edges[i].level && w.head == edges[i].head;
      };
      const auto found = std::ranges::find_if(all, same);
      ASSERT_NE(found, all.end());
      EXPECT_NEAR(found->weight, edges[i].weight, 1e-5);
    }
  }
}

struct Case {
  const char* name;
  Pattern pattern;
  std::int64_t length;
  int heads;
};

std::vector<Case> cases() {
  return {{"modulo", {{{16, 1}, {32, 2}, {64, 4}, {256, 16}}, OffsetRule::modulo, false, true}, 203, 4},
          {"staggered", {{{16, 1}, {32, 2}, {64, 4}, {256, 16}}, OffsetRule::modulo, true, true}, 203, 4},
          {"both_ends", {{{20, 1}, {60, 7}, {150, 9}}, OffsetRule::both_ends, true, true}, 333, 3},
          {"block", {{{128, 1}, {256, 8}}, OffsetRule::block, false, true}, 300, 6},
          {"one head, staggered", {{{16, 1}, {64, 4}}, OffsetRule::modulo, true, true}, 100, 1},
          {"more dilation than rows", {{{8, 1}, {32, 32}}, OffsetRule::modulo, true, true}, 41, 5},
          {"both grids cut to one segment", {{{16, 1}, {64, 4}, {256, 8}}, OffsetRule::modulo, true, true}, 100, 4},
          {"one token", {{{8, 1}, {32, 4}}, OffsetRule::modulo, true, true}, 1, 2}};
}

TEST(Inspection, EqualsBruteForceForAnyChunking) {
  for (const Case& c : cases())
    for (const std::vector<std::int64_t>& chunks :
         {std::vector<std::int64_t>{1000}, {1}, {64}, {7, 50, 1, 33}}) {
      SCOPED_TRACE(testing::Message() << c.name << ", first chunk " << chunks[0]);
      const Input in = random_input(c.length, c.heads, 5);
      const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, true, 4};
      const auto weights = dense(c.pattern, in);
      const Seen seen = inspect(settings, in, chunks);
      expect_received(weights, in, seen);
      expect_tiles(c.pattern, weights, in, seen, true);
      expect_edges(weights, in, seen, 4);
    }
}

void expect_same(const Seen& a, const Seen& b) {
  ASSERT_EQ(a.received.size(), b.received.size());
  for (std::size_t i = 0; i < a.received.size(); ++i) {
    EXPECT_EQ(a.received[i].first, b.received[i].first);
    EXPECT_EQ(a.received[i].weights, b.received[i].weights);
  }
  ASSERT_EQ(a.tiles.size(), b.tiles.size());
  for (std::size_t i = 0; i < a.tiles.size(); ++i) {
    EXPECT_EQ(a.tiles[i].first, b.tiles[i].first);
    EXPECT_EQ(a.tiles[i].weights, b.tiles[i].weights);
  }
  ASSERT_EQ(a.edges.size(), b.edges.size());
  for (std::size_t i = 0; i < a.edges.size(); ++i) {
    EXPECT_EQ(a.edges[i].key, b.edges[i].key);
    EXPECT_EQ(a.edges[i].weight, b.edges[i].weight);
  }
}

TEST(Inspection, GoesOnFromItsStateToTheBit) {
  const Case c = cases()[1];
  const Input in = random_input(c.length, c.heads, 6);
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, true, 4};
  expect_same(inspect(settings, in, {31}), inspect(settings, in, {31}, true));
}

TEST(Inspection, DoesNotDependOnTheNumberOfThreads) {
  const Case c = cases()[2];
  const Input in = random_input(c.length, c.heads, 7);
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, false, 2};
  core::set_threads(1);
  const Seen one = inspect(settings, in, {50});
  core::set_threads(3);
  const Seen three = inspect(settings, in, {50});
  core::set_threads(0);
  expect_same(one, three);
}

// The heads of one rank.
std::vector<float> heads_of(const std::vector<float>& x, const Input& in, const parallel::Part& heads) {
  std::vector<float> chosen;
  for (std::int64_t row = 0; row < in.length; ++row) {
    const auto from = x.begin() + row * in.heads * head_dim;
    chosen.insert(chosen.end(), from + heads.begin * head_dim, from + heads.end * head_dim);
  }
  return chosen;
}

// As `inspect`, by this rank and others: positions begin .. end - 1, from `state` on, which becomes that of their end.
Seen inspect_on(parallel::Collective& self, const InspectionSettings& settings, const Input& in, std::int64_t chunk,
                std::int64_t begin, std::int64_t end, std::vector<std::byte>& state) {
  const parallel::Part heads = parallel::part_of(in.heads, self.rank(), self.size());
  const auto q = heads_of(in.q, in, heads), k = heads_of(in.k, in, heads), v = heads_of(in.v, in, heads);
  attention::Stream stream({settings.pattern, float(1 / std::sqrt(double(head_dim))), {}}, in.heads, in.heads,
                           head_dim, {int(heads.begin), int(heads.end)});
  Inspection inspection(settings, self);
  if (!state.empty()) inspection.load(state);
  std::vector<float> out(q.size() + 1), lse(q.size() + 1);
  Seen seen;
  for (std::int64_t at = 0; at < end; at += chunk) {
    const std::int64_t count = std::min(chunk, end - at), from = at * heads.count() * head_dim;
    const bool watched = at >= begin;
    if (watched) inspection.begin(at, count);
    stream.append(count, q.data() + from, k.data() + from, v.data() + from, out.data(), lse.data(),
                  watched ? inspection.layer(0) : nullptr);
    if (!watched) continue;
    const Findings found = inspection.end();
    seen.received.insert(seen.received.end(), found.received.begin(), found.received.end());
    seen.tiles.insert(seen.tiles.end(), found.tiles.begin(), found.tiles.end());
    seen.edges.insert(seen.edges.end(), found.edges.begin(), found.edges.end());
  }
  state = parallel::broadcast(self, inspection.save());
  EXPECT_TRUE(self.rank() == 0 || (seen.received.empty() && seen.tiles.empty() && seen.edges.empty()));
  return seen;
}

TEST(Inspection, OnRanksEqualsOneToTheBit) {
  for (const Case& c : cases())
    for (const std::int64_t chunk : {1, 31, 1000}) {
      const Input in = random_input(c.length, c.heads, 11);
      const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, true, 3};
      const Seen one = inspect(settings, in, {chunk});
      for (const int ranks : {2, 3, 7})
        parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
          SCOPED_TRACE(testing::Message() << c.name << ", chunk " << chunk << ", " << ranks << " ranks");
          std::vector<std::byte> state;
          const Seen seen = inspect_on(self, settings, in, chunk, 0, c.length, state);
          if (self.rank() == 0) expect_same(seen, one);
        });
    }
}

TEST(Inspection, AnyNumberOfRanksGoesOnFromAStateOfAnyOther) {
  const Case c = cases()[1];
  const Input in = random_input(c.length, c.heads, 12);
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, false, 3};
  const std::int64_t chunk = 30, middle = 4 * chunk;
  const Seen one = inspect(settings, in, {chunk});
  for (const auto& [from, to] : {std::pair(1, 3), {2, 1}, {3, 2}, {5, 4}}) {
    std::vector<std::byte> state;
    Seen seen;
    const auto read = [&](std::int64_t begin, std::int64_t end) {
      return [&, begin, end](parallel::Collective& self) {
        std::vector<std::byte> own = state;
        const Seen found = inspect_on(self, settings, in, chunk, begin, end, own);
        if (self.rank() > 0) return;
        state = own;
        seen.received.insert(seen.received.end(), found.received.begin(), found.received.end());
        seen.tiles.insert(seen.tiles.end(), found.tiles.begin(), found.tiles.end());
        seen.edges.insert(seen.edges.end(), found.edges.begin(), found.edges.end());
      };
    };
    parallel::run_on_threads(from, read(0, middle));
    parallel::run_on_threads(to, read(middle, c.length));
    expect_same(seen, one);
  }
}

TEST(Inspection, EqualWeightsLeaveNoChoiceToChance) {
  const Case c = cases()[0];
  Input in = random_input(c.length, c.heads, 8);
  std::ranges::fill(in.q, 0.f);  // every visible key has the same weight
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, false, 3};
  expect_same(inspect(settings, in, {64}), inspect(settings, in, {64}));
  expect_received(dense(c.pattern, in), in, inspect(settings, in, {64}));
}

TEST(Inspection, WithoutEdgesAndEachHead) {
  const Case c = cases()[1];
  const Input in = random_input(c.length, c.heads, 9);
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 4, false, 0};
  const auto weights = dense(c.pattern, in);
  const Seen seen = inspect(settings, in, {64});
  EXPECT_TRUE(seen.edges.empty());
  expect_received(weights, in, seen);
  expect_tiles(c.pattern, weights, in, seen, false);
}

TEST(Inspection, RefusesAStateThatIsCutOrTooLong) {
  const Case c = cases()[0];
  const InspectionSettings settings{c.pattern, 1, c.heads, c.length, 8, false, 2};
  auto state = Inspection(settings).save();
  Inspection other(settings);
  EXPECT_NO_THROW(other.load(state));
  EXPECT_THROW(other.load(std::span(state).first(state.size() - 1)), core::Error);
  state.push_back(std::byte{0});
  EXPECT_THROW(other.load(state), core::Error);
  state.assign(state.size(), std::byte{0x7f});
  EXPECT_THROW(other.load(state), core::Error);
}

}  // namespace
}  // namespace corpuscope::explore
