#include "text/exclusions.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace corpuscope::text {
namespace {

std::string by(const Exclusions& excluded, const std::string& name) {
  const auto* pattern = excluded.of_document(name);
  return pattern ? *pattern : "";
}

TEST(Exclusions, TheLastPatternThatMatchesCounts) {
  const Exclusions excluded({"*.log", "build/", "/notes/old", "a/**/b", "!kept.log"});
  EXPECT_EQ(by(excluded, "x.log"), "*.log");
  EXPECT_EQ(by(excluded, "deep/er/x.log"), "*.log");
  EXPECT_EQ(by(excluded, "kept.log"), "");
  EXPECT_EQ(by(excluded, "src/build/x.cpp"), "build/");
  EXPECT_EQ(by(excluded, "build"), "");  // a file, not a folder
  EXPECT_EQ(by(excluded, "build/kept.log"), "build/");  // as Git: what lies in a folder left out is not looked at
  EXPECT_EQ(by(excluded, "notes/old"), "/notes/old");
  EXPECT_EQ(by(excluded, "notes/old/x/y.txt"), "/notes/old");
  EXPECT_EQ(by(excluded, "more/notes/old"), "");
  EXPECT_EQ(by(excluded, "a/x/y/b/c.txt"), "a/**/b");
  EXPECT_EQ(by(Exclusions(), "x.log"), "");
}

TEST(Exclusions, WhatIsNoPatternIsRefused) {
  for (const char* none : {"", "   ", "#comment", "!", "/", "two\nlines"})
    EXPECT_THROW(Exclusions({std::string("*.a"), none}), core::Error) << none;
}

TEST(Exclusions, ThePatternOfANameIsThatOfNoOther) {
  for (const std::string name : {"a.txt", "!important", "#1.md", "a/b [1].txt", "what?.txt", "x*y", "back\\slash", "end ",
                                 " start", "a b/c", "[ab]", "ünï/大きさ.md"}) {
    const Exclusions excluded({pattern_of(name)});
    EXPECT_EQ(by(excluded, name), pattern_of(name));
    EXPECT_EQ(by(excluded, name + "/inside"), pattern_of(name));
    EXPECT_EQ(by(excluded, "deeper/" + name), "") << name;
    EXPECT_EQ(by(excluded, name + "x"), "") << name;
  }
  EXPECT_EQ(by(Exclusions({pattern_of("[ab]")}), "a"), "");
  EXPECT_EQ(by(Exclusions({pattern_of("x*y")}), "xxy"), "");
}

TEST(Exclusions, AKindIsAnEnding) {
  EXPECT_EQ(pattern_of_kind("a/b.tar.gz"), "*.gz");
  EXPECT_EQ(pattern_of_kind("a.d/b"), "");
  EXPECT_EQ(pattern_of_kind(".bashrc"), "");
  EXPECT_EQ(pattern_of_kind("b."), "");
  EXPECT_EQ(by(Exclusions({pattern_of_kind("x.a[b]")}), "y.a[b]"), "*.a\\[b\\]");
}

TEST(Exclusions, PatternsHoldBelowAFolderAsTheyDidInIt) {
  for (const std::string pattern : {"*.log", "build/", "/notes/old", "a/**/b", "!/kept/x.log", "/top.txt"}) {
    const Exclusions inside({"**/x.log", pattern}), outside({"**/x.log", pattern_below("my [notes]", pattern)});
    for (const std::string name : {"x.log", "build/a", "notes/old", "a/q/b", "kept/x.log", "top.txt", "deep/top.txt", "c"})
      EXPECT_EQ(by(inside, name).empty(), by(outside, "my [notes]/" + name).empty()) << pattern << " " << name;
  }
}

}  // namespace
}  // namespace corpuscope::text
