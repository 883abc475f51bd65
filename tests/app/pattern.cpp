// `corpuscope pattern` and `corpuscope path`: what they say of patterns, and of the pattern that a corpus was read
// by.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"
#include "workspace/writer.h"

namespace corpuscope {
namespace {

using Json = nlohmann::json;
using test::run;
using test::Words;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, wrong_usage = 2;

Json json(Words arguments) {
  arguments.push_back("--json");
  const auto answer = run(arguments);
  EXPECT_EQ(answer.code, done) << answer.err;
  return Json::parse(answer.out);
}

TEST(PatternCommand, TellsCostHopsAndBlindSpots) {
  const Json modulo = json({"pattern", "--length", "1048576", "--sources", "5", "-q"});
  ASSERT_EQ(modulo["levels"].size(), 10U);
  EXPECT_EQ(modulo["levels"][9],
            (Json{{"segment", 1 << 20}, {"dilation", 512}, {"blind_before_border", 0}, {"blind_behind_border", 0}}));
  EXPECT_EQ(modulo["levels"][8]["blind_before_border"], 512 - 8);  // 8 heads, dilation 512 above
  EXPECT_EQ(modulo["cost"]["dense_pairs"], 8 * 1048576.0 * 1048577.0 / 2);
  EXPECT_LT(modulo["cost"]["share_of_dense"], 0.01);
  EXPECT_EQ(modulo["proven_hop_bound"], 4);
  EXPECT_EQ(modulo["estimated_hops"], 9);
  EXPECT_EQ(modulo["random_tokens"]["method"], "all tokens counted");
  EXPECT_EQ(modulo["random_tokens"]["most_hops"], 4);
  EXPECT_GT(modulo["random_tokens"]["unreachable"], 0.0005);
  EXPECT_GT(modulo["tokens_behind_borders"]["unreachable_of_last_16"], 0.1);

  const Json staggered = json({"pattern", "--length", "1048576", "--sources", "5", "--staggered", "-q"});
  EXPECT_EQ(staggered["random_tokens"]["unreachable"], 0);
  EXPECT_EQ(staggered["tokens_behind_borders"]["unreachable"], 0);
  EXPECT_EQ(staggered["proven_hop_bound"], 3);
  EXPECT_EQ(staggered["tokens_behind_borders"]["unreachable_of_last_16"], 0);

  const Json full = json({"pattern", "--length", "1048576", "--sources", "5", "--full", "-q"});
  EXPECT_EQ(full["proven_hop_bound"], 3);
  EXPECT_EQ(full["random_tokens"]["most_hops"], 3);
}

TEST(PatternCommand, TellsTheSameInWords) {
  const auto answer = run({"pattern", "--levels", "64:1,128:2,4096:64", "--length", "4000", "--rule", "block", "-q"});
  EXPECT_EQ(answer.code, done);
  EXPECT_THAT(answer.out, HasSubstr("4,000 tokens, 3 levels, 8 heads, block, causal"));
  EXPECT_THAT(answer.out, HasSubstr("level 3     w 4,096 r 64"));
  EXPECT_THAT(answer.out, HasSubstr("where there is a path, never more than 5 (proven); the most measured below: "));
  const auto unproven = run({"pattern", "--levels", "64:1,100:2,4096:64", "--length", "4000", "-q"});
  EXPECT_THAT(unproven.out, HasSubstr("no bound is proven for this kind of pattern; the most measured below: "));
  EXPECT_THAT(answer.out, HasSubstr("tokens right behind a border: 20 drawn"));
}

TEST(PatternCommand, WrongPatternsAreRefused) {
  const std::vector<Words> wrong = {{"pattern"},
                                    {"pattern", "--length", "0"},
                                    {"pattern", "--length", "1099511627777"},
                                    {"pattern", "--length", "100", "--heads", "0"},
                                    {"pattern", "--length", "100", "--rule", "sideways"},
                                    {"pattern", "--length", "100", "--levels", "64"},
                                    {"pattern", "--length", "100", "--levels", "64:1:2"},
                                    {"pattern", "--length", "100", "--levels", "64:1", "--ratio", "2"},
                                    {"path", "--from", "1"},
                                    {"path", "--from", "1", "--to", "2"},
                                    {"path", "--from", "here", "--to", "2", "--length", "100"},
                                    {"path", "--from", "a.txt:1", "--to", "2", "--length", "100"},
                                    {"path", "--from", "1", "--to", "2", "--length", "100", "-w", "file"}};
  for (const auto& words : wrong) {
    const auto answer = run(words);
    EXPECT_EQ(answer.code, wrong_usage) << testing::PrintToString(words);
    EXPECT_EQ(answer.out, "");
  }
  const auto impossible = run({"pattern", "--length", "100", "--levels", "64:2"});
  EXPECT_EQ(impossible.code, failed);
  EXPECT_THAT(impossible.err, HasSubstr("dilation 1"));
  const auto outside = run({"path", "--from", "1", "--to", "100", "--length", "100"});
  EXPECT_EQ(outside.code, failed);
  EXPECT_THAT(outside.err, HasSubstr("token 100"));
}

TEST(PathCommand, FindsThePathOverABillionTokens) {
  const Json path = json({"path", "--from", "5", "--to", "987654321", "--length", "1000000000"});
  EXPECT_EQ(path["reachable"], true);
  ASSERT_EQ(path["hops"], path["path"].size());
  EXPECT_LE(path["hops"], 6);
  EXPECT_EQ(path["path"].front()["from"]["token"], 5);
  EXPECT_EQ(path["path"].back()["to"]["token"], 987654321);
  for (std::size_t i = 1; i < path["path"].size(); ++i) EXPECT_EQ(path["path"][i]["from"], path["path"][i - 1]["to"]);
}

TEST(PathCommand, SaysWhyThereIsNoneAndWhatOpensOne) {
  // The last of a segment whose class positions are over, and one behind its border.
  const Words tokens = {"path", "--from", "524287", "--to", "524300", "--length", "1048576"};
  const Json none = json(tokens);
  EXPECT_EQ(none["reachable"], false);
  EXPECT_EQ(none["why"]["kind"], "tail");
  EXPECT_EQ(none["why"]["border"], 524288);
  EXPECT_EQ(none["why"]["level"], 8);
  EXPECT_EQ(none["why"]["blind"], (Json{524288 - 504, 524288}));
  ASSERT_FALSE(none["opened_by"].empty());
  for (const auto& change : none["opened_by"]) {
    Words again = tokens;
    if (change["pattern"]["staggered"] == true) again.emplace_back("--staggered");
    again.insert(again.end(), {"--rule", change["pattern"]["rule"].get<std::string>()});
    EXPECT_EQ(json(again)["hops"], change["hops"]) << change["change"];
  }
  const auto answer = run(tokens);
  EXPECT_EQ(answer.code, done);
  EXPECT_THAT(answer.out, HasSubstr("No number of layers leads there."));
  EXPECT_THAT(answer.out, HasSubstr("Opened by staggered segments"));
  EXPECT_EQ(json({"path", "--from", "9", "--to", "3", "--length", "10"})["why"]["kind"], "earlier");
}

class PathInACorpus : public testing::Test {
 protected:
  void SetUp() override {
    std::string text;
    for (int line = 1; line <= 400; ++line) text += "line " + std::to_string(line) + " of the long poem\n";
    test::write_file(place_ / "corpus/poem.txt", text);
    test::write_file(place_ / "corpus/short.txt", "the end\n");
    ASSERT_EQ(run({"open", place_ / "corpus", "-w", workspace_, "-q"}).code, done);
  }

