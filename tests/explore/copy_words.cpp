#include "explore/copy_words.h"

#include <gtest/gtest.h>

#include <random>

namespace corpuscope::explore {
namespace {

// Two texts of the same words and marks but where one has another word; and which word of the one is which of the
// other.
struct Copies {
  std::string earlier, later;
  std::vector<TextDifference> differences;
  std::vector<std::pair<std::string, std::string>> words;
};

Copies random_copies(std::mt19937& random) {
  const std::string names[] = {"total", "count", "tot", "total_2", "naïve", "x", "int", "county"};
  const std::string marks[] = {" ", "(", ") + ", ";\n", ", ", "->"};
  Copies copies;
  for (int i = 0; i < 60; ++i) {
    const std::string word = names[random() % std::size(names)];
    const std::string other = random() % 4 == 0 ? names[random() % std::size(names)] : word;
    copies.words.emplace_back(word, other);
    // What differs inside of the words: a part in the middle, as tokens may cut it.
    const std::size_t most = std::min(word.size(), other.size());
    std::size_t front = 0, back = 0;
    while (front < most && word[front] == other[front]) ++front;
    while (back < most - front && word[word.size() - 1 - back] == other[other.size() - 1 - back]) ++back;
    if (word != other)
      copies.differences.push_back({copies.earlier.size() + front, copies.earlier.size() + word.size() - back,
                                    copies.later.size() + front, copies.later.size() + other.size() - back});
    const std::string mark = marks[random() % std::size(marks)];
    copies.earlier += word + mark;
    copies.later += other + mark;
  }
  return copies;
}

TEST(CopyWords, EveryWordIsPairedWithTheOneInItsPlace) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const Copies copies = random_copies(random);
    const auto grown = grown_to_words(copies.earlier, copies.later, copies.differences);
    ASSERT_EQ(grown.size(), copies.differences.size());
    const auto pairs = paired_words(copies.earlier, copies.later, grown);
    ASSERT_EQ(pairs.size(), copies.words.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(pairs[i].earlier, copies.words[i].first);
      EXPECT_EQ(pairs[i].later, copies.words[i].second);
      EXPECT_EQ(copies.earlier.substr(pairs[i].earlier_at, pairs[i].earlier.size()), copies.words[i].first);
      EXPECT_EQ(copies.later.substr(pairs[i].later_at, pairs[i].later.size()), copies.words[i].second);
    }
    const Renaming renaming(pairs);
    for (const auto& [word, other] : copies.words) {
      std::map<std::string, int> becomes;
      int times = 0, for_others = 0, most = 0;
      for (const auto& [earlier, later] : copies.words) {
        times += earlier == word && later == other;
        for_others += earlier != word && later == other;
        if (earlier == word && later != other) most = std::max(most, ++becomes[later]);
      }
      EXPECT_EQ(renaming.times(word, other), times);
      EXPECT_EQ(renaming.for_others(word, other), for_others);
      const auto [rule, often] = renaming.rule(word, other);
      EXPECT_EQ(often, most);
      if (most > 0) {
        EXPECT_EQ(becomes[std::string(rule)], most);
      }
    }
  }
}

TEST(CopyWords, WordsOfADifferenceArePairedOnlyWhereThereAreAsMany) {
  const std::string earlier = "f(first, last);", later = "f(first, begin, end);";
  const auto grown = grown_to_words(earlier, later, {{9, 13, 9, 19}});
  const auto pairs = paired_words(earlier, later, grown);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[1].later, "first");
  EXPECT_EQ(count_words(later), 4u);
  EXPECT_EQ(Renaming(pairs).rule("last", "last").second, 0);
}

TEST(CopyWords, TwoDifferencesInOneWordAreOne) {
  const std::string earlier = "x = my_long_name;", later = "x = by_long_fame;";
  const auto grown = grown_to_words(earlier, later, {{4, 5, 4, 5}, {12, 13, 12, 13}});
  ASSERT_EQ(grown.size(), 1u);
  EXPECT_EQ(grown[0].later_begin, 4u);
  EXPECT_EQ(grown[0].later_end, 16u);
}

}  // namespace
}  // namespace corpuscope::explore
