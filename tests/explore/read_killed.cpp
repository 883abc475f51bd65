// kill -9 at random moments, then going on, gives the same bytes as an undisturbed reading.
#include <gtest/gtest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "core/parallel.h"
#include "explore/read_setup.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

constexpr ReadSteps steps{64, 256};
constexpr auto child_variable = "CORPUSCOPE_TEST_READ";  // "workspace|model" for the process that is killed

void read(const std::filesystem::path& file, const std::filesystem::path& model) {
  core::set_threads(1);
  core::Job job;
  read_corpus(file, {model, workspace::Detail::full}, steps, job);
}

// A process of its own: threads do not live through a fork.
pid_t start_child(const std::filesystem::path& file, const std::filesystem::path& model) {
  setenv(child_variable, (file.string() + "|" + model.string()).c_str(), 1);
  const char* arguments[] = {"test_explore", "--gtest_also_run_disabled_tests",
                             "--gtest_filter=ReadKilled.DISABLED_TheProcessThatIsKilled", nullptr};
  pid_t child = 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, const_cast<char**>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  unsetenv(child_variable);
  return failed ? -1 : child;
}

TEST(ReadKilled, DISABLED_TheProcessThatIsKilled) {
  const char* given = std::getenv(child_variable);
  if (!given) GTEST_SKIP() << "started by the test that kills it";
  const std::string names = given;
  read(names.substr(0, names.find('|')), names.substr(names.find('|') + 1));
}

TEST(ReadKilled, TwentyTimesGivesTheSameBytes) {
  test::TemporaryFolder folder;
  write_model(folder / "tiny", tiny_config());
  constexpr std::int64_t length = 8001;
  write_corpus(folder / "a.corpuscope", length);
  write_corpus(folder / "b.corpuscope", length);
  const auto start = std::chrono::steady_clock::now();
  read(folder / "a.corpuscope", folder / "tiny");
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::mt19937 random(std::random_device{}());
  std::uniform_real_distribution<double> moment(0, std::max(0.1, whole / 8));
  int killed = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = start_child(folder / "b.corpuscope", folder / "tiny");
    ASSERT_GT(child, 0);
    std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
  }
  EXPECT_GT(killed, 5);
  {
    const auto workspace = workspace::Workspace::open(folder / "b.corpuscope");
    if (!workspace.runs().empty()) RecordProperty("done_when_killed", std::to_string(workspace.runs()[0].done));
  }
  read(folder / "b.corpuscope", folder / "tiny");
  EXPECT_TRUE(stored_results(folder / "a.corpuscope") == stored_results(folder / "b.corpuscope"));
}

}  // namespace
}  // namespace corpuscope::explore
