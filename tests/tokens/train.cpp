#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "support.h"
#include "tokens/tokenizer.h"

namespace corpuscope {
namespace {

std::string some_text() {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    std::string word;
    for (int n = i * 7919 % 17576 + 26; n > 0; n /= 5) word += char('a' + n % 26);
    text += "    return " + word + "(" + std::to_string(i) + ")  # the " + word + "s of the cat\n";
  }
  return text;
}

void expect_refused(const std::vector<std::filesystem::path>& files, const std::filesystem::path& model, int pieces,
                    const std::string& reason) {
  core::Job job;
  try {
    tokens::train(files, {.pieces = pieces}, model, job);
    FAIL() << "it was trained";
  } catch (const core::Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(reason));
    EXPECT_NE(error.remedy(), "");
  }
  EXPECT_FALSE(std::filesystem::exists(model));
}

TEST(Train, GivesATokenizerThatLosesNothing) {
  const test::TemporaryFolder folder;
  const auto text = some_text();
  test::write_file(folder / "a.txt", text);
  core::Job job;
  tokens::train({folder / "a.txt"}, {.pieces = 1000}, folder / "x.model", job);
  const auto tokenizer = tokens::Tokenizer::load(folder / "x.model");
  EXPECT_EQ(tokenizer.size(), 1000);
  const auto encoded = tokenizer.encode(text);
  EXPECT_EQ(tokenizer.decode(encoded), text);
  EXPECT_LT(encoded.size(), text.size() * 4 / 5);
  for (const std::string other : {"日本語 </s> ▁ <0x0A>", "\t\tTABS \r\n\r\n", "no word of it"})
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(other)), other);
  EXPECT_EQ(tokenizer.encode("\n        ").size(), 1u) << "newline and indentation are one piece";
  EXPECT_FALSE(std::filesystem::exists(folder / "x.model.part"));
}

TEST(Train, SamplesOfTheSameTextsGiveTheSameModel) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.txt", some_text());
  core::Job job;
  for (const std::string name : {"x.model", "y.model"})
    tokens::train({folder / "a.txt"}, {.pieces = 500, .sample_bytes = 50'000}, folder / name, job);
  EXPECT_TRUE(test::read_file(folder / "x.model") == test::read_file(folder / "y.model"));
}

TEST(Train, SaysWhatIsWrong) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.txt", some_text());
  test::write_file(folder / "empty.txt", "");
  expect_refused({folder / "a.txt"}, folder / "x.model", 60'000, "Vocabulary size too high");
  expect_refused({folder / "a.txt"}, folder / "x.model", 300, "Vocabulary size is smaller");
  expect_refused({folder / "empty.txt"}, folder / "x.model", 600, "no text to learn from");
  expect_refused({}, folder / "x.model", 600, "no text to learn from");
  expect_refused({folder / "missing.txt"}, folder / "x.model", 600, "missing.txt");
  expect_refused({folder / "a.txt"}, folder / "missing" / "x.model", 600, "Cannot write");
}

TEST(Train, StopsWhenCancelled) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.txt", some_text());
  core::Job job;
  job.cancel();
  EXPECT_THROW(tokens::train({folder / "a.txt"}, {}, folder / "x.model", job), core::Cancelled);
}

}  // namespace
}  // namespace corpuscope
