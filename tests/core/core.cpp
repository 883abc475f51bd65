#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.h"
#include "core/job.h"
#include "core/parallel.h"

namespace corpuscope::core {
namespace {

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

TEST(Error, CarriesTheRemedy) {
  const Error error("the file is damaged", "Restore it.");
  EXPECT_STREQ(error.what(), "the file is damaged");
  EXPECT_EQ(error.remedy(), "Restore it.");
}

}  // namespace
}  // namespace corpuscope::core
