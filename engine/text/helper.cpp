#include "text/helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/error.h"

namespace corpuscope::text {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_memory = std::int64_t(2) << 30;

[[noreturn]] void fail(const std::string& doing, int error) {
  throw core::Error("the helper process cannot " + doing + ": " + std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

int memory_file(const char* name) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0) fail("be given memory", errno);
  return file;
}

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("be given the file", errno);
    bytes.remove_prefix(std::size_t(count));
  }
  if (lseek(file, 0, SEEK_SET) != 0) fail("be given the file", errno);
}

std::string read_all(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) fail("give its result", errno);
  std::string bytes(std::size_t(status.st_size), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const auto count = pread(file, bytes.data() + at, bytes.size() - at, off_t(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("give its result", errno);
    at += std::size_t(count);
  }
  return bytes;
}

double seconds_of(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; }

// The running helper: at the latest when this goes, it is gone.
class Helper {
 public:
  Helper(const fs::path& program, const std::vector<std::string>& arguments, int input, int output) {
    std::vector<char*> pointers;
    for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    char language[] = "LC_ALL=C.UTF-8";
    char* environment[] = {language, nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);  // databases, sockets: none of its business
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int error = posix_spawn(&process_, program.c_str(), &actions, &attributes, pointers.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) fail("be started", error);
  }

  ~Helper() {
    if (running_) {
      kill(process_, SIGKILL);
      wait();
    }
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  // Its exit status as waitpid gives it. Throws what the allowance's poll throws, and after `seconds` core::Error.
  int finish(double seconds, Allowance& allowance) {
    const Descriptor process(int(syscall(SYS_pidfd_open, process_, 0)));
    rusage used{};
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (true) {
      pollfd watched{process.get(), POLLIN, 0};
      if (process.get() < 0) usleep(2000);  // a kernel from before 2019
      if (::poll(&watched, 1, process.get() < 0 ? 0 : 40) > 0 || process.get() < 0)
        if (wait4(process_, &status_, WNOHANG, &used) == process_) break;
      allowance.poll();
      if (std::chrono::steady_clock::now() > end) throw core::Error("takes too long to read");
    }
    running_ = false;
    allowance.spend(seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
    return status_;
  }

 private:
  void wait() {
    while (waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
    running_ = false;
  }

  pid_t process_ = 0;
  int status_ = 0;
  bool running_ = true;
};

std::string reason_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "damaged (its reader ended too early)";
  if (WIFEXITED(status)) return "damaged (its reader failed)";
  if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL) return "takes too long or too much memory to read";
  return "damaged (its reader crashed: " + std::string(strsignal(WTERMSIG(status))) + ")";
}

}  // namespace

fs::path helper_program() {
  const std::string name = "corpuscope-extract";
  std::error_code error;
  const auto here = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> places;
  if (!error)
    for (const char* folder : {".", "../libexec/corpuscope", "../lib/corpuscope"})
      places.push_back((here / folder / name).lexically_normal());
  places.emplace_back(CORPUSCOPE_BUILT_HELPER);
  for (const auto& place : places)
    if (access(place.c_str(), X_OK) == 0) return place;
  return {};
}

std::vector<Record> run_helper(const std::string& parser, std::string_view bytes, Allowance& allowance) {
  const auto program = helper_program();
  if (program.empty())
    throw core::Error("the program corpuscope-extract is missing", "Put it beside the program, or build it.");
  const Descriptor input(memory_file("corpuscope-input")), output(memory_file("corpuscope-output"));
  write_all(input.get(), bytes);
  const auto seconds = std::max<std::int64_t>(1, std::int64_t(allowance.seconds_left()));
  const auto memory = most_memory + 8 * std::int64_t(bytes.size());
  const auto text = std::min(allowance.expandable() + (1 << 20), most_memory);
  std::vector<Record> records;
  {
    Helper helper(program,
                  {program.string(), parser, std::to_string(seconds), std::to_string(memory), std::to_string(text),
                   std::to_string(getpid())},
                  input.get(), output.get());
    const int status = helper.finish(double(seconds) * 10, allowance);  // ten: where the machine is busy
    records = unpacked(read_all(output.get()));
    if (records.empty() || records.back().kind != RecordKind::done) throw core::Error(reason_of(status));
  }
  records.pop_back();
  for (const auto& record : records) {
    if (record.kind == RecordKind::error) throw core::Error(record.bytes);
    allowance.expand(std::int64_t(record.bytes.size()));
  }
  return records;
}

}  // namespace corpuscope::text
