// What the GPU's tests read, on machines without a tokenizer, is what the tokenizer makes of the licence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "support.h"
#include "tokens/tokenizer.h"

namespace corpuscope {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LicenseTokens, AreThoseOfTheDefaultTokenizer) {
  const auto source = test::source_folder();
  const std::string stored = contents(source / "tests/gpu/license.tokens");
  std::vector<std::uint16_t> numbers(stored.size() / sizeof(std::uint16_t));
  std::memcpy(numbers.data(), stored.data(), numbers.size() * sizeof(std::uint16_t));
  const auto tokenizer = tokens::Tokenizer::load(source / "resources/tokenizer/default.model");
  EXPECT_THAT(tokenizer.encode(contents(source / "LICENSE")), testing::ElementsAreArray(numbers));
}

}  // namespace
}  // namespace corpuscope
