// corpuscope-extract PARSER SECONDS MEMORY TEXT PARENT: takes a file apart in a process that may crash. File on
// standard input, records (helper_protocol.h) on standard output. Started by the program itself; see helper.h.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "text/helper/parsers.h"

namespace {

using namespace corpuscope::text;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool under_address_sanitizer = true;  // which reserves terabytes of addresses
#else
constexpr bool under_address_sanitizer = false;
#endif

void limit(__rlimit_resource resource, std::int64_t most) {
  const rlimit both{rlim_t(most), rlim_t(most)};
  setrlimit(resource, &both);
}

void confine(std::int64_t seconds, std::int64_t memory, std::int64_t text, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // the one who asked is gone already
  signal(SIGXFSZ, SIG_IGN);           // an error of write says it
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, seconds);
  limit(RLIMIT_FSIZE, text + (1 << 20));
  limit(RLIMIT_NOFILE, 32);
  if (!under_address_sanitizer) limit(RLIMIT_AS, memory);
}

std::string read_input() {
  std::string bytes;
  char piece[65536];
  while (true) {
    const auto count = read(STDIN_FILENO, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::runtime_error("the file cannot be passed on");
    if (count == 0) return bytes;
    bytes.append(piece, std::size_t(count));
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::string parser = count == 6 ? arguments[1] : "";
  if (parser != "pdf" && parser != "mail") {
    std::fputs("corpuscope-extract is started by corpuscope itself.\n", stderr);
    return 2;
  }
  const auto text = std::atoll(arguments[4]);
  confine(std::atoll(arguments[2]), std::atoll(arguments[3]), text, pid_t(std::atoll(arguments[5])));
  Output output(text);
  try {
    try {
      const auto bytes = read_input();
      parser == "pdf" ? put_pdf(bytes, output) : put_mail(bytes, output);
    } catch (const std::bad_alloc&) {
      output.put(RecordKind::error, "takes too much memory to read");
    } catch (const std::exception& error) {
      output.put(RecordKind::error, error.what());
    }
    output.put(RecordKind::done, "");
  } catch (const std::exception&) {
    return 1;
  }
  // Not through the libraries' own clearing up: what was found is written.
  _exit(0);
}
