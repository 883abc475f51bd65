// Folders, exclusions and changes, as the program handles them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"
#include "samples.h"
#include "workspace/workspace.h"

namespace corpuscope {
namespace {

using nlohmann::json;
using test::run;
using test::write_file;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, wrong_usage = 2;

class FoldersOfTheProgram : public testing::Test {
 protected:
  FoldersOfTheProgram() {
    write_file(place_ / "one/a.txt", "alpha text\n");
    write_file(place_ / "one/b.log", "beta text\n");
    write_file(place_ / "two/c.html", "<h1>Third</h1><p>gamma text</p>");
  }
  std::string at(const std::string& name) const { return (place_ / name).string(); }
  json info() const { return json::parse(run({"info", "-w", at("w"), "--documents", "--json"}).out); }

  test::TemporaryFolder place_;
};

TEST_F(FoldersOfTheProgram, AreOpenedTogetherAddedAndRemoved) {
  auto opened = json::parse(run({"open", at("one"), at("two"), "-w", at("w"), "-q", "--json"}).out);
  EXPECT_EQ(opened["read"], 3);
  EXPECT_EQ(opened["folders"].size(), 2u);
  EXPECT_EQ(info()["folders"][1]["name"], "two");
  EXPECT_THAT(run({"info", "-w", at("w")}).out, HasSubstr("as two"));
  opened = json::parse(run({"open", "-w", at("w"), "--remove", at("two"), "-q", "--json"}).out);
  EXPECT_EQ(opened["removed"], 1);
  opened = json::parse(run({"open", "-w", at("w"), "--add", at("two"), "-q", "--json"}).out);
  EXPECT_EQ(opened["read"], 1);
  EXPECT_EQ(opened["unchanged"], 2);
  const auto other = run({"open", at("."), "-w", at("w"), "-q"});
  EXPECT_EQ(other.code, failed);
  EXPECT_THAT(other.err, HasSubstr("--add"));
  EXPECT_EQ(run({"open"}).code, wrong_usage);
  EXPECT_EQ(run({"open", "-w", at("nothing")}).code, failed);
}

TEST_F(FoldersOfTheProgram, ExcludeByPattern) {
  run({"open", at("one"), "-w", at("w"), "-q", "--exclude", "*.log", "--exclude", "/nothing"});
  EXPECT_EQ(info()["documents"], 1);
  EXPECT_EQ(info()["excluded"], (json{"*.log", "/nothing"}));
  EXPECT_THAT(run({"info", "-w", at("w")}).out, HasSubstr("excluded   *.log"));
  run({"open", at("one"), "-w", at("w"), "-q", "--include-again", "*.log"});
  EXPECT_EQ(info()["documents"], 2);
  const auto wrong = run({"open", "-w", at("w"), "-q", "--include-again", "*.log"});
  EXPECT_EQ(wrong.code, failed);
  EXPECT_THAT(wrong.err, HasSubstr("*.log"));
}

TEST_F(FoldersOfTheProgram, AHitSaysItsChapter) {
  run({"open", at("two"), "-w", at("w"), "-q"});
  const auto hits = json::parse(run({"search", "-w", at("w"), "--json", "\"gamma\""}).out)["hits"];
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0]["section"], "Third");
  EXPECT_THAT(run({"search", "-w", at("w"), "\"gamma\""}).out, HasSubstr(" (Third): "));
}

TEST_F(FoldersOfTheProgram, AreWatchedUntilCtrlC) {
  test::Program program({"open", at("one"), "-w", at("w"), "--watch", "-q"});
  const auto holds = [&](const std::string& name) {
    try {
      return workspace::Workspace::open(at("w")).find_document(name).has_value();
    } catch (const std::exception&) {
      return false;  // not there yet
    }
  };
  const auto wait_for = [&](const std::string& name) {
    for (int tries = 0; tries < 600 && !holds(name); ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return holds(name);
  };
  ASSERT_TRUE(wait_for("a.txt"));
  write_file(place_ / "one/new.txt", "more\n");
  ASSERT_TRUE(wait_for("new.txt"));
  program.signal(SIGINT);
  const auto answer = program.wait();
  EXPECT_EQ(answer.code, done);
  EXPECT_EQ(answer.err, "");
}

}  // namespace
}  // namespace corpuscope
