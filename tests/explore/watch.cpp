// Changes of files are told, by the system's notices or by looks from time to time.
#include "explore/watch.h"

#include <gtest/gtest.h>

#include <future>

#include "explore/corpus.h"

namespace corpuscope {
namespace {

class Watching : public testing::TestWithParam<int> {
 protected:
  Watching() {
    test::write_file(corpus_ / "a.txt", "one\n");
    test::write_file(corpus_ / "sub/b.txt", "two\n");
    test::open_corpus(corpus_, file_);
  }

  std::future<explore::Changes> next() {
    return std::async(std::launch::async, [this] { return watch_.next(job_); });
  }

  test::TemporaryFolder place_;
  std::filesystem::path corpus_ = place_ / "corpus", file_ = place_ / "corpus/w.corpuscope";
  core::Job job_;
  explore::Watch watch_{file_, GetParam()};
};

TEST_P(Watching, TellsEachChangeOnce) {
  auto first = next();
  test::write_file(corpus_ / "sub/b.txt", "two and more\n");
  auto changes = first.get();
  EXPECT_EQ(changes.changed, 1);
  EXPECT_EQ(changes.first, "sub/b.txt");

  auto second = next();
  test::write_file(corpus_ / "new/deep/c.txt", "three\n");
  changes = second.get();
  EXPECT_EQ(changes.changed, 1);
  EXPECT_EQ(changes.added, 1);

  // In a folder that was not there before.
  auto third = next();
  test::write_file(corpus_ / "new/deep/d.txt", "four\n");
  EXPECT_EQ(third.get().added, 2);

  // Brought up to date, there is nothing; and the workspace that was written in the folder is no change of it.
  test::open_corpus(corpus_, file_);
  watch_.look_again();
  EXPECT_EQ(next().get().files(), 0);
  auto fourth = next();
  std::filesystem::remove(corpus_ / "a.txt");
  EXPECT_EQ(fourth.get().removed, 1);
}

TEST_P(Watching, EndsWhenItIsCancelled) {
  auto waiting = next();
  job_.cancel();
  EXPECT_THROW(waiting.get(), core::Cancelled);
}

// With no more than one folder told of by the system, the others are looked at.
INSTANTIATE_TEST_SUITE_P(Notices, Watching, testing::Values(8192, 1, 0));

}  // namespace
}  // namespace corpuscope
