// `corpuscope path` on a run: strongest paths, rollout, what is kept, tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using Json = nlohmann::json;
using test::run;
using test::Words;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, wrong_usage = 2;

class PathOfARun : public testing::Test {
 protected:
  // Read by the model that comes along, once for all tests.
  static void SetUpTestSuite() {
    place_ = new test::TemporaryFolder;
    std::string text;
    for (int line = 1; line <= 120; ++line) text += "line " + std::to_string(line) + " of the long poem\n";
    test::write_file(*place_ / "corpus/poem.txt", text);
    ASSERT_EQ(run({"open", *place_ / "corpus", "-w", *place_ / "w.corpuscope", "-q"}).code, done);
    ASSERT_EQ(run({"read", "-w", *place_ / "w.corpuscope", "-q"}).code, done);
  }
  static void TearDownTestSuite() {
    delete place_;
    place_ = nullptr;
  }

  static Words path(const Words& more) {
    Words all{"path", "-w", *place_ / "w.corpuscope"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static Json json(Words words) {
    words.push_back("--json");
    if (words.front() != "search") words.push_back("-q");
    const auto answer = run(words);
    EXPECT_EQ(answer.code, done) << answer.err;
    return answer.code == done ? Json::parse(answer.out) : Json();
  }

  static test::TemporaryFolder* place_;
};
test::TemporaryFolder* PathOfARun::place_ = nullptr;

TEST_F(PathOfARun, StrongestPathsAmongStoredEdgesAndAmongAll) {
  const Json stored = json(path({"--from", "poem.txt:3+30", "--to", "poem.txt:10", "--strongest", "3"}));
  EXPECT_EQ(stored["exact"], false);
  EXPECT_GT(stored["reread"]["tokens"], 10);
  const Json all = json(path({"--from", "poem.txt:3+30", "--to", "poem.txt:10", "--strongest", "3", "--reread"}));
  EXPECT_EQ(all["exact"], true);
  ASSERT_EQ(all["strongest"].size(), 3U);
  double before = 1;
  for (const auto& found : all["strongest"]) {
    EXPECT_EQ(found["steps"].size(), 4U);  // a step a layer
    EXPECT_LE(found["strength"], before);
    before = found["strength"];
    EXPECT_EQ(found["steps"].front()["from"]["name"], "poem.txt");
  }
  // Of all paths the strongest is at least as strong as that through stored edges.
  if (!stored["strongest"].empty()) {
    EXPECT_GE(all["strongest"][0]["strength"].get<double>(), stored["strongest"][0]["strength"].get<double>() * 0.999);
  }
  const auto words = run(path({"--from", "poem.txt:3", "--to", "poem.txt:10", "--strongest", "2", "-q"}));
  EXPECT_EQ(words.code, done);
  EXPECT_THAT(words.out, HasSubstr("--reread"));
}

TEST_F(PathOfARun, ACheckTellsOfThePassageAndOfEachHop) {
  const Json checked = json(path({"--from", "poem.txt:9+3", "--to", "poem.txt:10", "--strongest", "2", "--check"}));
  ASSERT_FALSE(checked["strongest"].empty());
  const auto whole = checked["check"];
  EXPECT_EQ(whole["confirmed"].get<bool>(), whole["bits_without"].get<double>() - whole["bits"].get<double>() >
                                                std::max(0.01, whole["spread"].get<double>()));
  for (const auto& found : checked["strongest"])
    for (const auto& step : found["steps"]) EXPECT_EQ(step.contains("check"), !step.contains("stays"));
  // It is kept: the same again, at once.
  EXPECT_EQ(json(path({"--from", "poem.txt:9+3", "--to", "poem.txt:10", "--strongest", "2", "--check"}))["check"], whole);
  const auto words = run(path({"--from", "poem.txt:9+3", "--to", "poem.txt:10", "--strongest", "1", "--check", "-q"}));
  EXPECT_THAT(words.out, HasSubstr("all of the passage: "));
  EXPECT_THAT(words.out, HasSubstr("confirmed ("));
}

TEST_F(PathOfARun, TheReachIsMeasuredWithTheReadingAndTold) {
  const Json reach = json({"reach", "-w", *place_ / "w.corpuscope"});
  EXPECT_EQ(reach["windows"], 12);
  EXPECT_GT(reach["octaves"].size(), 1U);
  EXPECT_GT(reach["octaves"][0]["saved_bits"], reach["octaves"][0]["error_bits"]);
  EXPECT_LE(reach["least"], reach["tokens_back"]);
  EXPECT_LE(reach["tokens_back"], reach["most"]);
  const Json again = json({"reach", "-w", *place_ / "w.corpuscope", "--again"});
  EXPECT_EQ(again["octaves"], reach["octaves"]);
  EXPECT_THAT(run({"reach", "-w", *place_ / "w.corpuscope", "-q"}).out, HasSubstr("tokens of other text of the corpus"));
  EXPECT_EQ(run({"reach", "-w", *place_ / "w.corpuscope", "--run", "9"}).code, failed);
}

TEST_F(PathOfARun, AnswersAreCheckedExplainedAndLimited) {
  const std::string w = (*place_ / "w.corpuscope").string();
  const Json asked = json({"ask", "-w", w, "Which line of the poem?", "--tokens", "4", "--check", "--how", "2"});
  ASSERT_FALSE(asked["sources"].empty());
  EXPECT_TRUE(asked["sources"][0]["check"].contains("confirmed"));
  EXPECT_GT(asked["how"]["looked_at"].size(), 0U);
  ASSERT_GT(asked["how"]["paths"].size(), 0U);
  EXPECT_EQ(asked["how"]["paths"][0].size(), 4U);  // a step a layer
  const Json history = json({"ask", "-w", w, "--history"});
  EXPECT_EQ(history["questions"][0]["details"]["sources"][0]["check"], asked["sources"][0]["check"]);
  EXPECT_EQ(run({"ask", "-w", w, "Which line?", "--tokens", "2", "--how", "3", "-q", "--forget"}).code, failed);
  const Json inspected = json({"inspect", "-w", w, "--token", "poem.txt:10", "--top", "2", "--check"});
  EXPECT_TRUE(inspected["sources"][0]["check"].contains("bits_without"));

  const Json everywhere = json({"search", "-w", w, "\"poem\""});
  const Json before = json({"search", "-w", w, "\"poem\"", "--as-of", "poem.txt:10"});
  EXPECT_EQ(everywhere["matches"], 120);
  EXPECT_EQ(before["matches"], 9);
  EXPECT_EQ(json({"search", "-w", w, "poem", "--as-of", "0"})["matches"], 0);
}

TEST_F(PathOfARun, WhatIsKeptIsListedShownWrittenAndForgotten) {
  const auto csv = *place_ / "paths.csv";
  EXPECT_EQ(json(path({"--list"}))["paths"].size(), 0U);
  EXPECT_THAT(run(path({"--list"})).out, HasSubstr("--save"));
  json(path({"--from", "poem.txt:3+30", "--to", "poem.txt:10", "--strongest", "2", "--reread", "--save", "the poem",
             "--csv", csv}));
  const std::string table = test::read_file(csv);
  EXPECT_THAT(table, HasSubstr("path,strength,layer"));
  EXPECT_THAT(table, HasSubstr("poem.txt"));
  const Json list = json(path({"--list"}));
  ASSERT_EQ(list["paths"].size(), 1U);
  EXPECT_EQ(list["paths"][0]["name"], "the poem");
  EXPECT_EQ(list["paths"][0]["from_count"], 30);
  const Json shown = json(path({"--show", "the poem"}));
  EXPECT_EQ(shown["strongest"].size(), 2U);
  EXPECT_EQ(json(path({"--show", std::to_string(list["paths"][0]["id"].get<int>())})), shown);
  EXPECT_THAT(run(path({"--show", "the poem"})).out, HasSubstr("layer 1"));
  EXPECT_EQ(run(path({"--show", "another"})).code, failed);
  EXPECT_EQ(run(path({"--rename", std::to_string(list["paths"][0]["id"].get<int>()), "--save", "a poem"})).code, done);
  EXPECT_EQ(json(path({"--list"}))["paths"][0]["name"], "a poem");
  EXPECT_EQ(run(path({"--remove", std::to_string(list["paths"][0]["id"].get<int>())})).code, done);
  EXPECT_EQ(json(path({"--list"}))["paths"].size(), 0U);
  EXPECT_EQ(run(path({"--from", "0", "--to", "3", "--csv", *place_ / "no/such/file.csv"})).code, failed);
}

TEST_F(PathOfARun, ARolloutIsKept) {
  const Json kept = json(path({"--from", "poem.txt:3+5", "--rollout", "--save", "five tokens"}));
  EXPECT_EQ(kept["from_count"], 5);
  const Json list = json(path({"--list"}));
  ASSERT_EQ(list["rollouts"].size(), 1U);
  EXPECT_EQ(list["rollouts"][0]["name"], "five tokens");
  const std::string number = std::to_string(list["rollouts"][0]["id"].get<int>());
  const Json holders = json(path({"--show-rollout", number}))["holders"];
  ASSERT_FALSE(holders.empty());
  for (std::size_t i = 0; i < holders.size(); ++i) {
    EXPECT_GE(holders[i]["token"], kept["from"].get<int>() + 5);
    if (i > 0) EXPECT_LE(holders[i]["share"], holders[i - 1]["share"]);
  }
  EXPECT_EQ(run(path({"--show-rollout", "99"})).code, failed);
  EXPECT_EQ(run(path({"--rename-rollout", number})).code, wrong_usage);  // without a name
  EXPECT_EQ(run(path({"--rename-rollout", number, "--save", "another"})).code, done);
  EXPECT_EQ(json(path({"--list"}))["rollouts"][0]["name"], "another");
  EXPECT_EQ(run(path({"--remove-rollout", number})).code, done);
  EXPECT_EQ(run(path({"--remove-rollout", number})).code, failed);
  EXPECT_EQ(json(path({"--list"}))["rollouts"].size(), 0U);
}

TEST_F(PathOfARun, WrongUsageAndTheWrongModel) {
  for (const Words& more : {Words{"--from", "1"}, Words{"--to", "1"}, Words{"--from", "1", "--to", "2", "--reread"},
                            Words{"--from", "1", "--to", "2", "--strongest", "0"}, Words{"--list", "--show", "x"},
                            Words{"--from", "1+0", "--to", "2"}, Words{"--from", "1", "--rollout", "--strongest", "2"},
                            Words{"--from", "1", "--to", "2", "--strongest", "2", "--segment", "64"}})
    EXPECT_EQ(run(path(more)).code, wrong_usage) << testing::PrintToString(more);
  EXPECT_EQ(run({"path", "--list", "--length", "100"}).code, wrong_usage);
  const auto other = run(path({"--from", "1", "--to", "20", "--strongest", "2", "--reread", "--model", *place_ / "none"}));
  EXPECT_EQ(other.code, failed);
  EXPECT_NE(other.err, "");
  EXPECT_EQ(run(path({"--from", "1", "--to", "99999999", "--strongest", "2"})).code, failed);
}

}  // namespace
}  // namespace corpuscope
