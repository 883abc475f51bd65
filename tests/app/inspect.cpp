// open -> read -> inspect: one token, exactly and from what was stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using Json = nlohmann::json;
using test::run;

constexpr int done = 0, failed = 1, wrong_usage = 2;

class Inspect : public testing::Test {
 protected:
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "The ship left the harbour, and line " + std::to_string(i) + " was written.\n";
    test::write_file(place_ / "corpus/log.txt", text);
    ASSERT_EQ(run({"open", place_ / "corpus", "-w", workspace_, "-q"}).code, done);
    ASSERT_EQ(run({"read", "-w", workspace_, "-q", "--passages", "0"}).code, done);
  }

  Json json(test::Words arguments) {
    test::Words all{"inspect", "-w", workspace_, "--json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto answer = run(all);
    EXPECT_EQ(answer.code, done) << answer.err;
    return Json::parse(answer.out);
  }

  test::TemporaryFolder place_;
  std::string workspace_ = place_ / "w.corpuscope";
};

TEST_F(Inspect, TellsExactlyAndFromTheStore) {
  const Json exact = json({"--token", "300", "--top", "7"});
  EXPECT_EQ(exact["exact"], true);
  EXPECT_EQ(exact["token"], 300);
  EXPECT_EQ(exact["name"], "log.txt");
  EXPECT_NEAR(exact["bits"], exact["stored_bits"], 2e-3 * (1 + double(exact["bits"])));
  EXPECT_NEAR(exact["bits"], -std::log2(double(exact["probability"])), 1e-9);
  EXPECT_NEAR(exact["shares"]["total"], 1, 1e-3);
  EXPECT_EQ(exact["expected"].size(), 7u);
  EXPECT_GE(exact["expected"][0]["probability"], exact["expected"][1]["probability"]);
  EXPECT_EQ(exact["sources"].size(), 7u);
  EXPECT_LE(exact["sources"][0]["token"], 300);
  EXPECT_GT(exact["readers_near"][0]["token"], 300);

  const Json stored = json({"--token", "300", "--stored", "--layer", "2"});
  EXPECT_EQ(stored["exact"], false);
  EXPECT_FALSE(stored.contains("expected"));
  EXPECT_LT(stored["shares"]["total"], 1);
  for (const Json& source : stored["sources"]) EXPECT_EQ(source["strongest"]["layer"], 1);

  const auto text = run({"inspect", "-w", workspace_, "--token", "log.txt:5", "-q"});
  EXPECT_EQ(text.code, done) << text.err;
  EXPECT_THAT(text.out, testing::AllOf(testing::HasSubstr("log.txt:5:1"), testing::HasSubstr("expected in this place"),
                                       testing::HasSubstr("<- this one")));
}

TEST_F(Inspect, SaysWhatIsWrong) {
  const auto code = [&](test::Words arguments) {
    test::Words all{"inspect", "-w", workspace_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all).code;
  };
  EXPECT_EQ(code({}), wrong_usage);
  EXPECT_EQ(code({"--token", "here"}), wrong_usage);
  EXPECT_EQ(code({"--token", "5", "--top", "0"}), wrong_usage);
  EXPECT_EQ(code({"--token", "100000000"}), failed);
  EXPECT_EQ(code({"--token", "log.txt:1000"}), failed);
  EXPECT_EQ(code({"--token", "none.txt:1"}), failed);
  EXPECT_EQ(code({"--token", "5", "--layer", "99"}), failed);
  EXPECT_EQ(code({"--token", "5", "--run", "99"}), failed);
  EXPECT_EQ(code({"--token", "5", "--model", place_ / "corpus"}), failed);
}

}  // namespace
}  // namespace corpuscope
