#include "explore/token_view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/run_reader.h"
#include "explore/shares.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

using workspace::Edge;

constexpr std::int64_t length = 5003, ahead = 300;
constexpr ReadSteps steps{64, 256, 1024}, without_waypoints{64, 256, 0};

// Every weight of the whole sequence, seen in one chunk.
class EveryWeight : public model::LayerSinks, public attention::WeightSink {
 public:
  attention::WeightSink* layer(int layer) override {
    layer_ = layer;
    return this;
  }
  void tile(const attention::WeightTile& tile) override {
    for (int row = 0; row < tile.queries; ++row)
      for (int column = 0; column < tile.keys; ++column)
        if (const float weight = tile.weights[row * tile.stride + column]; weight > 0)
          all.push_back({tile.query_first + row * tile.dilation, tile.key_first + column * tile.dilation, weight,
                         std::int16_t(layer_), std::int16_t(tile.level), std::int16_t(tile.head)});
  }
  std::vector<Edge> all;

 private:
  int layer_ = 0;
};

class ViewOfAToken : public testing::Test {
 protected:
  ViewOfAToken() {
    core::set_threads(1);
    write_model(settings.model, tiny_config());
    write_corpus(file, length);
  }
  ~ViewOfAToken() override { core::set_threads(0); }

  std::int64_t read(ReadSteps with) {
    core::Job job;
    return read_corpus(file, settings, with, job);
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "a.corpuscope";
  ReadSettings settings{folder / "tiny", workspace::Detail::full};
};

using Key = std::tuple<int, int, int, std::int64_t, std::int64_t>;
std::map<Key, float> by_place(const std::vector<Edge>& edges) {
  std::map<Key, float> all;
  for (const Edge& e : edges) all[{e.layer, e.head, e.level, e.query, e.key}] += e.weight;
  return all;
}

void expect_same(const std::vector<Edge>& got, const std::vector<Edge>& wanted, std::int64_t token) {
  const auto a = by_place(got), b = by_place(wanted);
  ASSERT_EQ(a.size(), b.size()) << token;
  for (const auto& [place, weight] : b) {
    ASSERT_TRUE(a.contains(place)) << token;
    ASSERT_NEAR(a.at(place), weight, 1e-4f * weight + 1e-6f) << token;
  }
}

TEST_F(ViewOfAToken, IsWhatReadingEverythingAtOnceShows) {
  const std::int64_t run = read(steps);
  const auto workspace = workspace::Workspace::open(file);
  const auto stored = workspace.surprisal(run, 0, length);
  const auto tokens = workspace.tokens(0, length);
  auto decoder = model::Decoder::load(settings.model);
  decoder.set_pattern(pattern::extended(decoder.config().attention, length));
  const auto logits = decoder.logits(tokens);
  EveryWeight weights;
  model::Reader(decoder).append(tokens, nullptr, &weights);

  TokenReader reader(file, run, settings.model);
  core::Job job;
  for (const std::int64_t token : {4000, 0, 1, 63, 64, 1023, 1024, 1025, 3333, 3334, 5002, 4950}) {
    const TokenView view = reader.view(token, ahead, job, 61);
    EXPECT_EQ(view.ahead, std::min(ahead, length - token - 1));
    EXPECT_NEAR(view.bits, stored[std::size_t(token)], 2e-3 * (1 + view.bits)) << token;
    EXPECT_EQ(view.id, tokens[std::size_t(token)]);
    std::vector<Edge> sources, readers;
    for (const Edge& e : weights.all) {
      if (e.query == token) sources.push_back(e);
      if (e.key == token && e.query > token && e.query <= token + view.ahead) readers.push_back(e);
    }
    expect_same(view.sources, sources, token);
    expect_same(view.readers, readers, token);
    EXPECT_NEAR(shares(view.sources, {2, 4, int(decoder.config().attention.levels.size()), -1}).total, 1, 1e-4);

    double sum = 0;
    for (const NextToken& next : view.expected.most_probable) sum += next.probability;
    EXPECT_NEAR(sum, 1, 1e-9) << "all 61 tokens";
    if (token == 0) continue;
    const float* row = logits.data() + (token - 1) * 61;
    const auto best = view.expected.most_probable.front().id;
    EXPECT_GE(row[best], *std::max_element(row, row + 61) - 1e-3f);
    double all = 0;
    for (int id = 0; id < 61; ++id) all += std::exp(double(row[id]));
    EXPECT_NEAR(view.expected.most_probable.front().probability, std::exp(double(row[best])) / all, 1e-4);
  }
}

TEST_F(ViewOfAToken, ReadsFromTheNearestWaypointAndFromWhatWasPassed) {
  const std::int64_t run = read(steps);
  EXPECT_EQ(workspace::Workspace::open(file).waypoints(run), (std::vector<std::int64_t>{1024, 2048, 3072, 4096}));
  TokenReader reader(file, run, settings.model);
  EXPECT_EQ(reader.cost(1000).tokens, 1001);
  EXPECT_EQ(reader.cost(4500).tokens, 405);
  EXPECT_EQ(reader.cost(4096, 50).tokens, 51);
  core::Job job;
  const TokenView first = reader.view(4500, ahead, job);
  EXPECT_EQ(reader.cost(4900).tokens, 100);  // the model stands behind 4801 tokens
  EXPECT_EQ(reader.cost(4520).tokens, 425);
  expect_same(reader.view(4500, ahead, job).sources, first.sources, 4500);
  EXPECT_EQ(job.progress().done, job.progress().total);
}

TEST_F(ViewOfAToken, IsTheSameWithoutWaypoints) {
  const std::int64_t run = read(without_waypoints);
  EXPECT_TRUE(workspace::Workspace::open(file).waypoints(run).empty());
  core::Job job;
  TokenReader reader(file, run, settings.model);
  EXPECT_EQ(reader.cost(4500).tokens, 4501);
  const TokenView far = reader.view(4500, ahead, job);
  EXPECT_EQ(reader.cost(4520).tokens, 425);  // behind 4096 tokens, where a chunk ends, the state was kept
  workspace::Workspace::open(file).writer().remove_run(run);
  const TokenView near = TokenReader(file, read(steps), settings.model).view(4500, ahead, job);
  EXPECT_EQ(far.bits, near.bits);
  ASSERT_EQ(far.sources.size(), near.sources.size());
  for (std::size_t i = 0; i < far.sources.size(); ++i) EXPECT_EQ(far.sources[i].weight, near.sources[i].weight);
}

TEST_F(ViewOfAToken, SaysWhatIsWrong) {
  const std::int64_t run = read(steps);
  core::Job job;
  EXPECT_THROW(TokenReader(file, run + 1, settings.model), core::Error);
  EXPECT_THROW(TokenReader(file, run), core::Error);  // no such model among the resources
  write_model(folder / "other", tiny_config(), 2);
  EXPECT_THROW(TokenReader(file, run, folder / "other"), core::Error);
  TokenReader reader(file, run, settings.model);
  EXPECT_THROW(reader.view(length, 0, job), core::Error);
  EXPECT_THROW(reader.view(-1, 0, job), core::Error);
  core::Job cancelled;
  cancelled.cancel();
  EXPECT_THROW(reader.view(900, 0, cancelled), core::Cancelled);
  EXPECT_EQ(reader.view(900, 0, job).token, 900);  // and goes on
}

TEST_F(ViewOfAToken, ADamagedWaypointIsNotBelieved) {
  const std::int64_t run = read(steps);
  {
    auto workspace = workspace::Workspace::open(file);
    workspace.writer().put_waypoint(run, 2048, workspace.waypoint(run, 1024));
    workspace.writer().put_waypoint(run, 3072, std::vector<std::byte>(100));
  }
  TokenReader reader(file, run, settings.model);
  core::Job job;
  EXPECT_THROW(reader.view(2500, 0, job), core::Error);
  EXPECT_THROW(reader.view(3500, 0, job), core::Error);
  EXPECT_EQ(reader.view(4500, 0, job).token, 4500);
}

TEST(Expectations, AreTheSoftmax) {
  const std::vector<float> logits{0, std::log(2.f), std::log(4.f), std::log(1.f), -1000};
  const Expectation e = expectation(logits, 1, 3);
  EXPECT_NEAR(e.probability, 0.25, 1e-7);
  EXPECT_EQ(e.rank, 1);
  ASSERT_EQ(e.most_probable.size(), 3u);
  EXPECT_EQ(e.most_probable[0].id, 2);
  EXPECT_NEAR(e.most_probable[0].probability, 0.5, 1e-7);
  EXPECT_EQ(e.most_probable[2].id, 0);  // of equals the first
  EXPECT_NEAR(e.entropy, 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3, 1e-6);
  EXPECT_EQ(expectation(logits, 4, 100).most_probable.size(), 5u);
  EXPECT_EQ(expectation(logits, 4, -1).rank, 4);
  EXPECT_THROW(expectation(logits, 5, 1), core::Error);
  EXPECT_THROW(expectation(logits, -1, 1), core::Error);
}

TEST(Spread, OfRandomEdgesIsWhatCountingGives) {
  std::mt19937 random(2);
  std::vector<Edge> edges;
  for (int i = 0; i < 3000; ++i) {
    const std::int64_t query = std::int64_t(random() % (1u << 20));
    edges.push_back({query, query - std::int64_t(random() % (1u << (random() % 20))), float(random() % 1000) / 1000,
                     std::int16_t(random() % 4), std::int16_t(random() % 7), std::int16_t(random() % 6)});
  }
  for (const int layer : {-1, 2}) {
    const Attended attended{4, 6, 7, layer};
    const Shares found = shares(edges, attended);
    const double whole = 6.0 * (layer < 0 ? 4 : 1);
    double total = 0;
    std::vector<double> levels(7, 0);
    std::map<std::pair<int, int>, double> heads, distances;
    for (const Edge& e : edges) {
      if (layer >= 0 && e.layer != layer) continue;
      int bin = 0;
      while (bin_first(bin + 1) <= e.query - e.key) ++bin;
      total += e.weight / whole;
      levels[std::size_t(e.level)] += e.weight / whole;
      heads[{e.head, e.level}] += e.weight / whole;
      distances[{bin, e.level}] += e.weight / whole;
    }
    EXPECT_NEAR(found.total, total, 1e-9);
    for (std::size_t level = 0; level < 7; ++level) {
      EXPECT_NEAR(found.by_level[level], levels[level], 1e-9);
      for (std::size_t head = 0; head < 6; ++head)
        EXPECT_NEAR(found.by_head[head][level], (heads[{int(head), int(level)}]), 1e-9);
      for (std::size_t bin = 0; bin < found.by_distance.size(); ++bin)
        EXPECT_NEAR(found.by_distance[bin][level], (distances[{int(bin), int(level)}]), 1e-9);
    }
  }
  // What does not fit is left out, not followed.
  EXPECT_EQ(shares(std::vector<Edge>{{5, 1, 1, 9, 0, 0}, {5, 1, 1, 0, -1, 0}, {5, 1, 1, 0, 0, 6}}, {4, 6, 7, -1}).total, 0);
}

TEST(Spread, ContactsAddUpTheEdgesOfATokenAndNameTheStrongest) {
  const std::vector<Edge> edges{{9, 1, 0.2f, 0, 0, 0}, {9, 1, 0.3f, 0, 1, 1}, {9, 2, 0.4f, 1, 0, 0}, {9, 1, 0.1f, 1, 0, 1}};
  const auto keys = contacts(edges, End::keys, {2, 2, 2, -1});
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].token, 1);
  EXPECT_NEAR(keys[0].share, 0.6 / 4, 1e-6);
  EXPECT_EQ(keys[0].strongest.level, 1);
  EXPECT_EQ(contacts(edges, End::keys, {2, 2, 2, 1})[0].token, 2);
  EXPECT_EQ(contacts(edges, End::queries, {2, 2, 2, -1}).size(), 1u);
  EXPECT_TRUE(contacts({}, End::keys, {2, 2, 2, -1}).empty());
}

}  // namespace
}  // namespace corpuscope::explore
