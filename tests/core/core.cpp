#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/count_text.h"
#include "core/error.h"
#include "core/job.h"
#include "core/parallel.h"

namespace corpuscope::core {
namespace {

TEST(CountText, HasCommasBetweenThousandsAndCountsThings) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(-999), "-999");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(0, "file"), "0 files");
  EXPECT_EQ(counted(2572, "place"), "2,572 places");
}

TEST(Job, CountsAndReportsItsStages) {
  std::vector<Progress> seen;
  Job job([&](const Progress& progress) { seen.push_back(progress); });
  job.begin("reading", "bytes", 10);
  job.advance(4);
  job.advance(6);
  EXPECT_EQ(job.progress().done, 10);
  ASSERT_GE(seen.size(), 2u);  // the start and the end are never left out
  EXPECT_EQ(seen.front().done, 0);
  EXPECT_EQ(seen.back().done, 10);
  EXPECT_EQ(seen.back().unit, "bytes");
}

TEST(Job, CancelIsThrownAndWinsOverPause) {
  Job job;
  EXPECT_NO_THROW(job.poll());
  job.pause();
  std::thread other([&] { job.cancel(); });
  EXPECT_THROW(job.poll(), Cancelled);
  other.join();
}

TEST(Job, PauseHoldsTheWorkerUntilResumed) {
  Job job;
  job.pause();
  std::atomic<bool> passed = false;
  std::thread worker([&] {
    job.poll();
    passed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(passed);
  job.resume();
  worker.join();
  EXPECT_TRUE(passed);
}

TEST(ParallelFor, VisitsEachItemOnceAndPassesAnErrorOn) {
  std::vector<std::atomic<int>> visits(1000);
  parallel_for(1000, [&](std::int64_t i) { ++visits[std::size_t(i)]; });
  for (const auto& count : visits) EXPECT_EQ(count, 1);
  parallel_for(0, [](std::int64_t) { FAIL(); });
  EXPECT_THROW(parallel_for(100, [](std::int64_t i) { if (i == 37) throw Error("thirty-seven"); }), Error);
}

TEST(ParallelFor, NestedAndFromManyThreads) {
  std::atomic<std::int64_t> sum = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller)
    callers.emplace_back([&] {
      set_threads(3);
      for (int round = 0; round < 200; ++round)
        parallel_for(5, [&](std::int64_t i) { parallel_for(3, [&](std::int64_t j) { sum += i * 3 + j; }); });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 6 * 200 * (14 * 15 / 2));
}

TEST(ParallelFor, AnErrorWaitsForWhatIsInHand) {
  set_threads(4);
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> at_work = 0;
    EXPECT_THROW(parallel_for(8,
                              [&](std::int64_t i) {
                                ++at_work;
                                if (i > 1) std::this_thread::sleep_for(std::chrono::microseconds(200));
                                --at_work;
                                if (i == 1) throw Error("one");
                              }),
                 Error);
    EXPECT_EQ(at_work, 0);
  }
  set_threads(0);
}

TEST(ParallelFor, UsesAsManyThreadsAsAsked) {
  set_threads(4);
  std::atomic<int> arrived = 0;
  parallel_for(4, [&](std::int64_t) {  // comes to an end only where all four are at it together
    ++arrived;
    for (int i = 0; i < 20000 && arrived < 4; ++i) std::this_thread::sleep_for(std::chrono::microseconds(500));
  });
  EXPECT_EQ(arrived, 4);
  set_threads(1);
  const auto self = std::this_thread::get_id();
  parallel_for(50, [&](std::int64_t) { EXPECT_EQ(std::this_thread::get_id(), self); });
  set_threads(0);
}

TEST(Error, CarriesTheRemedy) {
  const Error error("the file is damaged", "Restore it.");
  EXPECT_STREQ(error.what(), "the file is damaged");
  EXPECT_EQ(error.remedy(), "Restore it.");
}

}  // namespace
}  // namespace corpuscope::core
