#include "explore/passages.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "explore/corpus.h"
#include "explore/figures.h"
#include "explore/made_up_run.h"
#include "explore/open_stages.h"

namespace corpuscope::explore {
namespace {

class PassagesTest : public testing::Test {
 protected:
  void open() {
    test::open_corpus(place_ / "corpus", place_ / "w.corpuscope");
    workspace_.emplace(workspace::Workspace::open(place_ / "w.corpuscope"));
  }

  test::TemporaryFolder place_;
  std::optional<workspace::Workspace> workspace_;
};

TEST_F(PassagesTest, EveryTokenHasItsPlaceAndItsText) {
  test::write_file(place_ / "corpus/a.txt", "first line\r\nsecond — line 大きさ\rthird 👩‍👩‍👧\n\n\tlast");
  test::write_file(place_ / "corpus/b.txt", "\n\nother\n");
  open();
  Passages passages(*workspace_);
  for (const auto& document : workspace_->documents()) {
    const auto text = workspace_->text(document.id);
    std::string joined;
    for (std::int64_t i = 0; i < document.tokens; ++i) {
      const auto token = document.first_token + i;
      const auto place = passages.place(token);
      EXPECT_EQ(place.name, document.name);
      EXPECT_EQ(place.offset, std::int64_t(joined.size()));
      EXPECT_EQ(text.substr(std::size_t(place.offset), std::size_t(place.length)), passages.token_text(token));
      for (std::int64_t byte = place.offset; byte < place.offset + place.length; ++byte)
        EXPECT_EQ(passages.token_at(document.id, byte), token);
      joined += passages.token_text(token);
    }
    EXPECT_EQ(joined, text);
    const auto separator = document.first_token + document.tokens;
    EXPECT_EQ(passages.token_text(separator), "");
    EXPECT_EQ(passages.place(separator).offset, document.text_bytes);
    EXPECT_EQ(passages.place(separator).length, 0);
  }
  EXPECT_THROW(passages.place(workspace_->summary().tokens), core::Error);
  EXPECT_THROW(passages.place(-1), core::Error);
  EXPECT_THROW(passages.token_text(workspace_->summary().tokens), core::Error);
  EXPECT_THROW(passages.document(12345), core::Error);
}

TEST_F(PassagesTest, PlacesCountLinesAndCharacters) {
  test::write_file(place_ / "corpus/a.txt", "ä\r\nöü x\ry\n");
  open();
  Passages passages(*workspace_);
  const auto document = workspace_->documents().front();
  const auto x = passages.place_in(document.id, 9, 1);  // behind ä, two of line end, ö, ü and a space
  EXPECT_EQ(x.line, 2);
  EXPECT_EQ(x.column, 4);
  EXPECT_EQ(passages.place_in(document.id, 11, 1).line, 3);
}

TEST_F(PassagesTest, ConcordanceStaysInItsLineAndKeepsCharactersWhole) {
  test::write_file(place_ / "corpus/a.txt", "above\n大きさ the\twhite whale 大きさ swims\nbelow\n");
  open();
  Passages passages(*workspace_);
  const auto document = workspace_->documents().front();
  const auto text = workspace_->text(document.id);
  const workspace::Hit hit{document.id, std::int64_t(text.find("white")), 5, 0};
  auto line = passages.concordance(hit, 100);
  EXPECT_EQ(line.before, "大きさ the ");
  EXPECT_EQ(line.hit, "white");
  EXPECT_EQ(line.after, " whale 大きさ swims");
  EXPECT_EQ(line.place.line, 2);
  EXPECT_EQ(line.place.column, 9);
  line = passages.concordance(hit, 8);
  EXPECT_EQ(line.after, " whale 大");
  EXPECT_EQ(passages.concordance({document.id, 10'000, 5, 0}, 8).hit, "");
}

TEST_F(PassagesTest, SnippetsAreOneLineOfTheirDocument) {
  test::write_file(place_ / "corpus/a.txt", "one two\n\n   three \x1b[31m four\n");
  test::write_file(place_ / "corpus/b.txt", "elsewhere");
  open();
  Passages passages(*workspace_);
  EXPECT_EQ(passages.snippet(0, 100, 100), "one two three [31m four");
  const auto second = workspace_->documents()[1];
  EXPECT_EQ(passages.snippet(second.first_token, 100, 100), "elsewhere");
}

TEST_F(PassagesTest, SurprisingPassagesAreTheBestThatDoNotOverlap) {
  std::mt19937 random(5);
  for (int i = 0; i < 12; ++i) {
    std::string text;
    for (int word = 0; word < 40 * i; ++word) text += "word" + std::to_string(random() % 100) + (word % 9 ? " " : "\n");
    test::write_file(place_ / ("corpus/" + std::to_string(i) + ".txt"), text + "end é\n");
  }
  open();
  std::vector<float> surprisal(std::size_t(workspace_->summary().tokens));
  for (auto& value : surprisal) value = float(random() % 4096) / 256;
  const auto run = test::add_run(*workspace_, surprisal);
  surprisal = workspace_->surprisal(run, 0, std::int64_t(surprisal.size()));  // as it is kept

  constexpr std::int64_t window = 64;
  for (const bool most : {true, false}) {
    // Every window there is, best first; then each that overlaps no better one.
    std::vector<std::pair<double, std::int64_t>> windows;
    for (const auto& document : workspace_->documents())
      for (std::int64_t first = 0; first + window <= document.tokens; first += window / 4) {
        double sum = 0;
        for (std::int64_t i = 0; i < window; ++i) sum += surprisal[std::size_t(document.first_token + first + i)];
        windows.emplace_back((most ? -sum : sum) / window, document.first_token + first);
      }
    std::sort(windows.begin(), windows.end());
    std::vector<std::int64_t> expected;
    for (const auto& [rank, first] : windows)
      if (expected.size() < 10 && std::none_of(expected.begin(), expected.end(), [&](auto other) {
            return std::abs(other - first) < window;
          }))
        expected.push_back(first);

    const auto found = surprising_passages(*workspace_, run, most, 10, window);
    ASSERT_EQ(found.size(), 10u);
    Passages passages(*workspace_);
    for (std::size_t i = 0; i < found.size(); ++i) {
      // A short document may be in between; all whole windows come in this order.
      if (found[i].count < window) continue;
      EXPECT_EQ(found[i].first, expected[i]);
      EXPECT_EQ(found[i].place.offset, passages.place(found[i].first).offset);
      EXPECT_TRUE(found[i].text.starts_with(passages.token_text(found[i].first)));
    }
  }
  EXPECT_TRUE(surprising_passages(*workspace_, run, true, 0).empty());
  EXPECT_THROW(surprising_passages(*workspace_, run + 1, true, 3), core::Error);
}

TEST_F(PassagesTest, FiguresCountTheBytesThatWereRead) {
  test::write_file(place_ / "corpus/a.txt", "some text to read\n");
  test::write_file(place_ / "corpus/b.txt", "some more\n");
  open();
  const auto tokens = std::size_t(workspace_->summary().tokens);
  const auto whole = run_figures(*workspace_, *workspace_->run(test::add_run(*workspace_, std::vector<float>(tokens, 2.f))));
  EXPECT_EQ(whole.text_bytes, 28);
  EXPECT_NEAR(whole.bits_per_token, 2, 1e-3);
  EXPECT_NEAR(whole.bits_per_byte, 2. * double(tokens) / 28, 1e-3);
  const auto second = workspace_->documents()[1];
  const auto part =
      run_figures(*workspace_, *workspace_->run(test::add_run(*workspace_, std::vector<float>(std::size_t(second.first_token + 1), 1.f))));
  EXPECT_EQ(part.text_bytes, 18 + Passages(*workspace_).place(second.first_token).length);
}

TEST(EncodedInParts, GivesTheTokensOfTheWhole) {
  const auto tokenizer = tokens::Tokenizer::load(resource("tokenizer/default.model"));
  std::mt19937 random(3);
  const std::string alphabet[] = {" ", " ", "  ", "\n", "\t", "a", "word", "ing", "(", "0", "12", "é", "大", "\r\n", "_"};
  std::string text;
  while (text.size() < (5u << 20)) text += alphabet[random() % std::size(alphabet)];
  text += std::string(3 << 20, 'x') + std::string(3 << 20, ' ') + "end";
  std::int64_t bytes = 0;
  std::mutex mutex;
  const auto parts = encode_text(
      tokenizer, text, [] { return false; },
      [&](std::int64_t done) {
        std::lock_guard lock(mutex);
        bytes += done;
      });
  EXPECT_EQ(bytes, std::int64_t(text.size()));
  EXPECT_EQ(parts, tokenizer.encode(text));
  EXPECT_THROW(encode_text(tokenizer, text, [] { return true; }, [](std::int64_t) {}), core::Cancelled);
}

// One that is read in pieces: words, then so many characters without any place to cut, then blanks.
TEST(EncodedInParts, ALargeDocumentHasTheTokensOfTheWhole) {
  const test::TemporaryFolder place;
  std::mt19937 random(5);
  std::string text;
  while (text.size() < (9u << 20)) text.append(random() % 9 ? "some " : "\nwords").append(std::to_string(random() % 5));
  for (int i = 0; i < (5 << 20); ++i) text += "é";
  text += std::string(10 << 20, ' ') + "end";
  test::write_file(place / "corpus/large.txt", text);
  test::write_file(place / "corpus/small.txt", "small\n");
  test::open_corpus(place / "corpus", place / "w.corpuscope");
  const auto workspace = workspace::Workspace::open(place / "w.corpuscope");
  const auto tokenizer = tokens::Tokenizer::load(resource("tokenizer/default.model"));
  const auto document = workspace.documents()[0];
  EXPECT_TRUE(workspace.tokens(0, document.tokens) == tokenizer.encode(text));
  EXPECT_EQ(workspace.summary().tokens, document.tokens + 1 + std::int64_t(tokenizer.encode("small\n").size()) + 1);
}

}  // namespace
}  // namespace corpuscope::explore
