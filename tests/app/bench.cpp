// The table of measures: complete, and consistent with the counted pairs. No test here depends on a clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using nlohmann::json;
using test::run;
using test::Words;
using testing::HasSubstr;

const Words small = {"bench",      "attention", "--length", "300,700", "--heads", "4", "--kv-heads", "2", "--head-dim",
                     "16",         "--levels",  "64:1,128:3",          "--repeats", "1", "--dense-length", "100"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Brute force: pairs of one head with offset h mod r.
double pairs(std::int64_t length, std::int64_t segment, std::int64_t dilation, int heads) {
  double count = 0;
  for (int head = 0; head < heads; ++head)
    for (std::int64_t i = 0; i < length; ++i)
      for (std::int64_t j = 0; j <= i; ++j)
        count += i / segment == j / segment && i % segment % dilation == head % dilation &&
                 j % segment % dilation == head % dilation;
  return count;
}

TEST(BenchAttention, EveryRowCountsVisiblePairs) {
  const auto answer = run(with(small, {"--json"}));
  ASSERT_EQ(answer.code, 0) << answer.err;
  const json result = json::parse(answer.out);
  EXPECT_EQ(result["kv_heads"], 2);
  ASSERT_EQ(result["rows"].size(), 2 + 3 * 4);  // two products; two lengths and the dense one
  for (const auto& row : result["rows"]) {
    const std::int64_t length = row["length"];
    const std::string name = row["name"];
    EXPECT_GT(row["seconds"], 0.0);
    EXPECT_NEAR(double(row["flops_per_second"]) * double(row["seconds"]), double(row["flops"]),
                1e-6 * double(row["flops"]));
    if (length == 0) continue;
    const bool dense = name.starts_with("dense");
    const double expected = dense ? pairs(length, length, 1, 4) : pairs(length, 64, 1, 4) + pairs(length, 128, 3, 4);
    EXPECT_EQ(double(row["flops"]), expected * 16 * (name.ends_with("backward") ? 10 : 4)) << row.dump();
    EXPECT_GT(row["share_of_floor"], 0.0);
  }
}

TEST(BenchAttention, TheTableHasALineForEachMeasure) {
  const auto answer = run(with(small, {"--precision", "float32", "--forward-only", "--kernel", "portable", "--no-dense",
                                       "--not-causal", "--threads", "1"}));
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("not causal, 1 thread,"));
  EXPECT_THAT(answer.out, HasSubstr("dilated forward    float32  portable"));
  EXPECT_THAT(answer.out, testing::Not(HasSubstr("backward   ")));
  EXPECT_THAT(answer.out, testing::Not(HasSubstr("dense ")));
}

TEST(BenchAttention, LevelsCanGoOnToTheLength) {
  const auto answer = run(with(small, {"--extend", "--forward-only", "--no-dense", "--json"}));
  ASSERT_EQ(answer.code, 0) << answer.err;
  const double without = 64 * (pairs(300, 64, 1, 4) + pairs(300, 128, 3, 4));
  EXPECT_GT(double(json::parse(answer.out)["rows"][2]["flops"]), without);
}

TEST(BenchAttention, WhatDoesNotFitIntoMemoryIsRefused) {
  const auto answer = run({"bench", "attention", "--length", "1000000000000"});
  EXPECT_EQ(answer.code, 1);
  EXPECT_THAT(answer.err, HasSubstr("--length"));
}

}  // namespace
}  // namespace corpuscope
