// Checkpoints of the Llama family: what the engine makes of them against a dense implementation in double.
#include "model/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint_files.h"
#include "core/error.h"
#include "model/decoder.h"
#include "model/stored_weights.h"
#include "pattern/pattern.h"
#include "small.h"
#include "tokens/tokenizer.h"

namespace corpuscope::model {
namespace {

class Import : public testing::Test {
 protected:
  Decoder import(const std::filesystem::path& from, WeightForm form = WeightForm::float32) {
    core::Job job;
    const auto target = folder_ / ("imported" + std::to_string(++count_));
    import_checkpoint(open_checkpoint(from), target, form, job);
    last_ = target;
    return Decoder::load(target);
  }

  std::string refusal(const std::filesystem::path& from) {
    try {
      import(from);
    } catch (const core::Error& error) {
      EXPECT_FALSE(error.remedy().empty());
      return error.what();
    }
    return "";
  }

  // The error of the largest logit, against the largest logit.
  static double error_of(const Decoder& decoder, const test::Llama& llama, int length) {
    const auto tokens = test_models::tokens(length, llama.vocab);
    const auto exact = test::dense_logits(llama, tokens);
    double most = 0;
    for (const auto& row : exact)
      for (const double number : row) most = std::max(most, std::abs(number));
    return test::largest_difference(decoder.logits(tokens), exact) / most;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path last_;
  int count_ = 0;
};

TEST_F(Import, HuggingFaceInEveryFormEqualsTheDenseModel) {
  int i = 0;
  for (const auto& forms : std::vector<std::vector<std::string>>{{"F32"}, {"F16"}, {"BF16"}, {"BF16", "F32", "F16"}})
    for (const int shards : {1, 3}) {
      test::Llama llama = test::Llama().fill();
      const auto from = folder_ / ("hf" + std::to_string(++i));
      test::write_hugging_face(from, llama, forms, shards);
      const Decoder decoder = import(from);
      EXPECT_LT(error_of(decoder, llama, llama.context), 1e-5) << forms[0] << ", " << shards << " files";
      EXPECT_EQ(decoder.config().trained_length, llama.context);
    }
}

TEST_F(Import, GgufInEveryFormEqualsTheDenseModel) {
  for (const std::string form : {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    for (const std::uint32_t version : {2u, 3u}) {
      test::Llama llama = test::Llama().fill();
      const auto from = folder_ / (form + std::to_string(version) + ".gguf");
      test::write_file(from, test::gguf(llama, form, version));
      EXPECT_LT(error_of(import(from), llama, llama.context), 1e-5) << form << ", version " << version;
    }
}

TEST_F(Import, HeadsGroupedAnyWayTiedEmbeddingsAndScaledPositions) {
  int i = 0;
  for (const int kv_heads : {1, 4})
    for (const bool tied : {false, true})
      for (const double factor : {1.0, 4.0}) {
        test::Llama llama;
        llama.kv_heads = kv_heads;
        llama.tied = tied;
        llama.factor = factor;
        llama.base = 500;
        llama.fill();
        const auto folder = folder_ / ("hf" + std::to_string(++i)), file = folder_ / (std::to_string(i) + ".gguf");
        test::write_hugging_face(folder, llama, {"F32"});
        auto config = test::hugging_face_config(llama);
        if (factor != 1) config["rope_scaling"] = {{"type", "linear"}, {"factor", factor}};
        test::write_file(folder / "config.json", config.dump());
        test::write_file(file, test::gguf(llama, "F32"));
        EXPECT_LT(error_of(import(folder), llama, llama.context), 1e-5);
        EXPECT_LT(error_of(import(file), llama, llama.context), 1e-5);
      }
}

TEST_F(Import, BothFormsGiveTheSameFolder) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"F16"});
  test::write_file(folder_ / "m.gguf", test::gguf(llama, "F16"));
  import(folder_ / "hf", WeightForm::bf16);
  const auto first = last_;
  import(folder_ / "m.gguf", WeightForm::bf16);
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.model"})
    EXPECT_EQ(test::read_file(first / file), test::read_file(last_ / file)) << file;
}

TEST_F(Import, ShortFormsOfTheWeights) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"BF16"});
  const Decoder bf16 = import(folder_ / "hf", WeightForm::bf16);
  EXPECT_TRUE(bf16.stored());
  EXPECT_LT(error_of(bf16, llama, llama.context), 1e-5) << "the numbers are the checkpoint's own";
  const Decoder int8 = import(folder_ / "hf", WeightForm::int8);
  EXPECT_TRUE(int8.stored());
  EXPECT_GT(error_of(int8, llama, llama.context), 1e-4);
  // Rounded to 1 / 254 of a row's largest number at most; these random weights are as hard as any.
  const auto some = test_models::tokens(llama.context, llama.vocab);
  const auto short_form = int8.logits(some), exact = bf16.logits(some);
  EXPECT_LT(test_models::relative_error<float>(short_form, exact), 0.05);
  const StoredWeights stored(last_ / "model.safetensors", int8.config());
  for (auto& [name, numbers] : llama.weights)
    if (const auto& shape = llama.shapes.at(name); shape.size() == 2)
      compute::expand(stored.find(name), shape[1], 0, shape[0], numbers.data());
  EXPECT_LT(error_of(int8, llama, llama.context), 1e-5) << "of the numbers that int8 stands for";
  for (const auto form : {WeightForm::float32, WeightForm::bf16, WeightForm::int8}) {
    import(folder_ / "hf", form);
    const auto size = std::int64_t(std::filesystem::file_size(last_ / "model.safetensors"));
    EXPECT_GT(size, weight_bytes(bf16.config(), form));
    EXPECT_LT(size, weight_bytes(bf16.config(), form) + 10'000) << "but for the header";
  }
  const auto tokens = test_models::tokens(20, llama.vocab);
  Tensors gradients;
  EXPECT_THROW(bf16.loss(tokens, &gradients), core::Error);
  EXPECT_NEAR(bf16.loss(tokens), import(folder_ / "hf").loss(tokens), 1e-4);
}

