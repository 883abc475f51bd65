// Exact search: against grep on the same files, and the fast filter against none.
#include "explore/search.h"

#include <gmock/gmock.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <random>

#include "explore/collocates.h"
#include "explore/concordance.h"
#include "explore/corpus.h"
#include "explore/search_matcher.h"

namespace corpuscope::explore {
namespace {

using Found = std::vector<std::pair<std::size_t, std::string>>;  // offset and text

Found found_by(const Matcher& matcher, const std::string& text) {
  Found found;
  matcher.each(text, 0, text.size(), [&](std::size_t offset, std::size_t length) {
    found.emplace_back(offset, text.substr(offset, length));
    return true;
  });
  return found;
}

Found found_in(const std::string& text, const SearchTerm& term, bool match_case, bool whole_words, bool filtered) {
  return found_by(Matcher(term, match_case, whole_words, filtered), text);
}

std::string random_text(unsigned seed, std::size_t pieces) {
  const char* const words[] = {"whale", "Whale", "white", "WHITE", " ", "  ", "\n", "\n\n", "\r\n", " \n ", "wh", "ale", "É", "é", "ß", "s", "\xc5\xbf", "k",
                               "\xe2\x84\xaa", "_", "-", "9", "42", "a.b", "(", "\t"};
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text += words[random() % std::size(words)];
  return text;
}

TEST(SearchMatcher, TheFilterLosesNothing) {
  const std::pair<SearchTerm::Kind, const char*> terms[] = {
      {SearchTerm::Kind::phrase, "whale"},     {SearchTerm::Kind::phrase, "white whale"}, {SearchTerm::Kind::phrase, "é"},
      {SearchTerm::Kind::phrase, "s"},         {SearchTerm::Kind::phrase, "k"},           {SearchTerm::Kind::phrase, "a.b"},
      {SearchTerm::Kind::regex, "wh[a-z]+"},   {SearchTerm::Kind::regex, "^wh|ale$"},     {SearchTerm::Kind::regex, "x*"},
      {SearchTerm::Kind::regex, "[^a-z]+"},    {SearchTerm::Kind::regex, "\\s+"},         {SearchTerm::Kind::regex, "e\\nw"},
      {SearchTerm::Kind::regex, "\\bwhale\\b"}, {SearchTerm::Kind::regex, "whale|white"}, {SearchTerm::Kind::regex, "(?i)WHALE"},
      {SearchTerm::Kind::regex, "[0-9]{1,3}"}, {SearchTerm::Kind::regex, "\\pL\\PL"},     {SearchTerm::Kind::regex, "."}};
  for (const auto& [kind, expression] : terms)
    for (const bool match_case : {false, true})
      for (const bool whole : {false, true}) {
        const Matcher fast({kind, expression, 0}, match_case, whole), slow({kind, expression, 0}, match_case, whole, false);
        for (unsigned seed = 0; seed < 30; ++seed) {
          const std::string text = random_text(seed, 300);
          EXPECT_EQ(found_by(fast, text), found_by(slow, text)) << expression << match_case << whole << " seed " << seed;
        }
      }
}

TEST(SearchMatcher, APartIsCutWhereNoMatchIs) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::string text = random_text(seed, 400);
    for (const auto& term : {SearchTerm{SearchTerm::Kind::phrase, "white whale", 0}, SearchTerm{SearchTerm::Kind::regex, "wh[a-z]+", 0}}) {
      const Matcher matcher(term, false, false);
      Found parts;
      for (std::size_t at = 0; at < text.size(); at += 100) {
        const std::size_t begin = matcher.border(text, at), end = matcher.border(text, std::min(at + 100, text.size()));
        matcher.each(text, begin, end, [&](std::size_t offset, std::size_t length) {
          parts.emplace_back(offset, text.substr(offset, length));
          return true;
        });
      }
      EXPECT_EQ(parts, found_in(text, term, false, false, false));
    }
  }
}

TEST(SearchMatcher, PhrasesCrossLinesButNoBlankLine) {
  const SearchTerm term{SearchTerm::Kind::phrase, "white whale", 0};
  EXPECT_EQ(found_in("White\n  whale white\twhale", term, false, false, true).size(), 2u);
  EXPECT_TRUE(found_in("white\n\nwhale white-whale", term, false, false, true).empty());
  EXPECT_EQ(found_in("white whales white whale", term, false, true, true).size(), 1u);
  EXPECT_EQ(found_in("écran crané cran", {SearchTerm::Kind::phrase, "cran", 0}, false, true, true).size(), 1u);
}

