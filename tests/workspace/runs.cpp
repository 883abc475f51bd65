#include <algorithm>
#include <cmath>

#include "fixture.h"

namespace corpuscope::workspace {
namespace {

constexpr float part = 1.0f / 2048;

class RunStore : public testing::Test {
 protected:
  // A sequence of that many tokens.
  void fill(std::int64_t tokens) {
    put(workspace_, "a", "text");
    const std::vector<std::int32_t> ids(std::size_t(tokens - 1), 5);
    writer_.put_tokens(workspace_.find_document("a")->id, ids);
    writer_.finish_sequence(1);
    ASSERT_EQ(workspace_.summary().tokens, tokens);
  }

  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
  Workspace::Writer& writer_ = workspace_.writer();
};

void expect_near(const std::vector<float>& values, std::span<const float> wanted) {
  ASSERT_EQ(values.size(), wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], wanted[i], wanted[i] * part) << i;
}

TEST_F(RunStore, FieldsAndStateComeBackAndGoWithTheRun) {
  fill(1000);
  const auto first = make_run(workspace_), second = make_run(workspace_);
  std::vector<std::byte> state(9'000'000);
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = std::byte(i * i >> 3);
  EXPECT_TRUE(writer_.state(second).empty());
  writer_.save_state(second, state, 400, 1.5);
  writer_.save_state(first, std::span(state).first(10), 1000, 2);
  EXPECT_TRUE(writer_.state(second) == state);
  EXPECT_EQ(writer_.state(first).size(), 10u);
  const auto runs = workspace_.runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, second);  // newest first
  EXPECT_EQ(runs[0].model, "pocket");
  EXPECT_EQ(runs[0].detail, Detail::balanced);
  EXPECT_EQ(runs[0].done, 400);
  EXPECT_EQ(runs[0].seconds, 1.5);
  EXPECT_EQ(runs[0].heads, 4);
  EXPECT_FALSE(runs[0].complete());
  EXPECT_TRUE(runs[1].complete());
  writer_.remove_run(second);
  EXPECT_TRUE(writer_.state(second).empty());
  EXPECT_FALSE(workspace_.run(second));
  EXPECT_THROW(writer_.save_state(second, state, 0, 0), core::Error);
}

TEST_F(RunStore, ARunMustReadTheWholeSequence) {
  fill(1000);
  workspace::Run run;
  run.tokens = 999;
  EXPECT_THROW(writer_.create_run(run), core::Error);
}

