// GGUF files, honest and hostile. What the numbers of its block forms stand for is in tests/golden/gguf.
#include "model/gguf.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "checkpoint_files.h"
#include "core/error.h"
#include "model/checkpoint.h"

namespace corpuscope::model {
namespace {

Gguf parse(const std::string& bytes) {
  return parse_gguf("a.gguf", std::as_bytes(std::span(bytes)), bytes.size());
}

bool refused(const std::string& bytes) {
  try {
    parse(bytes);
    return false;
  } catch (const core::Error&) {
    return true;
  }
}

TEST(Gguf, ValuesOfEveryKind) {
  test::GgufWriter writer;
  writer.value("number", 7u);
  writer.value("float", 1e-5f);
  writer.value("truth", true);
  writer.value("text", std::string("a\0b", 3));
  writer.list("bytes", 0, 3);
  for (const int byte : {1, 2, 255}) writer.item(std::uint8_t(byte));
  writer.list("texts", 8, 2);
  writer.item(std::string("x"));
  writer.item(std::string());
  writer.list("doubles", 12, 1);
  writer.item(0.1);
  writer.tensor("matrix", {2, 32}, 8, std::string(68, '\1'));
  writer.tensor("vector", {3}, 0, std::string(12, '\2'));
  const std::string bytes = writer.bytes();
  const Gguf gguf = parse(bytes);
  EXPECT_EQ(gguf.version, 3);
  EXPECT_EQ(std::get<std::int64_t>(gguf.values.at("number")), 7);
  EXPECT_EQ(std::get<double>(gguf.values.at("float")), 1e-5);
  EXPECT_TRUE(std::get<bool>(gguf.values.at("truth")));
  EXPECT_EQ(std::get<std::string>(gguf.values.at("text")), std::string("a\0b", 3));
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(gguf.values.at("bytes")), (std::vector<std::int64_t>{1, 2, 255}));
  EXPECT_EQ(std::get<std::vector<std::string>>(gguf.values.at("texts")), (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(std::get<std::vector<double>>(gguf.values.at("doubles")), std::vector<double>{0.1});
  const StoredTensor& matrix = gguf.tensors.at("matrix");
  EXPECT_EQ(matrix.shape, (std::vector<std::int64_t>{2, 32}));
  EXPECT_EQ(bytes.substr(matrix.begin, matrix.end - matrix.begin), std::string(68, '\1'));
  EXPECT_EQ(gguf.tensors.at("vector").end - gguf.tensors.at("vector").begin, 12u);
}

// Written and read by the format's own authors.
TEST(Gguf, GoldenNumbersOfEveryForm) {
  const auto golden = test::source_folder() / "tests/golden/gguf";
  const TensorFile file(golden / "forms.gguf");
  const Gguf gguf = parse(test::read_file(golden / "forms.gguf"));
  EXPECT_EQ(std::get<std::int64_t>(gguf.values.at("llama.context_length")), 4096);
  EXPECT_EQ(std::get<double>(gguf.values.at("llama.attention.layer_norm_rms_epsilon")), 1e-5);
  EXPECT_EQ(std::get<std::vector<std::string>>(gguf.values.at("tokenizer.ggml.tokens"))[2], "▁a");
  EXPECT_EQ(std::get<std::vector<double>>(gguf.values.at("tokenizer.ggml.scores"))[1], -1.5);
  const std::string bytes = test::read_file(golden / "forms.f32");
  ASSERT_EQ(gguf.tensors.size(), 8u);
  ASSERT_EQ(bytes.size(), 8u * 1024 * sizeof(float));
  std::size_t at = 0;
  for (const auto& [name, tensor] : gguf.tensors) {
    EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{4, 256})) << name;
    std::vector<float> exact(1024), ours(1024);
    std::memcpy(exact.data(), bytes.data() + at, 4096);
    at += 4096;
    file.read(tensor, 0, 512, ours.data());
    file.read(tensor, 512, 512, ours.data() + 512);
    float most = 0;
    for (const float number : exact) most = std::max(most, std::abs(number));
    for (std::size_t i = 0; i < 1024; ++i) ASSERT_NEAR(ours[i], exact[i], 1e-6f * most) << name << " " << i;
  }
}

TEST(Gguf, DescriptionsThatLieAreRefused) {
  constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  const auto with = [](const std::function<void(test::GgufWriter&)>& change) {
    test::GgufWriter writer;
    writer.value("a", 1u);
    change(writer);
    return writer.bytes();
  };
  EXPECT_FALSE(refused(with([](auto&) {})));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("GGUF"));
  EXPECT_TRUE(refused(std::string(100, 'G')));
  for (const std::uint64_t count : {huge, huge / 2, std::uint64_t(1) << 40, std::uint64_t(1000)})
    for (const std::uint32_t type : {0u, 5u, 6u, 8u, 9u, 10u, 12u, 13u, 99u})
      EXPECT_TRUE(refused(with([&](auto& writer) { writer.list("l", type, count); }))) << count << " of " << type;
  EXPECT_TRUE(refused(with([](auto& writer) { writer.list("l", 9, 1); writer.item(std::uint64_t(0)); }))) << "lists of lists";
  for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{
           {1, 1, 1, 1, 1}, {-1}, {std::int64_t(1) << 40, std::int64_t(1) << 40}, {1000}, {std::int64_t(1) << 62}})
    EXPECT_TRUE(refused(with([&](auto& writer) { writer.tensor("t", shape, 0, "1234"); })));
  EXPECT_TRUE(refused(with([](auto& writer) {
    writer.tensor("t", {1}, 0, "1234");
    writer.tensor("t", {1}, 0, "1234");
  }))) << "twice";
  std::string many = with([](auto&) {});
  for (const std::size_t field : {8, 16}) {  // the numbers of tensors and of values
    std::string lying = many;
    std::memcpy(lying.data() + field, &huge, 8);
    EXPECT_TRUE(refused(lying));
  }
}

TEST(Gguf, TensorsBeyondTheEndAreRefused) {
  test::GgufWriter writer;
  writer.tensor("t", {64}, 0, std::string(256, 'x'));
  const std::string bytes = writer.bytes();
  EXPECT_FALSE(refused(bytes));
  for (std::size_t size = 0; size < bytes.size(); size += 7) EXPECT_TRUE(refused(bytes.substr(0, size))) << size;
}

// Whatever is cut or overwritten, the answer is a checkpoint whose weights can be read, or an Error.
TEST(Gguf, DamagedFilesNeverDoMoreThanFail) {
  const test::TemporaryFolder folder;
  test::Llama llama;
  llama.layers = 1;
  llama.fill();
  const std::string honest = test::gguf(llama, "Q8_0");
  const std::size_t described = honest.size() / 2;
  std::mt19937 random(1);
  int failed = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = honest;
    for (int changes = 1 + int(random() % 3); changes > 0; --changes)
      bytes[random() % (random() % 2 ? 600 : described)] = random() % 2 ? char(random()) : "\0\xFF\x7F\x80"[random() % 4];
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    test::write_file(folder / "m.gguf", bytes);
    try {
      const Checkpoint checkpoint = open_checkpoint(folder / "m.gguf");
      for (const auto& [name, weight] : checkpoint.weights) {
        std::vector<float> numbers(std::size_t(weight.tensor.count));
        weight.file->read(weight.tensor, 0, weight.tensor.count, numbers.data());
      }
    } catch (const core::Error&) {
      ++failed;
    }
  }
  EXPECT_GT(failed, 150);
}

}  // namespace
}  // namespace corpuscope::model