TEST(SearchMatcher, AWrongExpressionIsTold) {
  for (const char* wrong : {"(", "[a", "a{2,1}", "(?P<x", "\\", "a)(b", "*", "(?=a)"})
    EXPECT_THROW(Matcher({SearchTerm::Kind::regex, wrong, 0}, false, false), QueryError) << wrong;
}

class SearchCorpus : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 12; ++i)
      test::write_file(folder_ / "corpus" / ("part" + std::to_string(i % 3)) / ("text" + std::to_string(i) + ".txt"), text(i));
    test::open_corpus(folder_ / "corpus", folder_ / "w.corpuscope");
  }

  static std::string text(int number) {  // one of them above a part's megabyte
    const char* const words[] = {"the", "white", "whale", "Whale", "sea", "harpoon", "harpooneer", "foo(bar)", "naïve", "1851", "snake_case"};
    std::mt19937 random(static_cast<unsigned>(number));
    std::string out;
    for (std::size_t bytes = number == 5 ? 2'500'000 : 20'000; out.size() < bytes;) {
      out += words[random() % std::size(words)];
      out += random() % 9 == 0 ? "\n" : " ";
    }
    return out;
  }

  std::vector<Match> find(const CorpusText& text, const std::string& query) {
    std::vector<Match> all;
    core::Job job;
    totals_ = search(text, parse_query(query), {}, job, [&](std::span<const Match> found) { all.insert(all.end(), found.begin(), found.end()); });
    return all;
  }

  // grep -ob: "file:offset:text".
  std::vector<std::string> grep(const std::string& options) const {
    const std::string command = "cd '" + (folder_ / "corpus").string() + "' && LC_ALL=C.UTF-8 grep -rob " + options + " . | sort";
    std::vector<std::string> lines;
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::string line;
    for (int c; pipe && (c = std::fgetc(pipe)) != EOF;) {
      if (c != '\n') {
        line += char(c);
      } else {
        lines.push_back(line.substr(2));
        line.clear();
      }
    }
    if (pipe) ::pclose(pipe);
    return lines;
  }

  std::vector<std::string> ours(const std::string& query) {
    const CorpusText text(folder_ / "w.corpuscope");
    std::vector<std::string> lines;
    for (const Match& match : find(text, query))
      lines.push_back(text.documents()[match.document].name + ":" + std::to_string(match.offset) + ":" +
                      std::string(text.text(match.document).substr(std::size_t(match.offset), match.length)));
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  void expect_same(const std::string& query, const std::string& options) {
    auto expected = grep(options);
    std::sort(expected.begin(), expected.end());
    EXPECT_FALSE(expected.empty()) << options;
    EXPECT_EQ(ours(query), expected) << query;
  }

  test::TemporaryFolder folder_;
  SearchTotals totals_;
};

TEST_F(SearchCorpus, FindsWhatGrepFinds) {
  expect_same("\"whale\" case:yes", "-F whale");
  expect_same("\"whale\"", "-iF whale");
  expect_same("\"harpoon\" word:yes", "-iwF harpoon");
  expect_same("\"foo(bar)\"", "-iF 'foo(bar)'");
  expect_same("\"naïve\" word:yes", "-iwF naïve");
  expect_same("/wh[a-z]+e/ case:yes", "-P 'wh[a-z]+e'");
  expect_same("/\\b[0-9]{4}\\b/", "-P '\\b[0-9]{4}\\b'");
  expect_same("/^the|sea$/ case:yes", "-P '^the|sea$'");
  expect_same("/harp[a-z]*/ word:yes case:yes", "-wP 'harp[a-z]*'");
}

TEST_F(SearchCorpus, ConditionsHoldForWholeDocuments) {
  test::write_file(folder_ / "corpus/only.txt", "a Submarine beside the whale, not white\n");
  test::open_corpus(folder_ / "corpus", folder_ / "w.corpuscope");
  const CorpusText text(folder_ / "w.corpuscope");
  EXPECT_EQ(find(text, "\"whale\" AND submarines").size(), 1u);  // a word is found by its stem
  EXPECT_EQ(totals_.documents, 1);
  const auto all = find(text, "\"whale\"").size();
  EXPECT_EQ(find(text, "\"whale\" -submarine").size(), all - 1);
  EXPECT_EQ(find(text, "\"whale\" -\"Submarine beside\"").size(), all - 1);
  EXPECT_EQ(find(text, "\"submarine\" OR /submarine BESIDE/").size(), 2u);  // they overlap
  EXPECT_EQ(find(text, "submarine").size(), 1u);
  EXPECT_FALSE(totals_.exact);
  EXPECT_TRUE(find(text, "\"whale\" lang:python").empty());
  EXPECT_THROW(find(text, "\"whale\" lang:klingon"), core::Error);
}

