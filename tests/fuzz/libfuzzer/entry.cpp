// One program a target of ../targets.cpp: fuzz_<target> [folder of inputs]. Without inputs it begins with the
// target's own sound ones. PDF and mail are parsed in this process here, so that libFuzzer sees where they lead.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "fuzz/libfuzzer/seeded.h"
#include "fuzz/targets.h"
#include "text/helper/parsers.h"

namespace {

using namespace corpuscope;

const fuzz::Target& target() {
  const auto& all = fuzz::targets();
  static const auto found =
      std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == FUZZ_TARGET; });
  return *found;
}

void parse_here(std::string_view bytes) {
  static const int nowhere = dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);  // where the records go
  if (nowhere < 0) std::abort();
  text::Output output(4 << 20);
  try {
    target().name == "pdf" ? text::put_pdf(bytes, output) : text::put_mail(bytes, output);
  } catch (const std::exception&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  if (target().in_helper) {
    parse_here(input);
    return 0;
  }
  const auto fault = fuzz::fault_in_reading(target().file, target().bytes(input));
  if (fault.empty()) return 0;
  std::fprintf(stderr, "%s\n", fault.c_str());
  std::abort();
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return fuzz::seed_or_mutation(target().seeds, data, size, most, seed);
}
