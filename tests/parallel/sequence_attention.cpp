// One sequence over several ranks equals one rank, whatever the pattern, the length and the number of ranks.
#include "parallel/sequence_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "attention/cases.h"
#include "parallel/ranks.h"

namespace corpuscope::parallel {
namespace {

using attention::test::Problem;
using attention::test::Result;
using test::on_ranks;

// All ranks' parts behind one another.
std::vector<float> gathered(Collective& self, const std::vector<float>& part) {
  std::vector<float> whole;
  for (const auto& row : self.all_to_all(std::vector<std::vector<float>>(std::size_t(self.size()), part)))
    whole.insert(whole.end(), row.begin(), row.end());
  return whole;
}

struct Split {
  Result whole;
  std::int64_t bytes_forward = 0, bytes_backward = 0;  // sent by this rank
};

// Each rank sees no more of the inputs than its own positions.
Split run_split(Collective& self, const Problem& p) {
  const Part mine = part_of(p.shape.length, self.rank(), self.size());
  const auto rows = [&](const std::vector<float>& x, int width) {
    return std::vector<float>(x.begin() + mine.begin * width, x.begin() + mine.end * width);
  };
  const int q_width = p.shape.heads * p.shape.head_dim, kv_width = p.shape.kv_heads * p.shape.head_dim;
  const auto q = rows(p.q, q_width), k = rows(p.k, kv_width), v = rows(p.v, kv_width), dout = rows(p.dout, q_width);
  std::vector<float> out(q.size(), NAN), lse(std::size_t(mine.count() * p.shape.heads), NAN),
      dq = out, dk(k.size(), NAN), dv = dk;
  Split split;
  const std::int64_t before = self.bytes_sent();
  forward(self, p.settings, p.shape, q.data(), k.data(), v.data(), out.data(), lse.data());
  split.bytes_forward = self.bytes_sent() - before;
  backward(self, p.settings, p.shape, q.data(), k.data(), v.data(), out.data(), lse.data(), dout.data(), dq.data(),
           dk.data(), dv.data());
  split.bytes_backward = self.bytes_sent() - before - split.bytes_forward;
  split.whole = {gathered(self, out), gathered(self, lse), gathered(self, dq), gathered(self, dk),
                 gathered(self, dv)};
  return split;
}

void expect_equal(const Result& split, const Result& one, double tolerance = 1e-5) {
  using attention::test::distance;
  EXPECT_LE(distance(split.out, one.out), tolerance);
  EXPECT_LE(distance(split.lse, one.lse), tolerance);
  EXPECT_LE(distance(split.dq, one.dq), tolerance);
  EXPECT_LE(distance(split.dk, one.dk), tolerance);
  EXPECT_LE(distance(split.dv, one.dv), tolerance);
}

TEST(SequenceAttention, GoldenCases) {
  const auto cases = corpuscope::test::source_folder() / "tests/golden/attention";
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    SCOPED_TRACE(entry.path().filename().string());
    const Problem p = attention::test::golden(entry.path());
    const auto array = [&](const char* name) { return attention::test::floats(entry.path() / name); };
    const Result exact{array("out.bin"), array("lse.bin"), array("dq.bin"), array("dk.bin"), array("dv.bin")};
    const double tolerance = entry.path().filename() == "case_large_logits" ? 1e-4 : 1e-5;
    on_ranks({1, 2, 3, 4, 7}, [&](Collective& self) { expect_equal(run_split(self, p).whole, exact, tolerance); });
  }
}

// Lengths around the number of ranks, where parts are empty or of one position, and around segments.
TEST(SequenceAttention, EveryRuleAndAnyLength) {
  for (const std::int64_t length : {1, 2, 3, 4, 5, 6, 8, 13, 33, 64, 127, 200})
    for (const auto rule : {pattern::OffsetRule::modulo, pattern::OffsetRule::block, pattern::OffsetRule::both_ends})
      for (const bool causal : {true, false})
        for (const bool staggered : {true, false}) {
          const attention::Settings settings{{{{16, 1}, {32, 2}, {128, 4}}, rule, staggered, causal}, 0.5f, {}};
          const Problem p = attention::test::problem(settings, {length, 4, 2, 6}, unsigned(length));
          SCOPED_TRACE(testing::Message() << pattern::name(rule) << ", length " << length << ", causal " << causal
                                          << ", staggered " << staggered);
          const Result one = attention::test::run(p);
          on_ranks({2, 3, 4, 7}, [&](Collective& self) { expect_equal(run_split(self, p).whole, one); });
        }
}

TEST(SequenceAttention, RandomPatterns) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const Problem p = attention::test::problem(attention::test::random_settings(random, false),
                                               attention::test::random_shape(random, 200), unsigned(round));
    const Result one = attention::test::run(p);
    on_ranks({1 + round % 7}, [&](Collective& self) { expect_equal(run_split(self, p).whole, one); });
  }
}

struct Sent {
  std::int64_t most_forward = 0, most_backward = 0;  // of any rank
  std::int64_t all_forward = 0, all_backward = 0;
};

Sent sent(Collective& self, const Split& split) {
  std::vector<float> each(std::size_t(2 * self.size()));
  self.all_gather(std::vector<float>{float(split.bytes_forward), float(split.bytes_backward)}, each);
  Sent sent;
  for (std::size_t i = 0; i < each.size(); i += 2) {
    const auto forward = std::int64_t(each[i]), backward = std::int64_t(each[i + 1]);
    sent.most_forward = std::max(sent.most_forward, forward);
    sent.most_backward = std::max(sent.most_backward, backward);
    sent.all_forward += forward;
    sent.all_backward += backward;
  }
  return sent;
}

// For a fixed ladder of levels a rank sends no more when the sequence is longer.
TEST(SequenceAttention, WhatIsSentDoesNotGrowWithTheLength) {
  for (const bool causal : {true, false})
    on_ranks({2, 4}, [&](Collective& self) {
      std::int64_t first = 0;
      for (const std::int64_t length : {4096, 8192, 16384}) {
        const attention::Settings settings{
            {{{64, 1}, {256, 4}, {1024, 16}}, pattern::OffsetRule::modulo, true, causal}, 1, {}};
        const Problem p = attention::test::problem(settings, {length, 2, 2, 4}, 1);
        const Sent bytes = sent(self, run_split(self, p));
        if (self.rank() == 0)
          std::printf("%s, %d ranks, %6d positions: a rank sends at most %5d bytes forward, %5d backward\n",
                      causal ? "causal" : "both ways", self.size(), int(length), int(bytes.most_forward),
                      int(bytes.most_backward));
        EXPECT_EQ(bytes.all_backward, 2 * bytes.all_forward);  // keys and values once more, and the gradients back
        EXPECT_GT(bytes.most_forward, 0);
        if (first == 0) first = bytes.most_forward;
        EXPECT_LE(bytes.most_forward, first);
        // No more than the rows of one segment of each level: keys and values of 4 floats of both heads.
        EXPECT_LE(bytes.most_forward, (64 + 256 / 4 + 1024 / 16) * 2 * 4 * 4 * 2);
      }
    });
}

}  // namespace
}  // namespace corpuscope::parallel