// Each token alone, in a stream: products of one row go another way than those of many.
TEST_F(Import, AStreamTokenByTokenEqualsTheWhole) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"BF16"});
  for (const auto form : {WeightForm::bf16, WeightForm::int8}) {
    const Decoder decoder = import(folder_ / "hf", form);
    const auto tokens = test_models::tokens(llama.context, llama.vocab);
    const auto whole = decoder.surprisal(tokens);
    Reader reader(decoder);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      float bits = 0;
      reader.append(std::span(tokens).subspan(i, 1), &bits);
      EXPECT_NEAR(bits, whole[i], 1e-3) << i;
    }
    const auto state = reader.save();
    Reader again(decoder);
    again.load(state);
    EXPECT_EQ(again.next_logits(), reader.next_logits());
  }
}

// Longer texts get levels of ratio 2, and no position in any of them is one that was not trained.
TEST_F(Import, FarLevelsUseNoPositionBeyondTheTrainedOnes) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"F32"});
  Decoder decoder = import(folder_ / "hf");
  const pattern::Pattern own = decoder.config().attention;
  ASSERT_EQ(own.levels, (std::vector<pattern::Level>{{llama.context, 1}}));
  const std::int64_t length = 40 * llama.context;
  const pattern::Pattern all = pattern::extended(own, length);
  for (std::size_t k = 0; k < all.levels.size(); ++k) {
    EXPECT_EQ(all.levels[k].segment, llama.context << k);
    EXPECT_EQ(all.levels[k].dilation, 1 << k);
    EXPECT_LE((all.levels[k].segment + all.levels[k].dilation - 1) / all.levels[k].dilation, llama.context);
  }
  EXPECT_GE(all.levels.back().segment, length);
  decoder.set_pattern(all);
  for (const float bits : decoder.surprisal(test_models::tokens(length, llama.vocab))) ASSERT_TRUE(std::isfinite(bits));
}

