// safetensors files, honest and hostile.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/error.h"
#include "model/decoder.h"
#include "small.h"
#include "support.h"

namespace corpuscope::model {
namespace {

std::string file_of(const std::string& header, const std::string& data, std::uint64_t length) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string file_of(const std::string& header, const std::string& data = "") {
  return file_of(header, data, header.size());
}

class Safetensors : public testing::Test {
 protected:
  Tensors read(const std::string& bytes) {
    test::write_file(file_, bytes);
    return read_safetensors(file_);
  }

  bool refused(const std::string& bytes) {
    try {
      read(bytes);
      return false;
    } catch (const core::Error&) {
      return true;
    }
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "weights.safetensors";
};

TEST_F(Safetensors, what_was_written_is_read_bit_for_bit) {
  Tensors tensors = initial_weights(test_models::config(), 4);
  tensors["empty"] = {{0, 3}, {}};
  tensors["scalar"] = {{}, {std::numeric_limits<float>::denorm_min()}};
  tensors["a \"name\" with\nodd letters \xc3\xa9"] = {{2}, {-0.0f, std::numeric_limits<float>::infinity()}};
  write_safetensors(file_, tensors);
  write_safetensors(file_, tensors);  // over an old one
  const Tensors again = read_safetensors(file_);
  ASSERT_EQ(again.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(again.at(name).shape, tensor.shape) << name;
    ASSERT_EQ(again.at(name).data.size(), tensor.data.size()) << name;
    EXPECT_TRUE(tensor.data.empty() ||
                std::memcmp(again.at(name).data.data(), tensor.data.data(), tensor.data.size() * 4) == 0)
        << name;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "nothing is left beside it";
}

TEST_F(Safetensors, half_and_bfloat_numbers) {
  const std::uint16_t half[] = {0x3c00, 0xc000, 0x7bff, 0x0001, 0x8001, 0x0400, 0x7c00, 0xfc00, 0x0000, 0x3555};
  const std::uint16_t bfloat[] = {0x3f80, 0xc000, 0x7f80};
  const std::string data = std::string(reinterpret_cast<const char*>(half), sizeof half) +
                           std::string(reinterpret_cast<const char*>(bfloat), sizeof bfloat);
  const Tensors tensors =
      read(file_of(R"({"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[2,5],"data_offsets":[0,20]},)"
                   R"("b":{"dtype":"BF16","shape":[3],"data_offsets":[20,26]}})",
                   data));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(tensors.at("h").data, (std::vector<float>{1, -2, 65504, 0x1p-24f, -0x1p-24f, 0x1p-14f, infinity,
                                                      -infinity, 0, 0.333251953125f}));
  EXPECT_EQ(tensors.at("b").data, (std::vector<float>{1, -2, infinity}));
  EXPECT_EQ(tensors.size(), 2u);
}

TEST_F(Safetensors, headers_that_lie_are_refused) {
  const std::string data(16, '\x01');
  const auto entry = [](const std::string& rest) {
    return file_of("{\"a\":{" + rest + "}}", std::string(16, '\x01'));
  };
  EXPECT_FALSE(refused(entry(R"("dtype":"F32","shape":[4],"data_offsets":[0,16])"))) << "the honest one";
  const std::string hostile[] = {
      "",
      "1234567",
      file_of("{}", "", 3),
      file_of("{}", "", std::numeric_limits<std::uint64_t>::max()),
      file_of("{}", "", std::numeric_limits<std::uint64_t>::max() - 7),
      file_of("{}", "", 1ull << 40),
      file_of("[]"),
      file_of("\xff\xff"),
      file_of(std::string(200'000, '[')),
      file_of(R"({"a":3})"),
      file_of(R"({"a":{"dtype":"F32","shape":[4]}})", data),
      entry(R"("dtype":"F32","shape":[4],"data_offsets":[0,20])"),
      entry(R"("dtype":"F32","shape":[4],"data_offsets":[4,20])"),
      entry(R"("dtype":"F32","shape":[4],"data_offsets":[16,0])"),
      entry(R"("dtype":"F32","shape":[4],"data_offsets":[0])"),
      entry(R"("dtype":"F32","shape":[5],"data_offsets":[0,16])"),
      entry(R"("dtype":"F32","shape":[-4],"data_offsets":[0,16])"),
      entry(R"("dtype":"F32","shape":[4.0],"data_offsets":[0,16])"),
      entry(R"("dtype":"F32","shape":"4","data_offsets":[0,16])"),
      entry(R"("dtype":"I64","shape":[2],"data_offsets":[0,16])"),
      entry(R"("dtype":7,"shape":[2],"data_offsets":[0,16])"),
      entry(R"("dtype":"F32","shape":[4],"data_offsets":[18446744073709551612,18446744073709551615])"),
      entry(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])"),
      entry(R"("dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4])"),
      entry(R"("dtype":"F32","shape":[9223372036854775808,2],"data_offsets":[0,0])"),
      file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},)"
              R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
              data),
      file_of(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},)"
              R"("b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})",
              data),
  };
  for (const std::string& bytes : hostile) EXPECT_TRUE(refused(bytes)) << bytes.substr(0, 120);
  EXPECT_THROW(read_safetensors(folder_ / "missing"), core::Error);
  EXPECT_THROW(read_safetensors(folder_.path()), core::Error);
}