// Two corpora alike before a place and different behind it: whatever is asked, all that is told is the same.
TEST(SearchBefore, WhatComesBehindThePlaceChangesNothing) {
  test::TemporaryFolder folder;
  const std::string beginning = "The white whale swam.\nA harpoon flew past the whales.\n\nThe sea was calm, naïve and wide. ";
  const std::string ends[] = {"The whale! The whale! White whales, harpoons.\n", "Nothing more of it, but a long tale of land and inland towns.\n"};
  std::vector<std::string> told;
  std::int64_t tokens = 0;
  for (int i = 0; i < 2; ++i) {
    const auto corpus = folder / std::to_string(i), file = folder / (std::to_string(i) + ".corpuscope");
    test::write_file(corpus / "a.txt", "Whales are mentioned here, and the white sea.\n");
    test::write_file(corpus / "b.txt", beginning + ends[i]);
    test::write_file(corpus / "c.txt", i == 0 ? "a whale harpoon white sea" : "entirely different");
    test::open_corpus(corpus, file);
    auto workspace = workspace::Workspace::open(file);
    Passages passages(workspace);
    const auto b = workspace.find_document("b.txt");
    if (i == 0) tokens = passages.token_at(b->id, std::int64_t(beginning.size()));
    const CorpusText whole(file);
    const auto text = whole.before(tokens);
    ASSERT_EQ(text->documents().size(), 2u);
    EXPECT_TRUE(text->cut());
    EXPECT_LE(text->documents().back().text_bytes, std::int64_t(beginning.size()));
    std::string all;
    for (const char* query : {"whale", "white whales", "\"whale\"", "/wh[a-z]+/", "\"sea\" -harpoon", "\"the\" AND whale", "whale path:a", "inland", "calm"}) {
      core::Job job;
      ConcordanceLines lines(*text);
      all += std::string(query) + ":";
      const auto totals = search(*text, parse_query(query), {}, job, [&](std::span<const Match> found) {
        for (const Match& match : found) {
          const auto line = lines.line(match, 200);
          all += fmt::format(" {} {}[{}|{}|{}]{}", line.place.name, match.offset, line.before, line.hit, line.after,
                             sequence_position(*text, match));
        }
      });
      for (const float score : totals.scores) (all += ' ') += std::to_string(score);
      all += "\n";
    }
    told.push_back(all);
  }
  EXPECT_EQ(told[0], told[1]);
  // It is not empty, ranks, and finds what stands right before the place and in short documents.
  EXPECT_THAT(told[0], testing::HasSubstr("whale: b.txt"));
  EXPECT_THAT(told[0], testing::HasSubstr("a.txt 0["));
  EXPECT_THAT(told[0], testing::HasSubstr("calm: b.txt"));
  EXPECT_THAT(told[0], testing::HasSubstr("inland:\n"));
  EXPECT_THAT(told[0], testing::Not(testing::HasSubstr("c.txt")));
}

TEST_F(SearchCorpus, AFileWithoutANameHoldsTheTextWhereMemoryIsScarce) {
  const CorpusText in_memory(folder_ / "w.corpuscope"), in_file(folder_ / "w.corpuscope", 0);
  EXPECT_EQ(find(in_file, "/wh[a-z]+/"), find(in_memory, "/wh[a-z]+/"));
}

TEST_F(SearchCorpus, ACancelledSearchStops) {
  const CorpusText text(folder_ / "w.corpuscope");
  core::Job job;
  EXPECT_THROW(search(text, parse_query("/./"), {}, job, [&](std::span<const Match>) { job.cancel(); }), core::Cancelled);
}

