#include <gtest/gtest.h>

#include <atomic>

#include "core/error.h"
#include "core/parallel.h"
#include "parallel/ranks.h"

namespace corpuscope::parallel {

void test::on_ranks(std::initializer_list<int> counts, const std::function<void(Collective&)>& body) {
  for (const int ranks : counts) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    run_on_threads(ranks, body);
  }
}

namespace {

// A rank is a thread here; threads within a rank would wait for one another more than work in cases as small as
// these.
class OneThreadARank : public testing::Environment {
 public:
  void SetUp() override { core::set_threads(1); }
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new OneThreadARank);

TEST(Threads, ARankThatFailsEndsAll) {
  EXPECT_THROW(run_on_threads(3,
                              [](Collective& self) {
                                if (self.rank() == 1) throw core::Error("rank 1 has failed");
                                self.barrier();
                                self.barrier();
                              }),
               core::Error);
}

TEST(Threads, ARankThatFailsEndsThoseThatWaitInAnotherGroup) {
  EXPECT_THROW(run_on_threads(4,
                              [](Collective& self) {
                                const auto pair = self.split(self.rank() / 2);
                                if (self.rank() == 3) throw core::Error("rank 3 has failed");
                                if (self.rank() != 1) pair->barrier();  // 2 waits for 3, and 0 for 1, which
                                self.barrier();                         // waits for all
                              }),
               core::Error);
}

TEST(Threads, WhatIsToldIsTheErrorOfTheRankThatFailed) {
  std::atomic<bool> given_up = false;
  try {
    run_on_threads(3, [&](Collective& self) {
      if (self.rank() == 1) {
        given_up.wait(false);
        throw core::Error("rank 1 has failed");
      }
      if (self.rank() == 2) self.barrier();
      given_up = true;
      given_up.notify_all();
      throw AnotherRankFailed();
    });
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_STREQ(error.what(), "rank 1 has failed");
  }
}

}  // namespace
}  // namespace corpuscope::parallel
