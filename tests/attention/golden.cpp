// The golden cases, by the reference and by every kernel that this processor runs.
#include <gtest/gtest.h>

#include "attention/kernel.h"
#include "cases.h"

namespace corpuscope::attention::test {
namespace {

void compare(const std::filesystem::path& folder, const Result& r) {
  // Scores of several hundred leave only a few digits of their softmax in float32.
  const double tolerance = folder.filename() == "case_large_logits" ? 1e-4 : 1e-5;
  EXPECT_LE(distance(r.out, floats(folder / "out.bin")), tolerance) << folder.filename();
  EXPECT_LE(distance(r.lse, floats(folder / "lse.bin")), tolerance) << folder.filename();
  EXPECT_LE(distance(r.dq, floats(folder / "dq.bin")), tolerance) << folder.filename();
  EXPECT_LE(distance(r.dk, floats(folder / "dk.bin")), tolerance) << folder.filename();
  EXPECT_LE(distance(r.dv, floats(folder / "dv.bin")), tolerance) << folder.filename();
}

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(corpuscope::test::source_folder() / "tests/golden/attention"))
    folders.push_back(entry.path());
  return folders;
}

TEST(Golden, Reference) {
  ASSERT_GE(cases().size(), 20u);
  for (const auto& folder : cases())
    if (const Problem p = golden(folder); p.shape.length <= 512) compare(folder, reference_run(p));
}

TEST(Golden, EveryKernel) {
  for (const std::string& name : kernel_names()) {
    SCOPED_TRACE(name);
    force_kernel(name);
    for (const auto& folder : cases()) compare(folder, run(golden(folder)));
  }
  force_kernel("");
}

}  // namespace
}  // namespace corpuscope::attention::test
