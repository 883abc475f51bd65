#include "explore/ordered.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

TEST(OrderedWork, IsTakenInOrderWithinTheBudget) {
  std::mt19937 random(1);
  std::vector<std::int64_t> costs(500);
  for (auto& cost : costs) cost = std::int64_t(random() % 100);
  costs[17] = costs[200] = 100'000;  // far above the budget
  std::atomic<std::int64_t> in_between = 0;
  std::int64_t next = 0;
  core::Job job;
  make_and_take<std::int64_t>(
      {500, [&](std::int64_t i) { return costs[std::size_t(i)]; }, 250}, job,
      [&](std::int64_t i, const std::atomic<bool>&) {
        const auto cost = costs[std::size_t(i)], now = in_between += cost;
        EXPECT_LE(now - (now >= 100'000 ? 100'000 : 0), 250);
        return i * i;
      },
      [&](std::int64_t i, std::int64_t&& made) {
        EXPECT_EQ(i, next++);
        EXPECT_EQ(made, i * i);
        in_between -= costs[std::size_t(i)];
      });
  EXPECT_EQ(next, 500);
}

TEST(OrderedWork, AFailureIsThrownAfterWhatCameBefore) {
  for (const bool in_make : {true, false}) {
    std::int64_t taken = 0;
    core::Job job;
    EXPECT_THROW(make_and_take<int>(
                     {100, [](std::int64_t) { return 1; }, 10}, job,
                     [&](std::int64_t i, const std::atomic<bool>&) {
                       if (in_make && i == 40) throw core::Error("broken");
                       return 0;
                     },
                     [&](std::int64_t i, int&&) {
                       if (!in_make && i == 40) throw core::Error("broken");
                       ++taken;
                     }),
                 core::Error);
    EXPECT_EQ(taken, 40);
  }
}

TEST(OrderedWork, StopsWhileAnItemIsStillBeingMade) {
  core::Job job;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    job.cancel();
  });
  EXPECT_THROW(make_and_take<int>(
                   {1, [](std::int64_t) { return 1; }, 10}, job,
                   [](std::int64_t, const std::atomic<bool>& stop) {
                     while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                     return 0;
                   },
                   [](std::int64_t, int&&) {}),
               core::Cancelled);
  later.join();
}

}  // namespace
}  // namespace corpuscope::explore
