// The list of models: what is at hand, what cannot be used and why, and the check of the memory.
#include "explore/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.h"
#include "core/memory.h"
#include "explore/open.h"
#include "support.h"

namespace corpuscope::explore {
namespace {

class Models : public testing::Test {
 protected:
  Models() { setenv("XDG_DATA_HOME", folder_.path().c_str(), 1); }
  ~Models() override {
    if (before_)
      setenv("XDG_DATA_HOME", before_->c_str(), 1);
    else
      unsetenv("XDG_DATA_HOME");
  }

  static std::optional<std::string> data_home() {
    const char* home = std::getenv("XDG_DATA_HOME");
    return home ? std::optional<std::string>(home) : std::nullopt;
  }

  std::filesystem::path copy_of_pocket(const std::string& name) {
    const auto target = models_folder() / name;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::copy(resource("models/pocket"), target, std::filesystem::copy_options::recursive);
    return target;
  }

  const std::optional<std::string> before_ = data_home();
  test::TemporaryFolder folder_;
};

TEST_F(Models, ThoseThatComeAlongAndThoseThatWereImported) {
  EXPECT_EQ(list_models().size(), 1u);
  copy_of_pocket("mine");
  const auto models = list_models();
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].name, "pocket");
  EXPECT_EQ(models[0].place, "shipped");
  EXPECT_EQ(models[1].name, "mine");
  EXPECT_EQ(models[1].place, "imported");
  for (const auto& model : models) {
    EXPECT_EQ(model.problem, "");
    EXPECT_GT(model.parameters, 1'000'000);
    EXPECT_EQ(model.weights, "float32");
    EXPECT_GE(model.memory.weights, model.parameters * 4);
    EXPECT_GT(model.tokens_per_second, 0);
  }
  EXPECT_EQ(model_folder("mine"), models_folder() / "mine");
  EXPECT_EQ(model_folder(""), resource("models/pocket"));
  EXPECT_THROW(model_folder("nobody's"), core::Error);
  EXPECT_THROW(list_models({folder_ / "nowhere"}), core::Error);
}

TEST_F(Models, DamageIsToldAndHidesNoOtherModel) {
  const auto cut = copy_of_pocket("cut") / "model.safetensors";
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 4);
  test::write_file(models_folder() / "theirs/config.json", R"({"model_type":"llama"})");
  copy_of_pocket("sound");
  const auto models = list_models();
  ASSERT_EQ(models.size(), 4u);
  EXPECT_THAT(models[1].problem, testing::HasSubstr("model.safetensors"));
  EXPECT_NE(models[1].remedy, "");
  EXPECT_EQ(models[2].problem, "");
  EXPECT_THAT(models[3].remedy, testing::HasSubstr("corpuscope model import"));
}

TEST(Memory, TooLittleIsRefusedWithTheSizes) {
  const MemoryNeed need{4'400'000'000, 600'000'000, 100'000'000};
  EXPECT_NO_THROW(require_memory("m", need, 123'456, 5'100'000'000));
  EXPECT_NO_THROW(require_memory("m", need, 123'456, -1));
  try {
    require_memory("m", need, 123'456, 2'000'000'000);
    FAIL();
  } catch (const core::Error& error) {
    for (const char* size : {"123456 tokens", "5100 MB", "4400 MB", "600 MB", "2000 MB"})
      EXPECT_THAT(error.what(), testing::HasSubstr(size));
    EXPECT_THAT(error.remedy(), testing::HasSubstr("int8"));
  }
  EXPECT_GT(core::available_memory(), 1'000'000);
}

}  // namespace
}  // namespace corpuscope::explore