  // As a reading leaves it, but for the weights.
  void add_run() {
    auto workspace = workspace::Workspace::open(workspace_);
    workspace::Transaction transaction(workspace.writer());
    workspace::Run run;
    run.model = "tiny";
    run.config = R"({"vocab_size": 9, "hidden_size": 8, "layers": 1, "heads": 4, "kv_heads": 4, "head_dim": 2,
      "ffn_size": 8, "norm": "rmsnorm", "norm_eps": 1e-5, "sub_layernorm": false, "ffn": "swiglu", "bias": false,
      "position": "rope", "rope_base": 10000, "rotary_layout": "half", "xpos_scale_base": 512, "tied_embeddings": true,
      "embedding_scale": 1, "attention": {"levels": [{"segment": 64, "dilation": 1},
      {"segment": 1048576, "dilation": 16}], "offset_rule": "modulo", "staggered": true, "causal": true}})";
    run.tokens = workspace.summary().tokens;
    run.layers = 1, run.heads = 4, run.levels = 2;
    workspace.writer().create_run(run);
    transaction.commit();
  }

  test::TemporaryFolder place_;
  std::filesystem::path workspace_ = place_ / "w.corpuscope";
};

TEST_F(PathInACorpus, EveryHopHasItsText) {
  add_run();
  const Json path = json({"path", "-w", workspace_, "--from", "poem.txt:2", "--to", "poem.txt:390"});
  EXPECT_EQ(path["pattern"]["levels"].size(), 2U);
  EXPECT_EQ(path["pattern"]["heads"], 4);
  EXPECT_EQ(path["pattern"]["staggered"], true);
  ASSERT_EQ(path["reachable"], true);
  EXPECT_EQ(path["from"]["line"], 2);
  EXPECT_EQ(path["to"]["line"], 390);
  for (const auto& hop : path["path"]) {
    EXPECT_EQ(hop["to"]["name"], "poem.txt");
    EXPECT_THAT(hop["to"]["around"].get<std::string>(), HasSubstr(hop["to"]["text"].get<std::string>().substr(0, 1)));
  }
  const auto words = run({"path", "-w", workspace_, "--from", "poem.txt:2", "--to", "poem.txt:390"});
  EXPECT_THAT(words.out, HasSubstr("poem.txt:390:1"));
}

TEST_F(PathInACorpus, AnotherPatternCanBeTriedOnIt) {
  const Json path = json({"path", "-w", workspace_, "--from", "0", "--to", "3", "--segment", "64", "--heads", "2"});
  EXPECT_EQ(path["hops"], 1);
  EXPECT_EQ(path["pattern"]["heads"], 2);
}

TEST_F(PathInACorpus, WithoutARunOrALineItSaysSo) {
  const auto no_run = run({"path", "-w", workspace_, "--from", "0", "--to", "3"});
  EXPECT_EQ(no_run.code, failed);
  EXPECT_THAT(no_run.err, HasSubstr("corpuscope read"));
  add_run();
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"poem.txt:9999", "no line 9999"}, {"prose.txt:1", "no document prose.txt"}, {"100000000", "token 100000000"}};
  for (const auto& [token, why] : wrong) {
    const auto answer = run({"path", "-w", workspace_, "--from", "0", "--to", token});
    EXPECT_EQ(answer.code, failed);
    EXPECT_THAT(answer.err, HasSubstr(why));
  }
  EXPECT_EQ(run({"path", "-w", workspace_, "--run", "7", "--from", "0", "--to", "3"}).code, failed);
}

}  // namespace
}  // namespace corpuscope