TEST_F(SearchCorpus, LinesAreSortedByTheWordBesideTheHit) {
  const CorpusText text(folder_ / "w.corpuscope");
  auto matches = find(text, "\"harpooneer\"");
  core::Job job;
  sort_matches(text, concordance_order("R1"), matches, job);
  ConcordanceLines lines(text);
  std::string before;
  for (const auto& match : matches) {
    std::string after = lines.line(match, 40).after;
    std::transform(after.begin(), after.end(), after.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    const auto word = after.substr(0, after.find_first_of(" ()_"));
    EXPECT_LE(before, word);
    before = word;
  }
}

TEST(OrderOfParts, WhatIsLeftOfAWordIsNoWordBesideIt) {
  test::TemporaryFolder folder;
  // Where the rests of the words were R1, "s" and "d" would come between; where those before them were L1, "be" would.
  test::write_file(folder / "c/a.txt",
                   "1 a whale\xe2\x80\x99s tail. 2 e whales zoo. 3 c bewhale'd men. 4 b whale. Eel 5 d whale' boat");
  test::open_corpus(folder / "c", folder / "w.corpuscope");
  const CorpusText text(folder / "w.corpuscope");
  core::Job job;
  auto matches = all_places(text, parse_query("\"whale\""), job);
  ASSERT_EQ(matches.size(), 5u);
  const auto order = [&](const char* name) {
    sort_matches(text, concordance_order(name), matches, job);
    std::string numbers;
    for (const Match& match : matches) numbers += text.text(0)[text.text(0).find_last_of("12345", std::size_t(match.offset))];
    return numbers;
  };
  EXPECT_EQ(order("R1"), "54312");  // boat, Eel, men, tail, zoo
  EXPECT_EQ(order("R2"), "51234");  // none, 2, 3, 4, 5
  EXPECT_EQ(order("L1"), "14352");  // a, b, c, d, e
  EXPECT_EQ(order("L2"), "12345");
}

class SmallCorpus : public testing::Test {
 protected:
  void SetUp() override {
    test::write_file(folder_ / "c/a.txt", "New York is a city. In new york, don't walk.");
    test::write_file(folder_ / "c/b.txt", "A new car and a new hat. York minster.");
    test::open_corpus(folder_ / "c", folder_ / "w.corpuscope");
  }
  test::TemporaryFolder folder_;
  core::Job job_;
};

TEST_F(SmallCorpus, TablesAreThoseCountedByHand) {
  const CorpusText text(folder_ / "w.corpuscope");
  const std::vector<bool> all(2, true);
  const auto pairs = ngrams(text, all, 2, 2, job_);
  ASSERT_EQ(pairs.size(), 2u);  // "a new" stands twice in b.txt: "a new car", "a new hat"
  EXPECT_EQ(pairs[0].words, "a new");
  EXPECT_EQ(pairs[0].documents, 1);
  EXPECT_EQ(pairs[1].words, "new york");
  EXPECT_EQ(pairs[1].count, 2);

  auto matches = all_places(text, parse_query("\"new\""), job_);
  ASSERT_EQ(matches.size(), 4u);
  const auto beside = collocates(text, matches, all, {0, 1, 1}, job_);
  const auto york = std::find_if(beside.begin(), beside.end(), [](const auto& one) { return one.word == "york"; });
  ASSERT_NE(york, beside.end());
  EXPECT_EQ(york->together, 2);
  EXPECT_EQ(york->in_corpus, 3);
  EXPECT_NEAR(york->expected, 3.0 * 4 / 19, 1e-9);
  EXPECT_NEAR(york->log_dice, 14 + std::log2(2 * 2.0 / (4 + 3)), 1e-9);

  const auto key = keyness(text, {true, false}, 1, job_);
  EXPECT_GT(std::find_if(key.begin(), key.end(), [](const auto& one) { return one.word == "york"; })->log_likelihood, 0);
  EXPECT_LT(std::find_if(key.begin(), key.end(), [](const auto& one) { return one.word == "a"; })->log_likelihood, 0);
  EXPECT_THROW(keyness(text, all, 1, job_), core::Error);
}

TEST(CollocatesOfParts, WhatIsLeftOfAWordIsNoWordBesideIt) {
  test::TemporaryFolder folder;
  test::write_file(folder / "c/a.txt", "the whale\xe2\x80\x99s tail, two whales swim, bewhale'd men, a whale. The whale' s end");
  test::open_corpus(folder / "c", folder / "w.corpuscope");
  const CorpusText text(folder / "w.corpuscope");
  core::Job job;
  auto matches = all_places(text, parse_query("\"whale\""), job);
  ASSERT_EQ(matches.size(), 5u);
  std::map<std::string, std::int64_t> beside;
  for (const auto& one : collocates(text, matches, {true}, {1, 1, 1}, job)) beside[one.word] = one.together;
  const std::map<std::string, std::int64_t> expected = {{"the", 3},  {"tail", 1}, {"two", 1}, {"swim", 2}, {"men", 1}, {"a", 1}, {"s", 1}};
  EXPECT_EQ(beside, expected);
}

TEST(AssociationScores, AgreeWithTheirDefinitions) {
  // G2 of [[10, 90], [20, 880]]: 2 * sum O ln(O / E), by hand.
  const double expected = 2 * (10 * std::log(10 / 3.0) + 90 * std::log(90 / 97.0) + 20 * std::log(20 / 27.0) + 880 * std::log(880 / 873.0));
  EXPECT_NEAR(log_likelihood(10, 90, 20, 880), expected, 1e-9);
  EXPECT_NEAR(log_likelihood(10, 90, 90, 810), 0, 1e-9);
  EXPECT_DOUBLE_EQ(log_dice(5, 5, 5), 14);
}

}  // namespace
}  // namespace corpuscope::explore
