// like, echoes, twists: from files to answers, with and without a model's reading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using Json = nlohmann::json;
using test::run;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, wrong_usage = 2;

class EchoCommands : public testing::Test {
 protected:
  static constexpr const char* quotation =
      "Whoever digs a ditch beside the orchard finds seven copper lanterns, buried under marble dust and forgotten songs, "
      "and none of the villagers remembers who lit them on the evening before the flood took the lower bridge away.\n";

  static std::string filler(int from) {
    std::string text;
    for (int i = from; i < from + 30; ++i) text += "Entry " + std::to_string(i * 7919) + " of the ship's log was lost in " + std::to_string(1000 + i) + ".\n";
    return text;
  }

  void SetUp() override {
    test::write_file(place_ / "corpus/a.txt", filler(0) + quotation + filler(40));
    std::string other = quotation;
    other.replace(other.find("copper"), 6, "bronze");
    test::write_file(place_ / "corpus/b.txt", filler(100) + quotation + filler(140));
    test::write_file(place_ / "corpus/c.txt", filler(200) + other + filler(240));
    ASSERT_EQ(run({"open", place_ / "corpus", "-w", workspace_, "-q"}).code, done);
  }
  void read() { ASSERT_EQ(run({"read", "-w", workspace_, "-q", "--passages", "0", "--detail", "full"}).code, done); }

  Json json(test::Words arguments) {
    arguments.insert(arguments.begin() + 1, {"-w", workspace_, "--json"});
    const auto answer = run(arguments);
    EXPECT_EQ(answer.code, done) << answer.err;
    return Json::parse(answer.out);
  }

  test::TemporaryFolder place_;
  std::string workspace_ = place_ / "w.corpuscope";
};

TEST_F(EchoCommands, RepeatsNeedNoModelAndSayWhatItPaidWhereThereIsOne) {
  const Json found = json({"echoes", "--between-documents"});
  ASSERT_GE(found["found"], 1);
  EXPECT_NE(found["echoes"][0]["text"].get<std::string>().find("seven copper lanterns"), std::string::npos);
  EXPECT_EQ(found["echoes"][0]["shown"][0]["name"], "a.txt");
  EXPECT_EQ(found["echoes"][0]["shown"][1]["name"], "b.txt");
  EXPECT_FALSE(found["echoes"][0].contains("bits_first"));
  EXPECT_GT(found["repeated_tokens"], 30);
  read();
  const Json priced = json({"echoes", "--between-documents", "--limit", "1"});
  EXPECT_EQ(priced["echoes"].size(), 1u);
  EXPECT_GT(priced["echoes"][0]["bits_first"], 0);
  const auto csv = run({"echoes", "-w", workspace_, "--between-documents", "--csv", "-q"});
  EXPECT_EQ(csv.code, done);
  EXPECT_THAT(csv.out, HasSubstr("tokens,places,name,line,"));
  const auto text = run({"echoes", "-w", workspace_});
  EXPECT_THAT(text.out, HasSubstr("a.txt:31"));
  EXPECT_THAT(text.err, HasSubstr("stand in several places"));
}

TEST_F(EchoCommands, APassageEchoesItsEarlierPlace) {
  EXPECT_EQ(run({"echoes", "-w", workspace_, "--part", "b.txt:31,30"}).code, failed);  // nothing has read it
  read();
  for (const bool stored : {false, true}) {
    test::Words words{"echoes", "--part", "b.txt:31,40"};
    if (stored) words.push_back("--stored");
    const Json found = json(words);
    EXPECT_EQ(found["tokens"], 40);
    ASSERT_FALSE(found["echoes"].empty());
    const auto in_a = std::ranges::find_if(found["echoes"], [](const Json& echo) { return echo["name"] == "a.txt" && echo["equal"] > 30; });
    ASSERT_NE(in_a, found["echoes"].end());
    EXPECT_EQ((*in_a)["same_text"], true);
    EXPECT_GE((*in_a)["share"], 0);
  }
  EXPECT_EQ(run({"echoes", "-w", workspace_, "--part", "somewhere"}).code, wrong_usage);
  EXPECT_EQ(run({"echoes", "-w", workspace_, "--part", "0,99999999"}).code, failed);
}

TEST_F(EchoCommands, ATwistIsTheWordThatDiffers) {
  EXPECT_EQ(run({"twists", "-w", workspace_}).code, failed);  // nothing has read it
  const Json every = json({"twists", "--every"});
  const auto bronze = [](const Json& twist) { return twist["later"]["text"] == "bronze" && twist["earlier"]["text"] == "copper"; };
  const auto found = std::ranges::find_if(every["twists"], bronze);
  ASSERT_NE(found, every["twists"].end());
  EXPECT_EQ((*found)["later"]["name"], "c.txt");
  EXPECT_EQ((*found)["bits"], -1);
  read();
  const Json dear = json({"twists", "--bits", "1"});
  const auto priced = std::ranges::find_if(dear["twists"], bronze);
  ASSERT_NE(priced, dear["twists"].end());
  EXPECT_GE((*priced)["bits"], 1);
  EXPECT_EQ(json({"twists", "--bits", "100"})["found"], 0);
  EXPECT_THAT(run({"twists", "-w", workspace_, "--bits", "1"}).out, HasSubstr("bronze   was copper in "));
  EXPECT_THAT(run({"twists", "-w", workspace_, "--bits", "1", "--csv"}).out, HasSubstr("bits,name,line,text,"));
}

TEST_F(EchoCommands, LikeFindsTheOtherPassagesAndNotItself) {
  const Json found = json({"like", "--part", "c.txt:31,40"});
  ASSERT_GE(found["similar"].size(), 2u);
  for (int i = 0; i < 2; ++i) EXPECT_NE(found["similar"][i]["name"], "c.txt");
  EXPECT_GE(found["similar"][0]["score"], found["similar"][1]["score"]);
  EXPECT_THAT(run({"like", "-w", workspace_, "--part", "c.txt:31,40", "--limit", "1", "--csv"}).out, HasSubstr("name,line,position,score,"));
  EXPECT_EQ(run({"like", "-w", workspace_, "--part", "nowhere.txt:3,40"}).code, failed);
}

}  // namespace
}  // namespace corpuscope
