// One sequence over several ranks equals one rank, whatever the pattern, the length and the number of ranks.
#include "parallel/sequence_attention.h"

#include <gtest/gtest.h>

#include "attention/cases.h"
#include "core/error.h"

namespace corpuscope::parallel {
namespace {

using attention::test::Problem;
using attention::test::Result;

Result run_split(const Problem& p, int ranks, std::int64_t* most_sent = nullptr) {
  Result whole{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(p.shape.length * p.shape.heads)),
               std::vector<float>(p.q.size()), std::vector<float>(p.k.size()), std::vector<float>(p.k.size())};
  std::vector<std::int64_t> sent(static_cast<std::size_t>(ranks));
  run_on_threads(ranks, [&](Collective& self) {
    const std::int64_t begin = part_of(p.shape.length, self.rank(), ranks).begin;
    const auto at_q = begin * p.shape.heads * p.shape.head_dim, at_k = begin * p.shape.kv_heads * p.shape.head_dim;
    const auto at_l = begin * p.shape.heads;
    forward(self, p.settings, p.shape, p.q.data() + at_q, p.k.data() + at_k, p.v.data() + at_k, whole.out.data() + at_q,
            whole.lse.data() + at_l);
    backward(self, p.settings, p.shape, p.q.data() + at_q, p.k.data() + at_k, p.v.data() + at_k,
             whole.out.data() + at_q, whole.lse.data() + at_l, p.dout.data() + at_q, whole.dq.data() + at_q,
             whole.dk.data() + at_k, whole.dv.data() + at_k);
    sent[std::size_t(self.rank())] = self.bytes_sent();
  });
  if (most_sent) *most_sent = *std::max_element(sent.begin(), sent.end());
  return whole;
}

void expect_equal(const Result& split, const Result& one) {
  using attention::test::distance;
  EXPECT_LE(distance(split.out, one.out), 1e-5);
  EXPECT_LE(distance(split.lse, one.lse), 1e-5);
  EXPECT_LE(distance(split.dq, one.dq), 1e-5);
  EXPECT_LE(distance(split.dk, one.dk), 1e-5);
  EXPECT_LE(distance(split.dv, one.dv), 1e-5);
}

TEST(SequenceAttention, GoldenCasesOverOneToFourRanks) {
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_folder() / "tests/golden/attention")) {
    const Problem p = attention::test::golden(entry.path());
    const double tolerance = entry.path().filename() == "case_large_logits" ? 1e-4 : 1e-5;
    for (int ranks : {1, 2, 3, 4}) {
      SCOPED_TRACE(entry.path().filename().string() + " over " + std::to_string(ranks));
      const Result r = run_split(p, ranks);
      for (const auto& [ours, name] : {std::pair(&r.out, "out.bin"), {&r.lse, "lse.bin"}, {&r.dq, "dq.bin"},
                                       {&r.dk, "dk.bin"}, {&r.dv, "dv.bin"}})
        EXPECT_LE(attention::test::distance(*ours, attention::test::floats(entry.path() / name)), tolerance) << name;
    }
  }
}

TEST(SequenceAttention, RandomPatternsOverUpToSevenRanks) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    const Problem p = attention::test::problem(attention::test::random_settings(random, false),
                                               attention::test::random_shape(random, 200), unsigned(round));
    expect_equal(run_split(p, 1 + round % 7), attention::test::run(p));
  }
}

// For a fixed ladder of levels a rank sends no more when the sequence is longer.
TEST(SequenceAttention, WhatIsSentDoesNotGrowWithTheLength) {
  std::int64_t shorter = 0, longer = 0;
  for (auto [length, most] : {std::pair(std::int64_t(2048), &shorter), {std::int64_t(8192), &longer}}) {
    const Problem p = attention::test::problem({{{{64, 1}, {256, 4}, {1024, 16}}, pattern::OffsetRule::modulo, true}, 1, {}},
                                               {length, 2, 2, 8}, 1);
    run_split(p, 4, most);
  }
  EXPECT_GT(shorter, 0);
  EXPECT_LE(longer, shorter);
}

TEST(Collective, TheOperationsOverSeveralRanks) {
  for (int ranks : {1, 2, 3, 5})
    run_on_threads(ranks, [&](Collective& self) {
      const float mine = float(self.rank() + 1), sum = float(ranks * (ranks + 1) / 2);
      std::vector<float> values(7, mine);
      self.all_reduce(values);
      EXPECT_EQ(values, std::vector<float>(7, sum));
      std::vector<float> all(std::size_t(2 * ranks));
      self.all_gather(std::vector<float>{mine, -mine}, all);
      for (int i = 0; i < ranks; ++i) EXPECT_EQ(all[std::size_t(2 * i + 1)], -float(i + 1));
      std::vector<float> part(2);
      self.reduce_scatter(all, part);
      EXPECT_EQ(part[0], float(ranks) * mine);
      std::vector<float> word(3, mine);
      self.broadcast(word, ranks - 1);
      EXPECT_EQ(word, std::vector<float>(3, float(ranks)));
      self.barrier();
    });
}

TEST(Collective, ARankThatFailsEndsAll) {
  EXPECT_THROW(run_on_threads(3, [](Collective& self) {
                 if (self.rank() == 1) throw core::Error("rank 1 has failed");
                 self.barrier();
                 self.barrier();
               }),
               core::Error);
}

}  // namespace
}  // namespace corpuscope::parallel
