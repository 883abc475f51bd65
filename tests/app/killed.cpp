// kill -9 in the middle of opening: finished afterwards, the workspace holds what an undisturbed one holds.
#include <gtest/gtest.h>

#include <random>

#include "app/program.h"
#include "explore/corpus.h"

namespace corpuscope {
namespace {

using Clock = std::chrono::steady_clock;

void write_large_corpus(const std::filesystem::path& folder) {
  test::write_corpus(folder, 300);
  std::mt19937 random(3);
  for (int file = 0; file < 3; ++file) {
    std::string text;
    while (text.size() < 2'000'000)
      text.append("w").append(std::to_string(random() % 90'000)).append(random() % 12 ? " " : ".\n");
    test::write_file(folder / ("long" + std::to_string(file) + ".txt"), text);
  }
}

TEST(Killed, OpeningGoesOnToTheSameResult) {
  const test::TemporaryFolder place;
  const auto corpus = place / "corpus";
  write_large_corpus(corpus);
  const auto command = [&](const char* workspace) {
    return test::Words{"open", corpus, "-w", place / workspace, "-q"};
  };
  const auto start = Clock::now();
  ASSERT_EQ(test::run(command("undisturbed")).code, 0);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();

  // An opening that ends before its kill is begun anew with earlier kills: the undisturbed one may have been slowed by
  // whatever else the machine did.
  std::mt19937 random(5);
  std::int64_t latest = std::max<std::int64_t>(whole / 2, 1);
  int killed = 0;
  for (int attempt = 0; killed < 4 && attempt < 60; ++attempt) {
    const std::chrono::microseconds after(std::int64_t(random()) % latest);
    if (test::run_and_signal(command("killed"), after, SIGKILL).code == -SIGKILL) {
      ++killed;
      continue;
    }
    for (const char* part : {"killed", "killed-wal", "killed-shm", "killed.lock"}) std::filesystem::remove(place / part);
    killed = 0;
    latest = std::max<std::int64_t>(latest / 2, 1);
  }
  ASSERT_EQ(killed, 4);
  ASSERT_EQ(test::run(command("killed")).code, 0);
  EXPECT_TRUE(test::state_of(place / "killed") == test::state_of(place / "undisturbed"));
  EXPECT_FALSE(std::filesystem::exists(place / "killed.lock"));
}

}  // namespace
}  // namespace corpuscope
