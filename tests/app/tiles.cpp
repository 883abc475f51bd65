// What `tiles` tells of a run: sizes, cells of pooled maps, single weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using Json = nlohmann::json;
using test::run;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int done = 0, failed = 1, usage = 2;

class Tiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = std::make_unique<test::TemporaryFolder>();
    std::string text;
    for (int i = 0; i < 400; ++i) text += "The evening sky " + std::to_string(i) + " over the sea, and no word of it is lost.\n";
    test::write_file(*place_ / "corpus/poem.txt", text);
    ASSERT_EQ(run({"open", *place_ / "corpus", "-w", workspace(), "-q"}).code, done);
    EXPECT_EQ(run({"tiles", "-w", workspace()}).code, failed);  // not read yet
    ASSERT_EQ(run({"read", "-w", workspace(), "-q", "--passages", "0"}).code, done);
  }
  static void TearDownTestSuite() { place_.reset(); }
  static std::string workspace() { return (*place_ / "w.corpuscope").string(); }

  static Json json(test::Words words) {
    words.insert(words.begin(), {"tiles", "-w", workspace(), "--json"});
    const auto answer = run(words);
    EXPECT_EQ(answer.code, done) << answer.err;
    return Json::parse(answer.out);
  }

  static inline std::unique_ptr<test::TemporaryFolder> place_;
};

TEST_F(Tiles, TellsHowManyThereAre) {
  const auto told = json({});
  std::int64_t tiles = 0, bytes = 0;
  std::map<std::string, int> zooms;
  for (const auto& one : told["stored"]) {
    tiles += one["tiles"].get<std::int64_t>();
    bytes += one["bytes"].get<std::int64_t>();
    ++zooms[one["head"]];
  }
  EXPECT_EQ(told["tiles"], tiles);
  EXPECT_EQ(told["bytes"], bytes);
  EXPECT_GT(zooms["mean"], 1);
  EXPECT_EQ(zooms["mean"], zooms["strongest"]);
  const auto answer = run({"tiles", "-w", workspace()});
  EXPECT_THAT(answer.out, HasSubstr("pooled maps"));
}

TEST_F(Tiles, TellsTheCellsOfAWindow) {
  const auto told = json({"--query", "600", "--queries", "40", "--key", "500", "--keys", "100", "--layer", "2", "--level", "2"});
  ASSERT_FALSE(told["cells"].empty());
  for (const auto& cell : told["cells"]) {
    const std::int64_t query = cell["query"], key = cell["key"];
    EXPECT_EQ(cell["level"], 2);
    EXPECT_TRUE(query < 640 && query + cell["queries"].get<std::int64_t>() > 600) << cell;
    EXPECT_TRUE(key < 600 && key + cell["keys"].get<std::int64_t>() > 500) << cell;
    EXPECT_GT(cell["weight"].get<double>(), 0);
  }
  const auto table = run({"tiles", "-w", workspace(), "--query", "600", "--queries", "4", "--csv"});
  EXPECT_THAT(table.out, StartsWith("level,query,queries,key,keys,weight"));
}

TEST_F(Tiles, TellsSingleWeightsAndTheirCost) {
  EXPECT_EQ(json({"--query", "900", "--queries", "2", "--exact", "--plan"})["plan"]["tokens"], 902);
  for (const std::string how : {"--exact", "--dense"}) {
    const auto told = json({"--query", "900", "--queries", "2", "--key", "0", "--keys", "902", how, "-q", "--layer", "4"});
    std::map<std::pair<int, int>, double> sums;
    for (const auto& one : told["weights"]) sums[{one["query"], one["head"]}] += one["weight"].get<double>();
    ASSERT_EQ(sums.size(), 12u);
    for (const auto& [key, sum] : sums) EXPECT_NEAR(sum, 1, 1e-3) << how;
  }
}

TEST_F(Tiles, TheStrongestEdgesAreSingleWeights) {
  const auto edges = json({"--query", "900", "--queries", "3", "--key", "0", "--keys", "903", "--edges", "--layer", "2"})["edges"];
  ASSERT_GT(edges.size(), 3u);
  const auto single = json({"--query", "900", "--queries", "3", "--key", "0", "--keys", "903", "--exact", "-q", "--layer", "2"})["weights"];
  for (const auto& edge : edges) {
    double exact = -1;
    for (const auto& one : single)
      if (one["query"] == edge["query"] && one["key"] == edge["key"] && one["head"] == edge["head"] && one["level"] == edge["level"])
        exact = one["weight"];
    EXPECT_NEAR(exact, edge["weight"].get<double>(), 2e-3 + 0.02 * exact);  // kept in few bits
  }
  const auto table = run({"tiles", "-w", workspace(), "--query", "900", "--queries", "3", "--key", "0", "--keys", "903", "--edges", "--layer", "2", "--csv"});
  EXPECT_THAT(table.out, StartsWith("query,query_text,key,key_text,layer,head,level,weight\r\n900,"));
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--query", "0", "--queries", "100001", "--edges"}).code, failed);
}

TEST_F(Tiles, RefusesWhatItCannotDo) {
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--edges"}).code, usage);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--edges", "--exact", "--query", "1", "--queries", "1"}).code, usage);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--head", "none"}).code, usage);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--exact"}).code, usage);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--json", "--csv"}).code, usage);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--run", "77"}).code, failed);
  EXPECT_EQ(run({"tiles", "-w", workspace(), "--query", "0", "--queries", "4", "--layer", "9"}).code, failed);
  const auto far = run({"tiles", "-w", workspace(), "--query", "900000", "--queries", "4", "--exact"});
  EXPECT_EQ(far.code, failed);
  EXPECT_THAT(far.err, HasSubstr("cannot be told"));
}

}  // namespace
}  // namespace corpuscope
