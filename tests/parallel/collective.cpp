#include "parallel/collective.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "parallel/ranks.h"

namespace corpuscope::parallel {
namespace {

using test::on_ranks;

TEST(Collective, EachRankGetsWhatWasSentToItAlsoNothing) {
  on_ranks({1, 2, 3, 7}, [](Collective& self) {
    // Rank i sends 1000 i + j to rank j, i + 2 j times; nothing from 0 to 0.
    std::vector<std::vector<float>> sent(std::size_t(self.size()));
    for (int to = 0; to < self.size(); ++to)
      sent[std::size_t(to)].assign(std::size_t(self.rank() + 2 * to), float(1000 * self.rank() + to));
    const std::int64_t before = self.bytes_sent();
    const auto received = self.all_to_all(sent);
    ASSERT_EQ(int(received.size()), self.size());
    std::int64_t bytes = 0;
    for (int from = 0; from < self.size(); ++from) {
      EXPECT_EQ(received[std::size_t(from)],
                std::vector<float>(std::size_t(from + 2 * self.rank()), float(1000 * from + self.rank())));
      if (from != self.rank()) bytes += 4 * (self.rank() + 2 * from);
    }
    EXPECT_EQ(self.bytes_sent() - before, bytes);
  });
}

TEST(Collective, GatherScatterReduceBroadcast) {
  on_ranks({1, 2, 3, 5, 7}, [](Collective& self) {
    const int ranks = self.size();
    const float mine = float(self.rank() + 1), sum = float(ranks * (ranks + 1) / 2);
    std::vector<float> values(7, mine);  // no multiple of most rank counts
    self.all_reduce(values);
    EXPECT_EQ(values, std::vector<float>(7, sum));
    std::vector<float> none;
    self.all_reduce(none);
    std::vector<float> all(std::size_t(2 * ranks));
    self.all_gather(std::vector<float>{mine, -mine}, all);
    for (int i = 0; i < ranks; ++i) EXPECT_EQ(all[std::size_t(2 * i + 1)], -float(i + 1));
    std::vector<float> part(2);
    self.reduce_scatter(all, part);
    EXPECT_EQ(part[0], float(ranks) * mine);
    for (int root = 0; root < ranks; ++root) {
      std::vector<float> word(3, mine);
      self.broadcast(word, root);
      EXPECT_EQ(word, std::vector<float>(3, float(root + 1)));
    }
    self.barrier();
  });
}

// Replicas of a model must not drift apart: the sums are the same to the last bit on every rank.
TEST(Collective, ASumHasTheSameBitsOnAllRanks) {
  on_ranks({2, 3, 7}, [](Collective& self) {
    std::vector<float> values(1001);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = std::sin(float(i) * 1.7f + float(self.rank())) * std::pow(10.f, float(self.rank() * 2));
    self.all_reduce(values);
    std::vector<float> all(values.size() * std::size_t(self.size()));
    self.all_gather(values, all);
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], values[i % values.size()]);
  });
}

TEST(Collective, SplitMakesGroupsInTheOrderOfTheRanks) {
  on_ranks({1, 2, 4, 5, 6}, [](Collective& self) {
    const int group = self.rank() % 2;
    const auto part = self.split(group);
    EXPECT_EQ(part->rank(), self.rank() / 2);
    EXPECT_EQ(part->size(), (self.size() + 1 - group) / 2);
    std::vector<float> sum(1, float(self.rank()));
    for (int times = 0; times <= group; ++times) {  // the groups need not keep step
      part->all_reduce(sum);
      EXPECT_EQ(sum[0], float(std::pow(part->size(), times) * part->size() * (part->size() - 1 + group)));
    }
    const auto alone = part->split(part->rank());
    EXPECT_EQ(alone->size(), 1);
    std::vector<float> all(1, 1);
    self.all_reduce(all);
    EXPECT_EQ(all[0], float(self.size()));
  });
}

TEST(Collective, AWrongNumberOfPartsIsAnError) {
  on_ranks({1, 3}, [](Collective& self) {
    EXPECT_THROW(self.all_to_all(std::vector<std::vector<float>>(std::size_t(self.size() + 1))), core::Error);
  });
}

}  // namespace
}  // namespace corpuscope::parallel