TEST_F(RunStore, SurprisalComesBackForAnyRangeHoweverItWasAppended) {
  fill(200'000);
  const auto run = make_run(workspace_);
  const auto values = random_values(150'000, 1);
  for (std::size_t first = 0; first < values.size();) {
    const std::size_t count = std::min(values.size() - first, 1 + first * 7 % 40'000);
    writer_.append_surprisal(run, std::int64_t(first), std::span(values).subspan(first, count));
    first += count;
  }
  expect_near(workspace_.surprisal(run, 0, 1 << 30), values);
  expect_near(workspace_.surprisal(run, 65'530, 12), std::span(values).subspan(65'530, 12));
  expect_near(workspace_.surprisal(run, -10, 12), std::span(values).first(2));
  EXPECT_TRUE(workspace_.surprisal(run, 150'000, 5).empty());
  EXPECT_TRUE(workspace_.surprisal(run, INT64_MIN, INT64_MAX).empty());
  EXPECT_EQ(workspace_.surprisal(run, 5, INT64_MAX).size(), 149'995u);
}

TEST_F(RunStore, SurprisalIsTakenInOrderAndOnlyOnce) {
  fill(1000);
  const auto run = make_run(workspace_);
  const std::vector<float> values(10, 1.0f);
  writer_.append_surprisal(run, 0, values);
  EXPECT_THROW(writer_.append_surprisal(run, 0, values), core::Error);
  EXPECT_THROW(writer_.append_surprisal(run, 11, values), core::Error);
  EXPECT_THROW(writer_.append_surprisal(run, 995, values), core::Error);
  for (const float bad : {-1.0f, NAN, INFINITY}) {
    EXPECT_THROW(writer_.append_surprisal(run, 10, std::vector<float>{bad}), core::Error);
  }
  writer_.append_surprisal(run, 10, values);
  EXPECT_EQ(workspace_.surprisal(run, 0, 1000).size(), 20u);
}

TEST_F(RunStore, AStepThatIsNotCommittedLeavesTheRunBehindIt) {
  fill(1000);
  const auto run = make_run(workspace_);
  const std::vector<float> values(10, 1.0f);
  writer_.append_surprisal(run, 0, values);
  writer_.add_received(run, 0, 0, values);
  {
    Transaction transaction(writer_);
    writer_.append_surprisal(run, 10, values);
    writer_.add_received(run, 0, 0, values);
  }
  Transaction transaction(writer_);
  writer_.append_surprisal(run, 10, values);
  writer_.add_received(run, 0, 0, values);
  writer_.save_state(run, {}, 20, 0);
  transaction.commit();
  EXPECT_EQ(workspace_.surprisal(run, 0, 1000).size(), 20u);
  EXPECT_EQ(workspace_.received(run, 0, 0, 1), std::vector<float>{2});
}

TEST_F(RunStore, ReceivedAddsUpInAnyOrderWithAnyStride) {
  constexpr std::int64_t tokens = 300'000;
  fill(tokens);
  const auto run = make_run(workspace_);
  std::vector<double> wanted(tokens, 0.0);
  std::mt19937 random(5);
  for (int step = 0; step < 20; ++step) {
    Transaction transaction(writer_);
    for (int i = 0; i < 10; ++i) {
      const auto first = std::int64_t(random() % tokens), stride = std::int64_t(1 + random() % 300);
      const auto count = std::min<std::int64_t>(1000, (tokens - 1 - first) / stride + 1);
      const auto values = random_values(std::size_t(count), random());
      writer_.add_received(run, 1, first, values, stride);
      for (std::int64_t k = 0; k < count; ++k) wanted[std::size_t(first + k * stride)] += values[std::size_t(k)];
    }
    transaction.commit();
  }
  writer_.save_state(run, {}, tokens, 1);
  const std::vector<float> sums(wanted.begin(), wanted.end());
  expect_near(workspace_.received(run, 1, 0, tokens), sums);
  const auto before = workspace_.received_bins(run, 1, 0, tokens, 100);
  writer_.finish_run(run);
  writer_.finish_run(run);  // as after a kill
  expect_near(workspace_.received(run, 1, 0, tokens), sums);
  expect_near(workspace_.received(run, 1, 123'456, 3), std::span(sums).subspan(123'456, 3));
  const auto after = workspace_.received_bins(run, 1, 0, tokens, 100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(before[i].maximum, after[i].maximum);
  EXPECT_EQ(workspace_.received(run, 0, 5, 2), (std::vector<float>{0, 0}));  // nothing was received there
  EXPECT_THROW(workspace_.received(run, 2, 0, 1), core::Error);
  EXPECT_THROW(writer_.add_received(run, 0, tokens - 1, std::vector<float>{1, 1}, 1), core::Error);
}

TEST_F(RunStore, AMillionInOneTokenIsKept) {
  fill(100);
  const auto run = make_run(workspace_);
  writer_.save_state(run, {}, 100, 1);
  writer_.add_received(run, 0, 0, std::vector<float>{3e6f, 1e-7f});
  writer_.finish_run(run);
  expect_near(workspace_.received(run, 0, 0, 2), std::vector<float>{3e6f, 1e-7f});
}

TEST_F(RunStore, TilesComeBackWhereTheyOverlap) {
  fill(10'000);
  const auto run = make_run(workspace_);
  Tile tile;
  tile.head = 2;
  tile.level = 1;
  tile.size = 32;
  for (tile.first = 0; tile.first < 10'000; tile.first += 1000) {
    tile.length = 1000;
    tile.weights = random_values(1024, unsigned(tile.first), 0.5f);
    for (std::size_t i = 0; i < 1024; ++i) {
      if (i % 32 > i / 32) tile.weights[i] = 0;
    }
    writer_.put_tile(run, tile);
  }
  const auto tiles = workspace_.tiles(run, 0, 2, 1, 2999, 1002);
  ASSERT_EQ(tiles.size(), 3u);
  EXPECT_EQ(tiles[0].first, 2000);
  EXPECT_EQ(tiles[2].first, 4000);
  EXPECT_EQ(tiles[1].length, 1000);
  const auto wanted = random_values(1024, 3000, 0.5f);
  const float largest = *std::max_element(wanted.begin(), wanted.end());
  for (std::size_t i = 0; i < 1024; ++i) {
    const float weight = i % 32 > i / 32 ? 0 : wanted[i];
    ASSERT_NEAR(tiles[1].weights[i], weight, weight * 0.03 + largest * 1e-6) << i;
  }
  EXPECT_EQ(workspace_.tiles(run, 0, 2, 1, 3000, 1000).size(), 1u);
  EXPECT_EQ(workspace_.tiles(run, 0, 2, 1, 0, INT64_MAX).size(), 10u);
  EXPECT_TRUE(workspace_.tiles(run, 0, 2, 1, 3000, 0).empty());
  EXPECT_TRUE(workspace_.tiles(run, 0, -1, 1, 0, 10'000).empty());
  EXPECT_TRUE(workspace_.tiles(run, 0, 2, 0, 0, 10'000).empty());
}

TEST_F(RunStore, ALongTileIsFoundFromItsMiddleAndABlankOneIsBlank) {
  fill(10'000);
  const auto run = make_run(workspace_);
  writer_.put_tile(run, {1, -1, 2, 0, 9000, 2, {0, 0, 0, 0}});
  writer_.put_tile(run, {1, -1, 2, 0, 500, 1, {1}});  // a moved grid's first segment is shorter
  EXPECT_EQ(workspace_.tiles(run, 1, -1, 2, 8000, 1).size(), 1u);
  EXPECT_EQ(workspace_.tiles(run, 1, -1, 2, 100, 1).size(), 2u);
  EXPECT_EQ(workspace_.tiles(run, 1, -1, 2, 8000, 1)[0].weights, (std::vector<float>{0, 0, 0, 0}));
  EXPECT_THROW(writer_.put_tile(run, {1, -1, 2, 0, 500, 2, {1}}), core::Error);
}

TEST_F(RunStore, EdgesComeBackStrongestFirst) {
  fill(10'000);
  const auto run = make_run(workspace_);
  std::mt19937 random(9);
  std::vector<Edge> edges;
  for (int i = 0; i < 20'000; ++i) {
    const auto query = std::int64_t(1000 + random() % 5000);
    edges.push_back({query, std::int64_t(random() % 10'000), float(random() % 1000 + 1) / 1000, 1,
                     std::int16_t(random() % 20), std::int16_t(random() % 300)});
  }
  writer_.put_edges(run, 1, 1000, 5000, edges);
  writer_.put_edges(run, 0, 0, 10'000, std::vector<Edge>{{3, 2, 0.5f, 0, 0, 0}});
  for (const std::int64_t query : {1000, 2023, 2024, 5999}) {
    auto wanted = edges;
    std::erase_if(wanted, [&](const Edge& edge) { return edge.query != query; });
    std::stable_sort(wanted.begin(), wanted.end(), [](auto& a, auto& b) { return a.weight > b.weight; });
    const auto found = workspace_.edges_into(run, -1, query);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].key, wanted[i].key);
      EXPECT_EQ(found[i].query, query);
      EXPECT_NEAR(found[i].weight, wanted[i].weight, wanted[i].weight * part);
      EXPECT_EQ(found[i].level, wanted[i].level);
      EXPECT_EQ(found[i].head, wanted[i].head);
      EXPECT_EQ(found[i].layer, 1);
    }
  }
  EXPECT_EQ(workspace_.edges_into(run, 0, 3).size(), 1u);
  EXPECT_TRUE(workspace_.edges_into(run, 1, 999).empty());
  EXPECT_TRUE(workspace_.edges_into(run, 1, 6000).empty());
  EXPECT_TRUE(workspace_.edges_into(run, 7, 3).empty());
  EXPECT_THROW(writer_.put_edges(run, 1, 0, 10, std::vector<Edge>{{10, 2, 0.5f, 1, 0, 0}}), core::Error);
  EXPECT_THROW(writer_.put_edges(run, 1, 0, 10, std::vector<Edge>{{3, 2, NAN, 1, 0, 0}}), core::Error);
}

TEST_F(RunStore, EdgesFromATokenAreThoseThatLeadToItStrongestFirst) {
  constexpr std::int64_t tokens = 10'000;
  fill(tokens);
  const auto run = make_run(workspace_, 2);
  std::mt19937 random(5);
  std::vector<Edge> all;
  for (std::int16_t layer = 0; layer < 2; ++layer) {
    for (std::int64_t first = 0; first < tokens; first += 2500) {  // blocks that end in the middle
      std::vector<Edge> edges;
      for (std::int64_t query = first; query < first + 2500; ++query)
        for (int i = int(random() % 4); i > 0; --i)
          edges.push_back({query, random() % 3 ? std::int64_t(random() % std::uint64_t(query + 1)) : query / 100 * 100,
                           float(1 + random() % 1000) / 1024, layer, std::int16_t(random() % 5),
                           std::int16_t(random() % 4)});
      writer_.put_edges(run, layer, first, 2500, edges);
      all.insert(all.end(), edges.begin(), edges.end());
    }
  }
  for (const std::int64_t key : {0, 1, 100, 2500, 4900, 9999}) {
    for (const int layer : {-1, 0, 1}) {
      std::vector<float> wanted;
      for (const Edge& edge : all)
        if (edge.key == key && (layer < 0 || edge.layer == layer)) wanted.push_back(edge.weight);
      std::ranges::sort(wanted, std::greater());
      for (const std::size_t most : {std::size_t(0), std::size_t(20), wanted.size() + 1}) {
        const auto found = workspace_.edges_from(run, layer, key, int(most));
        ASSERT_EQ(found.size(), std::min(most, wanted.size())) << key;
        for (std::size_t i = 0; i < found.size(); ++i) {
          EXPECT_EQ(found[i].key, key);
          EXPECT_GE(found[i].query, key);
          EXPECT_NEAR(found[i].weight, wanted[i], wanted[i] * part);
        }
      }
    }
  }
  EXPECT_TRUE(workspace_.edges_from(run, -1, INT64_MAX, 5).empty());
  EXPECT_TRUE(workspace_.edges_from(run, -1, INT64_MIN, 5).empty());
  EXPECT_THROW(workspace_.edges_from(run, -1, 0, 5, [] { throw std::runtime_error("enough"); }), std::runtime_error);
}

TEST_F(RunStore, WaypointsComeBackAndGoWithTheRun) {
  fill(1000);
  const auto run = make_run(workspace_);
  std::vector<std::byte> state(9'000'000);
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = std::byte(i * i >> 3);
  EXPECT_TRUE(workspace_.waypoints(run).empty());
  writer_.put_waypoint(run, 640, state);
  writer_.put_waypoint(run, 320, std::span(state).first(10));
  writer_.put_waypoint(run, 320, std::span(state).first(20));
  EXPECT_THAT(workspace_.waypoints(run), testing::ElementsAre(320, 640));
  EXPECT_TRUE(workspace_.waypoint(run, 640) == state);
  EXPECT_EQ(workspace_.waypoint(run, 320).size(), 20u);
  EXPECT_TRUE(workspace_.waypoint(run, 100).empty());
  EXPECT_THROW(writer_.put_waypoint(run, 1001, state), core::Error);
  writer_.remove_run(run);
  EXPECT_TRUE(workspace_.waypoints(run).empty());
}

}  // namespace
}  // namespace corpuscope::workspace
