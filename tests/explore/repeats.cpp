#include "explore/repeats.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "core/error.h"
#include "explore/corpus.h"
#include "explore/made_up_run.h"
#include "explore/similar.h"
#include "explore/twists.h"

namespace corpuscope::explore {
namespace {

// Words that follow no pattern, so that nothing repeats but what a test plants.
std::string words(std::mt19937& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string word;
    for (int letter = 0; letter < 6; ++letter) word += char('a' + random() % 26);
    text += word + (i % 12 == 11 ? "\n" : " ");
  }
  return text;
}

class RepeatsTest : public testing::Test {
 protected:
  void open() {
    test::open_corpus(place_ / "corpus", place_ / "w.corpuscope");
    workspace_.emplace(workspace::Workspace::open(place_ / "w.corpuscope"));
  }
  Repeats repeats(const RepeatSettings& settings) {
    core::Job job;
    return find_repeats(*workspace_, settings, job);
  }
  test::TemporaryFolder place_;
  std::optional<workspace::Workspace> workspace_;
  std::mt19937 random_{4};
};

TEST_F(RepeatsTest, EveryPlaceOfATextIsFoundAndItsBytesAreTheSame) {
  const std::string quoted = words(random_, 60), other = words(random_, 30);
  test::write_file(place_ / "corpus/a.txt", words(random_, 80) + "\n" + quoted + "\n" + words(random_, 50));
  test::write_file(place_ / "corpus/b.txt", words(random_, 20) + "\n" + quoted + "\n" + words(random_, 50) + "\n" +
                                                other + "\n" + words(random_, 9) + "\n" + other);
  test::write_file(place_ / "corpus/c.txt", words(random_, 7) + "\n" + quoted + "\n" + words(random_, 5));
  open();
  const Repeats found = repeats({});
  ASSERT_EQ(found.found, 2);
  EXPECT_EQ(found.shown[0].first.size(), 3u);
  EXPECT_EQ(found.shown[1].first.size(), 2u);
  EXPECT_GT(found.tokens, 2 * found.shown[0].count);
  Passages passages(*workspace_);
  const RepeatView view = view_repeat(*workspace_, passages, found.shown[0], 0, 10);
  ASSERT_EQ(view.places.size(), 3u);
  EXPECT_EQ(view.places[0].name, "a.txt");
  EXPECT_EQ(view.places[1].name, "b.txt");
  EXPECT_EQ(view.places[2].name, "c.txt");
  EXPECT_NE(view.text.find(quoted.substr(20, 300)), std::string::npos);
  EXPECT_EQ(view.bits_first, -1);

  RepeatSettings settings;
  settings.between_documents = true;
  EXPECT_EQ(repeats(settings).found, 1);
  settings.min_tokens = int(found.shown[0].count) + 1;
  EXPECT_EQ(repeats(settings).found, 0);
  settings = {};
  settings.most = 1;
  EXPECT_EQ(repeats(settings).shown.size(), 1u);
  EXPECT_EQ(repeats(settings).found, 2);
}

TEST_F(RepeatsTest, WhatLiesInALongerOneIsNotToldAgain) {
  const std::string whole = words(random_, 100);
  const std::string part = whole.substr(whole.size() / 3, whole.size() / 3);
  test::write_file(place_ / "corpus/a.txt", words(random_, 30) + "\n" + whole);
  test::write_file(place_ / "corpus/b.txt", whole + "\n" + words(random_, 30));
  open();
  EXPECT_EQ(repeats({}).found, 1);
  test::write_file(place_ / "corpus/c.txt", words(random_, 10) + "\n" + part);  // now it stands alone, too
  open();
  EXPECT_EQ(repeats({}).found, 2);
}

TEST_F(RepeatsTest, WhenThereAreTooManyTheShortestGo) {
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(words(random_, 20 + 2 * i));
  for (int file = 0; file < 2; ++file) {
    std::string all;
    for (const auto& text : texts) all += text + "\n" + words(random_, 3) + "\n";
    test::write_file(place_ / ("corpus/" + std::to_string(file) + ".txt"), all);
  }
  open();
  const auto whole = repeats({});
  EXPECT_EQ(whole.found, 40);
  RepeatSettings settings;
  settings.most_places = 40;
  const auto cut = repeats(settings);
  EXPECT_GT(cut.shortest, settings.min_tokens);
  ASSERT_GE(cut.found, 10);
  ASSERT_LE(cut.found, 25);
  for (std::size_t i = 0; i < cut.shown.size(); ++i) {
    EXPECT_EQ(cut.shown[i].count, whole.shown[i].count);
    EXPECT_EQ(cut.shown[i].first, whole.shown[i].first);
  }
}

TEST_F(RepeatsTest, BitsOfTheFirstPlaceAndOfTheOthers) {
  const std::string quoted = words(random_, 40);
  test::write_file(place_ / "corpus/a.txt", quoted);
  test::write_file(place_ / "corpus/b.txt", words(random_, 20) + "\n" + quoted);
  open();
  const auto found = repeats({});
  ASSERT_EQ(found.found, 1);
  std::vector<float> bits(std::size_t(workspace_->summary().tokens), 1.F);
  for (std::int64_t i = 0; i < found.shown[0].count; ++i) bits[std::size_t(found.shown[0].first[0] + i)] = 9;
  Passages passages(*workspace_);
  const auto view = view_repeat(*workspace_, passages, found.shown[0], test::add_run(*workspace_, bits), 5);
  EXPECT_NEAR(view.bits_first, 9, 0.01);
  EXPECT_NEAR(view.bits_again, 1, 0.01);
}

// A function copied with a name changed throughout and one other word changed once.
class TwistsTest : public RepeatsTest {
 protected:
  static constexpr const char* code =
      "int sum_of_prices(const std::vector<Item>& items, int discount) {\n  int total = 0;\n"
      "  for (const Item& item : items) {\n    if (item.price < 0) continue;\n    total += item.price * "
      "item.count;\n  }\n"
      "  if (discount > total) discount = total;\n  log_sum(total, items.size());\n  return total - "
      "discount;\n}\n\nint count_of(const std::vector<Item>& items) {\n  return int(items.size());\n}\n";
  static std::string changed(std::string text, const std::string& from, const std::string& to, bool once = false) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
      if (once) break;
    }
    return text;
  }
  static TwistSettings settings(std::int64_t run, double bits, bool lone = true) {
    TwistSettings settings;
    settings.run = run;
    settings.least_bits = bits;
    settings.lone = lone;
    return settings;
  }
  Twists twists(const TwistSettings& settings) {
    core::Job job;
    return find_twists(*workspace_, settings, job);
  }
};

