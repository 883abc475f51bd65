#include "model/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/weights.h"
#include "support.h"

namespace corpuscope::model {
namespace {

using Json = nlohmann::json;

Json golden_json() {
  const auto file = test::source_folder() / "tests/golden/model/case_magneto_xpos/config.json";
  return Json::parse(test::read_file(file));
}

std::string error_of(const std::string& text) {
  try {
    parse_config(text);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Config, every_field_survives_the_round_trip) {
  for (const char* name : {"llama_grouped_heads", "magneto_xpos", "per_level_both_ends", "rope_staggered"}) {
    const auto file = test::source_folder() / "tests/golden/model" / (std::string("case_") + name) / "config.json";
    const Json original = Json::parse(test::read_file(file));
    Config config = parse_config(original.dump());
    config.trained_length = 4096;
    Json again = Json::parse(to_json(config));
    EXPECT_EQ(parse_config(again.dump()).trained_length, 4096);
    again.erase("trained_length");
    config.precision = compute::Precision::bf16;
    EXPECT_EQ(parse_config(to_json(config)).precision, compute::Precision::bf16);
    EXPECT_EQ(again, original) << name;
  }
}

TEST(Config, the_error_names_the_field_that_is_missing) {
  const Json original = golden_json();
  for (const auto& [field, value] : original.items()) {
    if (field == "architecture") continue;
    Json json = golden_json();
    json.erase(field);
    EXPECT_THAT(error_of(json.dump()), testing::HasSubstr("\"" + field + "\" is missing"));
  }
  for (const char* field : {"levels", "offset_rule", "staggered", "causal"}) {
    Json json = golden_json();
    json["attention"].erase(field);
    EXPECT_THAT(error_of(json.dump()), testing::HasSubstr(std::string("\"attention.") + field + "\" is missing"));
  }
}

TEST(Config, the_error_names_the_field_of_another_kind) {
  const Json original = golden_json();
  for (const auto& [field, value] : original.items())
    for (const Json& wrong : {Json(nullptr), Json::array(), Json("other"), Json(-1e300)}) {
      Json json = golden_json();
      if (wrong.is_number() && value.is_number_float()) continue;
      json[field] = wrong;
      EXPECT_THAT(error_of(json.dump()), testing::HasSubstr("\"" + field + "\"")) << wrong;
    }
}

TEST(Config, impossible_values_are_refused_by_name) {
  const auto expect = [](const char* path, const Json& value, const char* named) {
    Json json = golden_json();
    json[Json::json_pointer(path)] = value;
    EXPECT_THAT(error_of(json.dump()), testing::HasSubstr(named)) << path << " " << value;
  };
  expect("/vocab_size", 0, "vocab_size");
  expect("/vocab_size", 18446744073709551615u, "vocab_size");
  expect("/vocab_size", 4294967296, "vocab_size");
  expect("/hidden_size", 1.5, "hidden_size");
  expect("/layers", -3, "layers");
  expect("/layers", 100'000, "layers");
  expect("/kv_heads", 3, "kv_heads");
  expect("/head_dim", 15, "head_dim");
  expect("/norm_eps", 0, "norm_eps");
  expect("/rope_base", -1, "rope_base");
  expect("/norm", "batchnorm", "layernorm, rmsnorm");
  expect("/architecture", "llama", "architecture");
  expect("/attention/causal", false, "attention.causal");
  expect("/attention/offset_rule", "random", "attention.offset_rule");
  expect("/attention/levels", Json::array(), "attention.levels");
  expect("/attention/levels/1/segment", 0, "attention.levels[1].segment");
  expect("/attention/levels/2/dilation", -4, "attention.levels[2].dilation");
  expect("/attention/levels/0/dilation", 2, "attention.levels");
}

TEST(Config, what_is_no_json_object_is_refused) {
  for (const char* text : {"", "{", "[]", "3", "null", "{\"vocab_size\": }", "\xff\xfe"})
    EXPECT_NE(error_of(text), "") << text;
  EXPECT_NE(error_of(std::string(1'000'000, '[')), "");
}

TEST(Config, the_parameters_are_those_of_the_weights) {
  Config config = parse_config(golden_json().dump());
  const Tensors weights = initial_weights(config, 1);
  std::int64_t total = 0;
  for (const auto& [name, tensor] : weights) total += std::int64_t(tensor.data.size());
  EXPECT_EQ(parameter_count(config), total);
  EXPECT_NO_THROW(check(config, weights));
}

}  // namespace
}  // namespace corpuscope::model
