#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "core/error.h"
#include "support.h"
#include "tokens/tokenizer.h"

namespace corpuscope {
namespace {

const tokens::Tokenizer& tokenizer() {
  static const auto loaded = tokens::Tokenizer::load(test::source_folder() / "resources/tokenizer/default.model");
  return loaded;
}

std::string surfaces(const std::vector<std::int32_t>& tokens) {
  std::string sum;
  for (const auto token : tokens) sum += tokenizer().surface(token);
  return sum;
}

// Says where the first difference is, since printing two books helps nobody.
void expect_lossless(const std::string& text) {
  const auto encoded = tokenizer().encode(text);
  const auto decoded = tokenizer().decode(encoded);
  if (decoded != text) {
    const auto [in, out] = std::mismatch(text.begin(), text.end(), decoded.begin(), decoded.end());
    FAIL() << "differs at byte " << in - text.begin() << " of " << text.size() << ": "
           << testing::PrintToString(std::string(in, in + std::min<std::ptrdiff_t>(40, text.end() - in)));
  }
  EXPECT_EQ(surfaces(encoded), text);
  EXPECT_THAT(encoded, testing::Not(testing::Contains(tokenizer().separator())));
}

class HardText : public testing::TestWithParam<std::string> {};

TEST_P(HardText, ComesBackByteForByte) {
  const std::string hard = GetParam();
  expect_lossless(hard);
  expect_lossless(" " + hard);
  expect_lossless("word" + hard + "word " + hard + " word");
  expect_lossless(hard + hard + "\n" + hard);
}

INSTANTIATE_TEST_SUITE_P(All, HardText,
                         testing::Values("", " ", "  ", "   a   ", "\n", "\r\n", "\r", "\t\t \t", "\n\n\n\n    x",
                                         std::string(1000, ' '), std::string(70, '\n') + std::string(70, '\t'), "▁",
                                         "▁▁", " ▁ ▁", "▁the", "the▁", "a▁b▁ c", "<s>", "</s>", "<unk>", "<pad>",
                                         "<0x0A>", "<0xZZ>", "⁇", " ⁇ ", std::string(1, '\0'),
                                         std::string("a\0b\0 c", 6), "\xEF\xBF\xBD", "\xEF\xBB\xBF start",
                                         "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBE",
                                         "e\xCC\x81 o\xCC\x88\xCC\x84", "\xC3\xA9", "ﬁ ＡＢ ½ Ⅷ",
                                         "\xC2\xA0\xE3\x80\x80\xE2\x80\xA8", "日本語の文章です。",
                                         "🏳️‍🌈👩‍👩‍👧", "مرحبا بالعالم", "\x01\x02\x7F", "\v\f",
                                         "١٢٣ 456", "\xE2\x80\x8B\xE2\x80\x8D\xE2\x81\xA0", std::string(500, 'x')));

TEST(Tokenizer, KeepsEvenBytesThatAreNoText) {
  for (const std::string bytes : {"\x80", "\xFF\xFE", "\xE2\x96", "a\xC3", "\xED\xA0\x80 x", "\xF8\x88\x80\x80\x80"})
    expect_lossless(bytes);
}

// Characters that trouble tokenizers, at random.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> nasty = {
      "▁",   " ",    "  ",  "\n", "\r", "\t", "<s>", "</s>", "<0x41>", "\xCC\x81", "\xEF\xBF\xBD",
      "the", " the", "ing", "_",  "(",  ");", "0",   "é",    "—"};
  const auto character = [&](std::uint32_t code) {
    std::string out;
    if (code < 0x80) {
      out = {char(code)};
    } else if (code < 0x800) {
      out = {char(0xC0 | code >> 6), char(0x80 | (code & 63))};
    } else if (code < 0x10000) {
      out = {char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 63)), char(0x80 | (code & 63))};
    } else {
      out = {char(0xF0 | code >> 18), char(0x80 | (code >> 12 & 63)), char(0x80 | (code >> 6 & 63)),
             char(0x80 | (code & 63))};
    }
    return out;
  };
  const std::vector<std::uint32_t> limits = {0x7F, 0x7F, 0x7FF, 0x2FFF, 0xD7FF, 0x10FFFF};
  std::string text;
  const int parts = int(random() % 60);
  const int kind = int(random() % 3);
  for (int i = 0; i < parts; ++i) {
    if (kind == 0 || (kind == 1 && random() % 2)) {
      text += nasty[random() % nasty.size()];
    } else {
      auto code = std::uint32_t(random() % (limits[random() % limits.size()] + 1));
      if (code >= 0xD800 && code <= 0xDFFF) code = 0x2581;
      text += character(code);
    }
  }
  return text;
}

