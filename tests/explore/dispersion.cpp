// Where something stands in each document, against counting by hand; tables as they leave.
#include "explore/dispersion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "explore/corpus.h"
#include "explore/word_tables.h"

namespace corpuscope::explore {
namespace {

class Dispersed : public testing::Test {
 protected:
  std::filesystem::path open(const std::map<std::string, std::string>& texts) {
    for (const auto& [name, text] : texts) test::write_file(folder_ / "c" / name, text);
    test::open_corpus(folder_ / "c", folder_ / "w.corpuscope");
    return folder_ / "w.corpuscope";
  }

  core::Job job_;

 private:
  test::TemporaryFolder folder_;
};

// Word by word with the plain rules, for texts of letters and spaces alone.
std::vector<std::int64_t> places_by_hand(const std::string& text, const std::string& wanted, std::int64_t* words) {
  std::vector<std::int64_t> places;
  std::istringstream in(text);
  *words = 0;
  for (std::string word; in >> word; ++*words)
    if (word == wanted) places.push_back(*words);
  return places;
}

TEST_F(Dispersed, DispersionAgreesWithCountingByHand) {
  std::mt19937 random(5);
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 7; ++i) {
    std::string& text = texts[std::to_string(i) + ".txt"];
    const auto size = 50 + random() % 400;
    for (std::size_t w = 0; w < size; ++w) {
      if (random() % 100 < unsigned(i) * 3)
        text += "whale";
      else
        text += char('b' + random() % 20);
      text += random() % 9 ? ' ' : '\n';
    }
  }
  const auto file = open(texts);
  const CorpusText text(file);
  const auto found = dispersion(text, all_places(text, parse_query("\"whale\" word:yes"), job_), std::vector<bool>(7, true), job_);
  ASSERT_EQ(found.documents.size(), 7u);
  std::vector<double> words, places;
  for (const auto& one : found.documents) {
    std::int64_t counted = 0;
    const auto expected = places_by_hand(texts.at(text.documents()[one.document].name), "whale", &counted);
    EXPECT_EQ(one.words, counted);
    std::vector<std::int64_t> given;
    for (const auto& place : one.places) given.push_back(place.word);
    EXPECT_EQ(given, expected);
    EXPECT_DOUBLE_EQ(one.per_million(), double(expected.size()) * 1e6 / double(counted));
    words.push_back(double(counted));
    places.push_back(double(expected.size()));
  }
  const double all_words = std::accumulate(words.begin(), words.end(), 0.0), all_places = std::accumulate(places.begin(), places.end(), 0.0);
  double deviation = 0;
  for (std::size_t i = 0; i < words.size(); ++i) deviation += std::fabs(words[i] / all_words - places[i] / all_places);
  ASSERT_TRUE(found.deviation);
  EXPECT_NEAR(*found.deviation, deviation / 2, 1e-12);
  EXPECT_GT(*found.deviation, 0.1);

  const auto none = dispersion(text, {}, std::vector<bool>(7, true), job_);
  EXPECT_FALSE(none.deviation);
  EXPECT_EQ(dispersion_table(text, none, Shown::holding).rows.size(), 0u);
  EXPECT_EQ(dispersion_table(text, none, Shown::all).rows.size(), 7u);
}

// Gries 2008, section 3: five equal parts; a word in one of them has 0.8, one that is in each alike has 0.
TEST_F(Dispersed, DeviationOfProportionsRunsFromEvenToOnePlace) {
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 5; ++i) texts[std::to_string(i) + ".txt"] = i == 2 ? "even a b c once\n" : "even a b c d\n";
  const CorpusText text(open(texts));
  const auto deviation = [&](const char* query) {
    return *dispersion(text, all_places(text, parse_query(query), job_), std::vector<bool>(5, true), job_).deviation;
  };
  EXPECT_NEAR(deviation("\"even\""), 0, 1e-12);
  EXPECT_NEAR(deviation("\"once\""), 0.8, 1e-12);
}

TEST_F(Dispersed, DispersionStopsWhenItIsCancelled) {
  const CorpusText text(open({{"a.txt", "one two three"}}));
  core::Job job;
  job.cancel();
  EXPECT_THROW(dispersion(text, {}, {true}, job), core::Cancelled);
}

TEST(Tables, AreOrderedByAnyColumnAndLeaveAsCsv) {
  const Table table{{{"word", "Word", ""}, {"log_dice", "logDice", ""}}, {{{"b, c"}, {0.1}}, {{"a"}, {7.0}}, {{"d"}, {0.1}}}};
  EXPECT_EQ(column_named(table, "LogDice"), 1u);
  EXPECT_EQ(column_named(table, "nothing"), 2u);
  EXPECT_EQ(table_order(table, 0, false), (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(table_order(table, 1, true), (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(table_order(table, 1, false), (std::vector<std::uint32_t>{0, 2, 1}));
  EXPECT_EQ(table_csv(table), "word,log_dice\n\"b, c\",0.1\na,7\nd,0.1\n");
}

}  // namespace
}  // namespace corpuscope::explore
