// A training that is killed or runs out of disk goes on as if nothing had happened.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <sstream>
#include <thread>

#include "core/error.h"
#include "core/parallel.h"
#include "model/decoder.h"
#include "support.h"
#include "training/checkpoint.h"
#include "training/tiny.h"

namespace corpuscope::training {
namespace {

namespace fs = std::filesystem;
using corpuscope::test::read_file, corpuscope::test::write_file;

class Robust : public testing::Test {
 protected:
  Robust() { core::set_threads(1); }

  fs::path operator/(const std::string& name) const { return folder_ / name; }

  void run(const fs::path& folder, std::int64_t steps = 200, std::int64_t stop_at = 0) {
    Settings settings = test::settings(steps);
    settings.checkpoint_every = 7;
    core::Job job;
    const auto report = [&](const Step& step) {
      if (step.step == stop_at) job.cancel();
    };
    try {
      train(*parallel::alone(), test::tiny(), settings, {test::counting(2000)}, {test::counting(100)}, folder, report,
            job);
    } catch (const core::Cancelled&) {
    }
  }

  // Runs `body` in a process of its own, where it may be killed or denied; gives its process.
  template <typename Body>
  pid_t start(Body body) {
    const pid_t child = fork();
    if (child == 0) {
      int status = 0;
      try {
        body();
      } catch (const core::Error& error) {
        status = error.remedy().empty() ? 2 : 1;
      } catch (...) {
        status = 3;
      }
      _exit(status);
    }
    return child;
  }

  static int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  corpuscope::test::TemporaryFolder folder_;
};

// Without the rate, which is a matter of the machine.
std::string losses(const fs::path& folder) {
  std::ifstream log(folder / "log.csv");
  std::string all;
  for (std::string line; std::getline(log, line);) {
    std::vector<std::string> fields{""};
    for (const char c : line) c == ',' ? fields.emplace_back() : fields.back() += c, void();
    all += fields.at(0) + ' ' + fields.at(1) + ' ' + fields.at(2) + ' ' + fields.at(3) + ' ' + fields.at(5) + '\n';
  }
  return all;
}

TEST_F(Robust, KilledAtAnyMomentItEndsAsAnUndisturbedOne) {
  const auto since = std::chrono::steady_clock::now();
  run(*this / "whole");
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - since);
  std::mt19937 random(5);
  int kills = 0;
  for (int round = 0; round < 200; ++round) {
    const pid_t child = start([&] { run(*this / "killed"); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % std::uint64_t(whole.count() / 12)));
    kill(child, SIGKILL);
    const int status = status_of(child);
    if (status == 0) break;
    ASSERT_EQ(status, -SIGKILL);
    ++kills;
    if (fs::exists(*this / "killed/checkpoint.safetensors")) {
      EXPECT_TRUE(load(*this / "killed/checkpoint.safetensors", test::tiny()).has_value());
    }
  }
  run(*this / "killed");
  EXPECT_GE(kills, 5);
  EXPECT_EQ(losses(*this / "killed"), losses(*this / "whole"));
  for (const char* file : {"model.safetensors", "checkpoint.safetensors", "config.json"})
    EXPECT_TRUE(read_file(folder_.path() / "killed" / file) == read_file(folder_.path() / "whole" / file)) << file;
}

// A kill between the last checkpoint and the model that belongs to it.
TEST_F(Robust, AFinishedTrainingMakesGoodAMissingModel) {
  run(*this / "m", 20);
  const std::string model = read_file(*this / "m/model.safetensors");
  fs::remove(*this / "m/model.safetensors");
  run(*this / "m", 20);
  EXPECT_TRUE(read_file(*this / "m/model.safetensors") == model);
}

TEST_F(Robust, ALogThatWasCutInALineIsMendedFromTheCheckpoint) {
  run(*this / "whole", 20);
  run(*this / "cut", 20, 14);
  const std::string log = read_file(*this / "cut/log.csv");
  write_file(*this / "cut/log.csv", log + "15,2.1,0.1,0.1,9,\n1");
  run(*this / "cut", 20);
  std::istringstream lines(losses(*this / "cut"));
  std::string line;
  std::getline(lines, line);
  for (int step = 1; step <= 20; ++step) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(std::stoi(line), step);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

// Every file of the folder is kept as it was or is whole, wherever the disk ends; with room again it goes on.
TEST_F(Robust, AFullDiskIsSaidAndTheLastCheckpointStays) {
  run(*this / "whole", 40);
  run(*this / "before", 40, 14);
  const auto largest = rlim_t(fs::file_size(*this / "before/checkpoint.safetensors"));
  for (const rlim_t room : {rlim_t(0), rlim_t(100), rlim_t(1500), largest / 10, largest / 2, largest - 1}) {
    SCOPED_TRACE(room);
    fs::remove_all(*this / "full");
    fs::copy(*this / "before", *this / "full");
    const int status = status_of(start([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};  // no file of this process may grow beyond it
      setrlimit(RLIMIT_FSIZE, &limit);
      run(*this / "full", 40);
    }));
    EXPECT_EQ(status, 1);
    const auto kept = load(*this / "full/checkpoint.safetensors", test::tiny());
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->step, 14);
    EXPECT_EQ(model::Decoder::load(*this / "full").config().layers, test::tiny().layers);
    EXPECT_GE(std::ranges::count(read_file(*this / "full/log.csv"), '\n'), 15);
    for (const auto& entry : fs::directory_iterator(*this / "full")) EXPECT_NE(entry.path().extension(), ".part");
    run(*this / "full", 40);
    EXPECT_TRUE(read_file(*this / "full/checkpoint.safetensors") ==
                read_file(*this / "whole/checkpoint.safetensors"));
  }
}

}  // namespace
}  // namespace corpuscope::training
