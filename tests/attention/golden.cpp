// The golden cases, by the reference and by every kernel that this processor runs, on 1, 2 and 5 threads.
#include <gtest/gtest.h>

#include "attention/kernel.h"
#include "cases.h"
#include "core/parallel.h"

namespace corpuscope::attention::test {
namespace {

struct Tolerance {
  double output = 1e-5, gradient = 1e-5;
};

void compare(const std::filesystem::path& folder, const Result& r, const Tolerance& tolerance) {
  EXPECT_LE(distance(r.out, floats(folder / "out.bin")), tolerance.output) << folder.filename();
  EXPECT_LE(distance(r.lse, floats(folder / "lse.bin")), tolerance.output) << folder.filename();
  EXPECT_LE(distance(r.dq, floats(folder / "dq.bin")), tolerance.gradient) << folder.filename();
  EXPECT_LE(distance(r.dk, floats(folder / "dk.bin")), tolerance.gradient) << folder.filename();
  EXPECT_LE(distance(r.dv, floats(folder / "dv.bin")), tolerance.gradient) << folder.filename();
}

bool large_logits(const std::filesystem::path& folder) { return folder.filename() == "case_large_logits"; }

Tolerance float32_tolerance(const std::filesystem::path& folder) {
  // Scores of several hundred leave only a few digits of their softmax in float32.
  return large_logits(folder) ? Tolerance{1e-4, 1e-4} : Tolerance{};
}

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(corpuscope::test::source_folder() / "tests/golden/attention"))
    folders.push_back(entry.path());
  return folders;
}

// Calls body(case) with every kernel forced, on several numbers of threads.
template <typename Body>
void with_every_kernel(const Body& body) {
  for (const std::string& name : kernel_names())
    for (const int threads : {1, 2, 5}) {
      SCOPED_TRACE(name + " on " + std::to_string(threads) + " threads");
      force_kernel(name);
      core::set_threads(threads);
      for (const auto& folder : cases()) body(folder);
    }
  force_kernel("");
  core::set_threads(0);
}

TEST(Golden, Reference) {
  ASSERT_GE(cases().size(), 20u);
  for (const auto& folder : cases())
    if (const Problem p = golden(folder); p.shape.length <= 512)
      compare(folder, reference_run(p), float32_tolerance(folder));
}

TEST(Golden, EveryKernel) {
  with_every_kernel([](const auto& folder) { compare(folder, run(golden(folder)), float32_tolerance(folder)); });
}

// The exact results are of the unrounded inputs, so rounding them counts as well. Scores of several hundred have errors
// of about one then: such a softmax is another one.
TEST(Golden, EveryKernelInBf16) {
  with_every_kernel([](const auto& folder) {
    if (!large_logits(folder)) compare(folder, run_bf16(golden(folder)), {1e-2, 2e-2});
  });
}

}  // namespace
}  // namespace corpuscope::attention::test
