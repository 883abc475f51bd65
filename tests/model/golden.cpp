#include "model/golden.h"

#include <gtest/gtest.h>

#include "support.h"

namespace corpuscope::model {
namespace {

TEST(Golden, every_array_of_every_model_is_within_tolerance) {
  const auto folders = golden::cases(test::source_folder() / "tests/golden/model", golden::Kind::model);
  EXPECT_EQ(folders.size(), 4u);
  for (const auto& folder : folders)
    for (const auto& comparison : golden::check(folder, golden::Kind::model))
      EXPECT_TRUE(comparison.passed()) << folder.filename() << ": " << comparison.array << " " << comparison.error;
}

}  // namespace
}  // namespace corpuscope::model