TEST_F(TwistsTest, TheWordThatDiffersOnceIsFoundWithItsPlaces) {
  test::write_file(place_ / "corpus/a.cpp", "// first\n" + std::string(code));
  const std::string copy = changed(changed(code, "price", "weight"), "return total", "return count", true);
  test::write_file(place_ / "corpus/b.cpp", "#include <map>\n\n" + copy);
  open();
  const auto lone = twists(settings(0, 6));
  ASSERT_EQ(lone.shown.size(), 1u);
  EXPECT_EQ(lone.shown[0].earlier_text, "total");
  EXPECT_EQ(lone.shown[0].later_text, "count");
  EXPECT_EQ(lone.shown[0].earlier_place.name, "a.cpp");
  EXPECT_EQ(lone.shown[0].later_place.name, "b.cpp");
  EXPECT_EQ(lone.shown[0].earlier_place.line, 10);
  EXPECT_EQ(lone.shown[0].later_place.line, 11);
  const auto all = twists(settings(0, 6, false));
  std::multiset<std::string> later;
  for (const auto& twist : all.shown) later.insert(twist.later_text);
  EXPECT_TRUE(later.contains("count"));
  EXPECT_GE(later.size(), 3u);

  // The model decides by what it charges.
  std::vector<float> bits(std::size_t(workspace_->summary().tokens), 1.F);
  bits[std::size_t(lone.shown[0].later.first)] = 11;
  const auto run = test::add_run(*workspace_, bits);
  const auto dear = twists(settings(run, 6, false));
  ASSERT_EQ(dear.shown.size(), 1u);
  EXPECT_EQ(dear.shown[0].later_text, "count");
  EXPECT_NEAR(dear.shown[0].bits, 11, 0.02);
  EXPECT_LT(dear.shown[0].bits_around, 2);
  // Slips are told whatever they cost: "total" stays elsewhere, and "count" has another place in the copy.
  const auto slips = twists(settings(run, 12, false));
  ASSERT_EQ(slips.shown.size(), 1u);
  EXPECT_TRUE(slips.shown[0].slip());
  EXPECT_THROW(twists(settings(run + 1, 6)), core::Error);
}

