#pragma once
// The program as a person runs it: its exit code and what it says.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "support.h"

namespace corpuscope::test {

using Words = std::vector<std::string>;

struct Answer {
  int code = -1;  // of the program's end; -signal where a signal ended it
  std::string out, err;
};

// A child that writes into two files and reads nothing. Ended with this object if it still runs.
class Program {
 public:
  explicit Program(const Words& arguments) {
    const std::string binary = CORPUSCOPE_BINARY_DIR "/corpuscope";
    const std::string out = (folder_ / "out").string(), err = (folder_ / "err").string();
    std::vector<char*> words{const_cast<char*>(binary.c_str())};
    for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    id_ = ::fork();
    if (id_ != 0) return;
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    ::execv(binary.c_str(), words.data());
    ::_exit(127);
  }
  ~Program() {
    if (id_ > 0) signal(SIGKILL), wait();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) { ::kill(id_, number); }

  Answer wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_file(folder_ / "out"),
            read_file(folder_ / "err")};
  }

 private:
  TemporaryFolder folder_;
  pid_t id_ = 0;
};

inline Answer run(const Words& arguments) { return Program(arguments).wait(); }

// Whether it does so within a minute.
template <class Condition>
bool comes_true(const Condition& condition) {
  for (int i = 0; i < 60'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return condition();
}

inline Answer run_and_signal(const Words& arguments, std::chrono::microseconds after, int number) {
  Program program(arguments);
  std::this_thread::sleep_for(after);
  program.signal(number);
  return program.wait();
}

}  // namespace corpuscope::test