TEST(Tokenizer, LosesNothingOfRandomText) {
  std::mt19937 random(20);
  for (int i = 0; i < 20'000; ++i) {
    const auto text = random_text(random);
    const auto encoded = tokenizer().encode(text);
    ASSERT_EQ(tokenizer().decode(encoded), text) << "text " << i;
    ASSERT_EQ(surfaces(encoded), text) << "text " << i;
  }
}

TEST(Tokenizer, SeparatorIsOutsideOfEveryText) {
  EXPECT_EQ(tokenizer().surface(tokenizer().separator()), "");
  EXPECT_EQ(tokenizer().decode(std::vector{tokenizer().separator()}), "");
}

TEST(Tokenizer, RefusesTokensThatItDoesNotHave) {
  EXPECT_THROW(tokenizer().surface(-1), core::Error);
  EXPECT_THROW(tokenizer().surface(tokenizer().size()), core::Error);
}

TEST(Tokenizer, RefusesWhatIsNoModel) {
  EXPECT_THROW(tokens::Tokenizer::from_bytes(""), core::Error);
  EXPECT_THROW(tokens::Tokenizer::from_bytes("no model at all"), core::Error);
  EXPECT_THROW(tokens::Tokenizer::from_bytes(tokenizer().model().substr(0, 5000)), core::Error);
  EXPECT_THROW(tokens::Tokenizer::load("/nowhere/x.model"), core::Error);
}

// A workspace may come from anybody, and its tokenizer with it.
TEST(Tokenizer, DamagedModelsAreRefusedOrLoseNothing) {
  const auto model = tokenizer().model();
  const std::string text = "The  quick\tbrown fox;\n\xF0\x9F\xA6\x8A 0x1F \xE2\x96\x81 é\n";
  std::mt19937 random(12);
  int refused = 0;
  for (int round = 0; round < 120; ++round) {
    std::string damaged = model;
    // Every other time near an end: the header's and the trainer's fields lie there.
    const auto within = round % 2 ? damaged.size() : std::size_t(400);
    for (auto changes = 1 + random() % 8; changes > 0; --changes) {
      const auto at = random() % within;
      damaged[round % 4 == 2 ? damaged.size() - 1 - at : at] = char(random());
    }
    if (round % 10 == 9) damaged.resize(random() % damaged.size());
    try {
      const auto loaded = tokens::Tokenizer::from_bytes(damaged);
      ASSERT_EQ(loaded.decode(loaded.encode(text)), text) << round;
    } catch (const core::Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(Tokenizer, GivesItsModelBack) {
  const auto again = tokens::Tokenizer::from_bytes(tokenizer().model());
  EXPECT_EQ(again.size(), tokenizer().size());
  EXPECT_EQ(again.encode("It was the best of times"), tokenizer().encode("It was the best of times"));
}

TEST(Tokenizer, ManyThreadsGiveTheSame) {
  std::mt19937 random(3);
  std::vector<std::string> texts(500);
  std::vector<std::vector<std::int32_t>> alone;
  for (auto& text : texts) {
    text = random_text(random) + " and some words that come again";
    alone.push_back(tokenizer().encode(text));
  }
  const auto fresh = tokens::Tokenizer::from_bytes(tokenizer().model());
  std::vector<int> wrong(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto at = (i * 7 + t * 61) % texts.size();
        wrong[t] += fresh.encode(texts[at]) != alone[at];
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

// The library alone would need hours for these.
TEST(Tokenizer, EnormousLinesTakeLinearTime) {
  std::string words, letters, marks;
  std::mt19937 random(4);
  while (words.size() < 5'000'000) words += std::to_string(random()) + "the word";
  letters.assign(1'000'000, 'a');
  for (int i = 0; i < 100'000; ++i) marks += "日▁é)";
  for (const auto& line : {words, letters, marks}) expect_lossless(line);
}

TEST(Tokenizer, LosesNothingOfTheSharedTexts) {
  const auto shared = test::shared_folder();
  if (!shared) GTEST_SKIP() << "the shared texts are not here";
  int texts = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*shared / "corpora")) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    expect_lossless(test::read_file(entry.path()));
    ++texts;
  }
  EXPECT_GT(texts, 30);
}

}  // namespace
}  // namespace corpuscope
