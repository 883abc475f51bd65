// Where the model can be computed, and what is said where it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

using nlohmann::json;
using test::run;
using testing::HasSubstr;

json devices() {
  const auto answer = run({"devices", "--json"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  return json::parse(answer.out);
}

TEST(Devices, TheProcessorIsAlwaysThere) {
  const json found = devices();
  ASSERT_GE(found["devices"].size(), 1u);
  EXPECT_EQ(found["devices"][0]["device"], "cpu");
  EXPECT_GT(found["devices"][0]["memory"], 0);
  EXPECT_NE(found["note"], "");
  const auto table = run({"devices"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.out, HasSubstr("cpu "));
  if (found["devices"].size() == 1) {
    EXPECT_EQ(found["automatic"], "cpu");
    EXPECT_THAT(table.out, HasSubstr("no GPU: "));
  }
}

TEST(Devices, WhatIsNotThereIsToldWithTheReason) {
  const auto wrong = run({"bench", "read", "--tokens", "100", "--device", "tpu"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("\"tpu\" is no device"));
  if (devices()["devices"].size() > 1) GTEST_SKIP() << "there is a GPU";
  const auto none = run({"bench", "read", "--tokens", "100", "--device", "gpu"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("no GPU: "));
  EXPECT_THAT(none.err, HasSubstr("cpu"));
}

TEST(BenchRead, CountsTimeStateAndBits) {
  const auto answer = run({"bench", "read", "--tokens", "600,5000", "--device", "cpu", "--json", "--quiet"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  const json rows = json::parse(answer.out)["rows"];
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["tokens"], 600);
  EXPECT_EQ(rows[1]["levels"], 5);  // 512, 1024, 2048, and two more until one covers 5,000
  for (const auto& row : rows) {
    EXPECT_GT(row["seconds"], 0);
    EXPECT_GT(row["state_bytes"], 0);
    EXPECT_GT(row["bits_per_token"], 12.0);  // random tokens of 8,192: more than log2 of that where it guesses
  }
}

}  // namespace
}  // namespace corpuscope