TEST_F(Import, AWindowIsTheBaseSegment) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"F32"});
  auto config = test::hugging_face_config(llama);
  config["model_type"] = "mistral";
  config["sliding_window"] = 16;
  test::write_file(folder_ / "hf/config.json", config.dump());
  const Decoder decoder = import(folder_ / "hf");
  EXPECT_EQ(decoder.config().attention.levels[0].segment, 16);
  EXPECT_LT(error_of(decoder, llama, 16), 1e-5);
}

TEST_F(Import, TheTokenizerLosesNothing) {
  test::Llama llama = test::Llama().fill();
  test::write_file(folder_ / "m.gguf", test::gguf(llama, "Q8_0"));
  import(folder_ / "m.gguf");
  const auto tokenizer = tokens::Tokenizer::load(last_ / "tokenizer.model");
  EXPECT_EQ(tokenizer.separator(), 2);
  const std::string text = "the tar in a  tin\n\tonés";
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  EXPECT_EQ(tokenizer.encode("the hen the"), (std::vector<std::int32_t>{268, 260, 266, 260, 272, 261})) << "no bytes";
}

TEST_F(Import, WhatTheEngineDoesNotHaveIsRefusedByName) {
  test::Llama llama = test::Llama().fill();
  const auto hf = folder_ / "hf";
  test::write_hugging_face(hf, llama, {"F32"});
  EXPECT_EQ(refusal(hf), "");
  const std::vector<std::pair<nlohmann::json, const char*>> changes = {
      {{{"model_type", "gpt2"}}, "gpt2"},
      {{{"hidden_act", "gelu"}}, "gelu"},
      {{{"attention_bias", true}}, "attention_bias"},
      {{{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}}}, "yarn"},
      {{{"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}}}, "llama3"},
      {{{"rope_scaling", {{"type", "linear"}}}}, "factor"},
      {{{"rope_scaling", {{"type", "linear"}, {"factor", 0.0}}}}, "rope_factor"},
      {{{"quantization_config", {{"bits", 4}}}}, "quantization_config"},
      {{{"num_key_value_heads", 3}}, "kv_heads"},
      {{{"hidden_size", -4}}, "hidden size"},
      {{{"hidden_size", 64}}, "shape"},
      {{{"vocab_size", "many"}}, "vocab_size"},
      {{{"vocab_size", 1e300}}, "vocab_size"},
      {{{"num_hidden_layers", 3}}, "model.layers.2"},
      {{{"num_hidden_layers", 1}}, "model.layers.1"},
      {{{"max_position_embeddings", 0}}, "trained length"},
      {{{"rms_norm_eps", -1}}, "norm_eps"},
  };
  for (const auto& [change, named] : changes) {
    auto config = test::hugging_face_config(llama);
    config.update(change);
    test::write_file(hf / "config.json", config.dump());
    EXPECT_THAT(refusal(hf), testing::HasSubstr(named)) << change;
  }
  auto dynamic = test::hugging_face_config(llama);
  dynamic["rope_scaling"] = {{"type", "dynamic"}, {"factor", 2.0}};
  test::write_file(hf / "config.json", dynamic.dump());
  EXPECT_LT(error_of(import(hf), llama, llama.context), 1e-5) << "dynamic scaling begins beyond the trained length";
}

TEST_F(Import, FoldersThatLackSomethingAreRefusedWithTheReason) {
  test::Llama llama = test::Llama().fill();
  const auto hf = folder_ / "hf";
  test::write_hugging_face(hf, llama, {"F32"}, 3);
  std::filesystem::rename(hf / "model-2.safetensors", hf / "away");
  EXPECT_THAT(refusal(hf), testing::HasSubstr("model-2.safetensors"));
  std::filesystem::rename(hf / "away", hf / "model-2.safetensors");
  std::filesystem::rename(hf / "tokenizer.model", hf / "away");
  EXPECT_THAT(refusal(hf), testing::HasSubstr("tokenizer.model"));
  std::filesystem::rename(hf / "away", hf / "tokenizer.model");
  test::write_file(hf / "model.safetensors.index.json", R"({"weight_map":{"a":"../../secret"}})");
  EXPECT_THAT(refusal(hf), testing::HasSubstr("beside"));
  std::filesystem::remove(hf / "model.safetensors.index.json");
  EXPECT_THAT(refusal(hf), testing::HasSubstr("no weights"));
  test::write_file(hf / "pytorch_model.bin", "pickle");
  EXPECT_THAT(refusal(hf), testing::HasSubstr("pickled"));
  EXPECT_THAT(refusal(folder_ / "nowhere"), testing::HasSubstr("nowhere"));
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(refusal(folder_ / "empty"), testing::HasSubstr("neither"));
}

TEST_F(Import, GgufThatIsAnotherModelIsRefusedByName) {
  test::Llama llama = test::Llama().fill();
  const auto with = [&](const std::function<void(test::GgufWriter&)>& change, std::uint32_t version = 3) {
    test::write_file(folder_ / "m.gguf", test::gguf(llama, "F32", version, change));
    return refusal(folder_ / "m.gguf");
  };
  EXPECT_EQ(with({}), "");
  EXPECT_THAT(with({}, 1), testing::HasSubstr("version 1"));
  EXPECT_THAT(with([](auto& writer) { writer.value("general.architecture", std::string("qwen2")); }), testing::HasSubstr("qwen2"));
  EXPECT_THAT(with([](auto& writer) { writer.value("tokenizer.ggml.model", std::string("gpt2")); }), testing::HasSubstr("gpt2"));
  EXPECT_THAT(with([](auto& writer) { writer.value("llama.rope.scaling.type", std::string("yarn")); }), testing::HasSubstr("yarn"));
  EXPECT_THAT(with([](auto& writer) { writer.value("llama.expert_count", 8u); }), testing::HasSubstr("experts"));
  EXPECT_THAT(with([](auto& writer) { writer.value("llama.block_count", std::string("two")); }), testing::HasSubstr("llama.block_count"));
  EXPECT_THAT(with([](auto& writer) { writer.tensor("rope_freqs.weight", {4}, 0, std::string(16, '\0')); }), testing::HasSubstr("rope_freqs"));
  EXPECT_THAT(with([](auto& writer) { writer.tensor("x", {256, 256}, 10, ""); }), testing::HasSubstr("Q2_K"));
  EXPECT_THAT(with([](auto& writer) { writer.tensor("x", {3, 48}, 8, ""); }), testing::HasSubstr("fit"));
  EXPECT_THAT(with([](auto& writer) { writer.value("general.alignment", 24u); }), testing::HasSubstr("alignment"));
}

TEST_F(Import, NumbersThatAreNotFiniteAreRefused) {
  test::Llama llama = test::Llama().fill();
  llama.weights["model.layers.1.mlp.up_proj.weight"][5] = NAN;
  test::write_hugging_face(folder_ / "hf", llama, {"F32"});
  EXPECT_THAT(refusal(folder_ / "hf"), testing::HasSubstr("model.layers.1.mlp.up_proj.weight"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "nothing is left behind";
}

TEST_F(Import, WhatIsThereIsNotOverwritten) {
  test::Llama llama = test::Llama().fill();
  test::write_hugging_face(folder_ / "hf", llama, {"F32"});
  core::Job job;
  EXPECT_THROW(import_checkpoint(open_checkpoint(folder_ / "hf"), folder_ / "hf", WeightForm::bf16, job), core::Error);
  job.cancel();
  EXPECT_THROW(import_checkpoint(open_checkpoint(folder_ / "hf"), folder_ / "new", WeightForm::bf16, job), core::Cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

}  // namespace
}  // namespace corpuscope::model