// Whatever is cut or overwritten, the answer is tensors or an Error; run with the sanitizers this finds reads out of
// bounds.
TEST_F(Safetensors, damaged_files_never_do_more_than_fail) {
  write_safetensors(file_, {{"a", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"b", {{1}, {7}}}});
  const std::string honest = test::read_file(file_);
  std::mt19937 random(1);
  int failed = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string bytes = honest;
    for (int changes = 1 + int(random() % 3); changes > 0; --changes) {
      const char digits[] = "0123456789,:[]{}\"-.eE";
      bytes[random() % bytes.size()] = random() % 2 ? digits[random() % (sizeof digits - 1)] : char(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    failed += refused(bytes);
  }
  EXPECT_GT(failed, 300);
}

TEST_F(Safetensors, a_folder_that_cannot_be_written_is_named) {
  try {
    write_safetensors(folder_ / "no such folder" / "x.safetensors", {});
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("no such folder"), std::string::npos);
  }
}

TEST(Weights, the_first_that_does_not_fit_is_named) {
  const Config config = test_models::config();
  const auto error_of = [&config](const Tensors& weights) -> std::string {
    try {
      Decoder(config, weights);
    } catch (const core::Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string name = "model.layers.1.mlp.up_proj.weight";
  Tensors weights = initial_weights(config, 1);
  EXPECT_EQ(error_of(weights), "");
  std::swap(weights[name].shape[0], weights[name].shape[1]);
  EXPECT_NE(error_of(weights).find(name), std::string::npos);
  weights.erase(name);
  EXPECT_NE(error_of(weights).find(name), std::string::npos);
  weights = initial_weights(config, 1);
  weights["lm_head.weight"] = weights["model.embed_tokens.weight"];
  EXPECT_NE(error_of(weights).find("lm_head.weight"), std::string::npos);
  weights = initial_weights(config, 1);
  weights[name].data.pop_back();
  EXPECT_NE(error_of(weights).find(name), std::string::npos);
}

TEST(Weights, a_model_folder_is_loaded_as_it_was_written) {
  const test::TemporaryFolder folder;
  const Decoder decoder = test_models::decoder(test_models::config());
  test::write_file(folder / "config.json", to_json(decoder.config()));
  write_safetensors(folder / "model.safetensors", decoder.weights());
  const Decoder again = Decoder::load(folder.path());
  const auto tokens = test_models::tokens(60, 53);
  EXPECT_EQ(again.logits(tokens), decoder.logits(tokens));
  EXPECT_THROW(Decoder::load(folder / "elsewhere"), core::Error);
}

}  // namespace
}  // namespace corpuscope::model