// "total" stays everywhere but in one place, "discount" becomes "rebate" everywhere but in one: the two slips.
// "price" is renamed throughout, "0" is a number: neither is one.
TEST_F(TwistsTest, AnExceptionFromWhatTheCopyDoesElsewhereIsASlip) {
  test::write_file(place_ / "corpus/a.cpp", "// first\n" + std::string(code));
  std::string copy =
      changed(changed(changed(code, "price", "weight"), "discount", "rebate"), "return total", "return items", true);
  copy = changed(copy, "rebate = total", "discount = total", true);
  copy = changed(copy, "total = 0", "total = 7", true);
  test::write_file(place_ / "corpus/b.cpp", "#include <map>\n\n" + copy);
  open();
  TwistSettings slips = settings(0, 6);
  slips.slips = true;
  const auto found = twists(slips);
  ASSERT_EQ(found.shown.size(), 2u);
  std::map<std::string, const Twist*> by_word;
  for (const auto& twist : found.shown) by_word[twist.later_text] = &twist;
  ASSERT_TRUE(by_word.contains("items") && by_word.contains("discount"));
  const Twist& exchanged = *by_word["items"];
  EXPECT_EQ(exchanged.earlier_text, "total");
  EXPECT_EQ(exchanged.expected_text, "total");
  EXPECT_EQ(exchanged.expected, 5);
  EXPECT_GT(exchanged.for_others, 0);
  EXPECT_EQ(exchanged.later_place.line, 11);
  const Twist& forgotten = *by_word["discount"];
  EXPECT_EQ(forgotten.earlier_text, "discount");
  EXPECT_EQ(forgotten.expected_text, "rebate");
  EXPECT_EQ(forgotten.expected, 3);
  EXPECT_EQ(forgotten.later_place.line, 9);
  EXPECT_EQ(forgotten.earlier_place.line, 8);
}

class SimilarTest : public RepeatsTest {};

TEST_F(SimilarTest, FindsWhatSharesTheWordsAndNotTheSelectionItself) {
  const std::string whales =
      "The harpooneer lowered the whaleboat beside the whale and threw the harpoon into its flank.\n";
  const std::string other = "A harpoon thrown from the whaleboat by the harpooneer missed the whale and its flank.\n";
  test::write_file(place_ / "corpus/a.txt", words(random_, 300) + "\n" + whales + words(random_, 300));
  test::write_file(place_ / "corpus/b.txt", words(random_, 300) + "\n" + other + words(random_, 300));
  test::write_file(place_ / "corpus/c.txt", words(random_, 600));
  open();
  const CorpusText text(place_ / "w.corpuscope");
  Passages passages(*workspace_);
  const auto document = workspace_->documents()[0];
  const auto offset = workspace_->text(document.id).find(whales);
  const auto first = passages.token_at(document.id, std::int64_t(offset));
  const auto end = passages.token_at(document.id, std::int64_t(offset + whales.size()));
  const TextSelection selection = selection_of(text, passages, {first, end - first});
  core::Job job;
  const auto found = more_like(text, selection, 10, job);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(text.documents()[found[0].document].name, "b.txt");
  for (const auto& one : found) {
    const bool own = one.document == selection.document && one.first < selection.first + selection.bytes &&
                     selection.first < one.first + one.bytes;
    EXPECT_FALSE(own);
  }
  EXPECT_LE(more_like(text, selection, 1, job).size(), 1u);
  EXPECT_TRUE(more_like(text, {2, 0, 0}, 10, job).empty());
  EXPECT_THROW(selection_of(text, passages, {document.first_token, document.tokens + 10}), core::Error);
}

TEST(TellingWords, AreEachOnceAndTheMostFrequentFirst) {
  const auto words = telling_words("The whale, the WHALE and a harpooneer of whale oil");
  ASSERT_FALSE(words.empty());
  EXPECT_EQ(words[0], "whale");
  EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(), words.size());
  EXPECT_EQ(std::count(words.begin(), words.end(), "the"), 0);
  std::string many;
  for (int i = 0; i < 500; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_EQ(telling_words(many).size(), most_similar_words);
}

}  // namespace
}  // namespace corpuscope::explore
