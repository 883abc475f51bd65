// Rows outside, heads inside: each rank sees all rows of its heads, and each row's outputs come back to its owner.
#include "parallel/head_exchange.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "parallel/ranks.h"

namespace corpuscope::parallel {
namespace {

using test::on_ranks;

constexpr int head_dim = 3;

float number(std::int64_t row, int head, int i) { return float(row * 1000 + head * 10 + i); }

std::vector<float> numbers(const Part& rows, int heads, float sign = 1) {
  std::vector<float> x;
  for (std::int64_t row = rows.begin; row < rows.end; ++row)
    for (int head = 0; head < heads; ++head)
      for (int i = 0; i < head_dim; ++i) x.push_back(sign * number(row, head, i));
  return x;
}

struct Case {
  std::int64_t rows;
  int heads, kv_heads;
};

constexpr Case cases[] = {{1, 1, 1}, {1, 4, 2}, {2, 6, 3}, {5, 6, 2}, {33, 6, 6}, {100, 8, 2}, {64, 12, 1}, {7, 3, 3}};

TEST(HeadExchange, EachRankHasAllRowsOfItsHeadsAndGetsItsRowsBack) {
  on_ranks({1, 2, 3, 4, 7}, [](Collective& self) {
    for (const Case& c : cases) {
      SCOPED_TRACE(testing::Message() << c.rows << " rows, " << c.heads << " heads, rank " << self.rank());
      HeadExchange exchange(self, c.heads, c.kv_heads, head_dim);
      const Part mine = exchange.rows(c.rows);
      const auto q = numbers(mine, c.heads), k = numbers(mine, c.kv_heads, -1), v = numbers(mine, c.kv_heads, 2);
      std::vector<float> out(q.size(), NAN), lse(q.size());
      const auto heads = exchange.heads();
      const int shared = c.heads / c.kv_heads;
      const int kv_begin = heads.begin / shared, kv_end = heads.count() > 0 ? (heads.end - 1) / shared + 1 : kv_begin;
      const auto inside = [&](const float* q, const float* k, const float* v, float* out, float*) {
        for (std::int64_t row = 0; row < c.rows; ++row) {
          for (int head = heads.begin; head < heads.end; ++head)
            for (int i = 0; i < head_dim; ++i) {
              ASSERT_EQ(*q++, number(row, head, i));
              *out++ = number(row, head, i) + 0.5f;
            }
          for (int head = kv_begin; head < kv_end; ++head)
            for (int i = 0; i < head_dim; ++i) {
              ASSERT_EQ(*k++, -number(row, head, i));
              ASSERT_EQ(*v++, 2 * number(row, head, i));
            }
        }
      };
      exchange.attend(c.rows, q.data(), k.data(), v.data(), out.data(), lse.data(), inside);
      for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], q[i] + 0.5f) << i;
    }
  });
}

// Queries and outputs cross once, keys and values to each rank that has a head of theirs.
TEST(HeadExchange, WhatIsSentForARowIsWhatTheReadmeSays) {
  on_ranks({2, 4}, [](Collective& self) {
    const std::int64_t rows = 64;
    const int heads = 8, kv_heads = 4;
    HeadExchange exchange(self, heads, kv_heads, head_dim);
    const Part mine = exchange.rows(rows);
    const auto q = numbers(mine, heads), k = numbers(mine, kv_heads), v = numbers(mine, kv_heads);
    std::vector<float> out(q.size()), lse(q.size());
    const std::int64_t before = self.bytes_sent();
    exchange.attend(rows, q.data(), k.data(), v.data(), out.data(), lse.data(),
                    [](const float*, const float*, const float*, float*, float*) {});
    const std::int64_t others = self.size() - 1;
    EXPECT_EQ(self.bytes_sent() - before,
              rows * 2 * (heads + kv_heads) * head_dim * 4 * others / (self.size() * self.size()));
  });
}

}  // namespace
}  // namespace corpuscope::parallel
