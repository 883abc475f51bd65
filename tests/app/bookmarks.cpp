// `corpuscope bookmarks`: what is added, listed, renamed and removed.
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

class BookmarksCommand : public testing::Test {
 protected:
  BookmarksCommand() {
    test::write_file(place_ / "corpus/poem.txt", "The sea is far.\nThe evening is near.\nNobody walks there.\n");
    EXPECT_EQ(run({"open", place_ / "corpus", "-w", file_, "-q"}).code, done);
  }

  Words words(const Words& more) const {
    Words all{"bookmarks", "-w", file_};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Json json(Words more) const {
    more.push_back("--json");
    const auto answer = run(words(more));
    EXPECT_EQ(answer.code, done) << answer.err;
    return answer.code == done ? Json::parse(answer.out) : Json();
  }

  test::TemporaryFolder place_;
  std::string file_ = (place_ / "w.corpuscope").string();
};

TEST_F(BookmarksCommand, AddsListsRenamesRemoves) {
  EXPECT_THAT(run(words({})).out, HasSubstr("no bookmarks"));
  const auto line = json({"--add", "poem.txt:2", "--name", "evening"})["bookmark"].get<int>();
  const auto pair = json({"--add", "1+2", "--query", "6"})["bookmark"].get<int>();
  const auto all = json({})["bookmarks"];
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["id"], pair);  // in the order of the sequence
  EXPECT_EQ(all[0]["token"], 1);
  EXPECT_EQ(all[0]["tokens"], 2);
  EXPECT_EQ(all[0]["query"], 6);
  EXPECT_FALSE(all[0]["name"].get<std::string>().empty());
  EXPECT_EQ(all[1]["name"], "evening");
  EXPECT_EQ(all[1]["line"], 2);
  EXPECT_FALSE(all[1].contains("query"));
  EXPECT_THAT(run(words({})).out, HasSubstr("evening  poem.txt:2"));
  json({"--rename", std::to_string(line), "--name", "dusk"});
  EXPECT_EQ(json({})["bookmarks"][1]["name"], "dusk");
  json({"--remove", std::to_string(pair)});
  EXPECT_EQ(json({})["bookmarks"].size(), 1u);
}

TEST_F(BookmarksCommand, RefusesWhatItCannotDo) {
  EXPECT_EQ(run(words({"--add", "9999"})).code, failed);
  EXPECT_EQ(run(words({"--add", "0+9999"})).code, failed);
  EXPECT_EQ(run(words({"--rename", "7", "--name", "x"})).code, failed);
  for (const Words& wrong : {Words{"--add", "words"}, Words{"--query", "1"}, Words{"--rename", "1"}, Words{"--remove", "0"},
                             Words{"--remove", "1", "--add", "1"}})
    EXPECT_EQ(run(words(wrong)).code, wrong_usage) << testing::PrintToString(wrong);
  EXPECT_EQ(run({"bookmarks"}).code, wrong_usage);
}

}  // namespace
}  // namespace corpuscope
