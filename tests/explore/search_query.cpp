// The grammar of the search box.
#include "explore/search_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace corpuscope::explore {
namespace {

// "(all a (any b c))", so that a tree can be written down.
std::string shown(const SearchQuery& query, const SearchCondition& condition) {
  if (condition.kind == SearchCondition::Kind::term) {
    const auto& term = query.terms[condition.term];
    if (term.kind == SearchTerm::Kind::phrase) return std::string("\"").append(term.text).append("\"");
    return term.kind == SearchTerm::Kind::regex ? "/" + term.text + "/" : term.text;
  }
  const char* const names[] = {"", "all", "any", "none"};
  std::string out = std::string("(") + names[int(condition.kind)];
  for (const auto& part : condition.parts) out.append(" ").append(shown(query, part));
  return out + ")";
}

std::string shown(const std::string& text) {
  const auto query = parse_query(text);
  std::string out;
  for (const auto term : query.ranking) out += query.terms[term].text + " ";
  out += "| ";
  return query.condition ? out + shown(query, *query.condition) : out;
}

TEST(SearchQueryGrammar, Trees) {
  EXPECT_EQ(shown("white whale"), "white whale | ");
  EXPECT_EQ(shown("a AND b"), "| (all a b)");
  EXPECT_EQ(shown("a OR b c"), "| (any a (all b c))");
  EXPECT_EQ(shown("a OR b AND c"), "| (any a (all b c))");
  EXPECT_EQ(shown("(a OR b) c"), "c | (all (any a b))");
  EXPECT_EQ(shown("c \"white whale\" -x"), "c | (all \"white whale\" (none x))");
  EXPECT_EQ(shown("NOT NOT a b"), "b | (all (none (none a)))");
  EXPECT_EQ(shown("/a\\/b [0-9]+/"), "| (all /a/b [0-9]+/)");
  EXPECT_EQ(shown("\"a \\\"b\\\" \\\\\""), "| (all \"a \"b\" \\\")");
  EXPECT_EQ(shown("std::vector or ORDER"), "std::vector or ORDER | ");
}

TEST(SearchQueryGrammar, FiltersAndToggles) {
  const auto query = parse_query("whale path:src -lang:python doc:\"my notes.txt\" case:yes word:yes");
  ASSERT_EQ(query.filters.size(), 3u);
  EXPECT_EQ(query.filters[0].value, "src");
  EXPECT_TRUE(query.filters[1].excluded);
  EXPECT_EQ(query.filters[2].value, "my notes.txt");
  EXPECT_TRUE(query.match_case && query.whole_words && query.exact());
  EXPECT_FALSE(parse_query("whale").exact());
  EXPECT_FALSE(parse_query("whale -\"white whale\"").exact());
}

TEST(SearchQueryGrammar, WhatIsWrongIsToldWithItsPlace) {
  const std::pair<const char*, std::size_t> wrong[] = {
      {"", 0},           {"a \"b", 2},      {"a /b", 2},    {"(a", 0},        {"a)", 1},     {"a AND", 5},
      {"OR a", 0},       {"a OR", 4},       {"a AND OR b", 6}, {"NOT", 3},    {"-a", 0},     {"path:x", 0},
      {"a path:", 7},    {"()", 1},         {"\"\"", 0},    {"//", 0},        {"/a/b", 3},   {"a OR path:x", 11},
      {"a (path:x b)", 3}, {"a case:maybe", 2}};
  for (const auto& [text, place] : wrong) {
    try {
      parse_query(text);
      ADD_FAILURE() << text;
    } catch (const QueryError& error) {
      EXPECT_EQ(error.place(), place) << text;
      EXPECT_NE(error.remedy(), "") << text;
    }
  }
  EXPECT_THROW(parse_query(std::string(1000, '(')), QueryError);
  EXPECT_THROW(parse_query(std::string(100'000, 'x')), QueryError);
}

TEST(SearchQueryGrammar, AnyBytesAreReadOrRefused) {
  const std::string pieces[] = {"a", "\"", "/", "(", ")", " ", "-", "NOT ", " OR ", " AND ", "path:", "case:yes", "\\", "\xff", std::string(1, '\0'), "é"};
  std::mt19937 random(1);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += pieces[random() % std::size(pieces)];
    try {
      const auto query = parse_query(text);
      EXPECT_FALSE(query.terms.empty());
      for (const auto term : query.wanted()) EXPECT_LT(term, query.terms.size());
      ++read;
    } catch (const QueryError& error) {
      EXPECT_LE(error.place(), text.size());
    }
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace corpuscope::explore
