#include "model/config.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"

namespace corpuscope::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto architecture = "corpuscope-decoder";

constexpr std::array<std::pair<Norm, const char*>, 2> norms{
    {{Norm::layernorm, "layernorm"}, {Norm::rmsnorm, "rmsnorm"}}};
constexpr std::array<std::pair<FeedForward, const char*>, 2> feed_forwards{
    {{FeedForward::gelu, "gelu"}, {FeedForward::swiglu, "swiglu"}}};
constexpr std::array<std::pair<Position, const char*>, 4> positions{{{Position::none, "none"},
                                                                     {Position::rope, "rope"},
                                                                     {Position::xpos, "xpos"},
                                                                     {Position::per_level, "per_level"}}};
constexpr std::array<std::pair<RotaryLayout, const char*>, 2> layouts{
    {{RotaryLayout::half, "half"}, {RotaryLayout::interleaved, "interleaved"}}};

constexpr std::array<std::pair<compute::Precision, const char*>, 2> precisions{
    {{compute::Precision::float32, "float32"}, {compute::Precision::bf16, "bf16"}}};

template <typename Value, std::size_t Count>
const char* name_of(const std::array<std::pair<Value, const char*>, Count>& names, Value value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  return "";
}

[[noreturn]] void fail(const std::string& field, const std::string& problem) {
  const char* stop = problem.ends_with('.') ? "" : ".";
  throw core::Error(fmt::format("The model's config.json: \"{}\" {}{}", field, problem, stop),
                    "Repair the file or choose another model folder.");
}

// Reads the fields of one JSON object; `path` is what the errors call it.
class Fields {
 public:
  Fields(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) fail(path_.empty() ? "(the whole file)" : path_, "is not an object");
  }

  const Json& at(const char* field) const {
    const auto found = object_.find(field);
    if (found == object_.end()) fail(full(field), "is missing");
    return *found;
  }

  std::string full(const char* field) const { return path_.empty() ? field : path_ + "." + field; }

  std::int64_t integer(const char* field, std::int64_t least, std::int64_t most) const {
    const Json& value = at(field);
    const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(INT64_MAX);
    if (!value.is_number_integer() || too_large) fail(full(field), "is not an integer");
    const std::int64_t number = value.get<std::int64_t>();
    if (number < least || number > most)
      fail(full(field), fmt::format("is {}, not between {} and {}", number, least, most));
    return number;
  }

  int size(const char* field) const { return int(integer(field, 1, 1 << 24)); }

  double number(const char* field) const {
    if (!at(field).is_number()) fail(full(field), "is not a number");
    return at(field).get<double>();
  }

  bool boolean(const char* field) const {
    if (!at(field).is_boolean()) fail(full(field), "is neither true nor false");
    return at(field).get<bool>();
  }

  std::string text(const char* field) const {
    if (!at(field).is_string()) fail(full(field), "is not a string");
    return at(field).get<std::string>();
  }

  template <typename Value, std::size_t Count>
  Value choice(const char* field, const std::array<std::pair<Value, const char*>, Count>& names) const {
    const std::string word = text(field);
    std::string known_names;
    for (const auto& [value, name] : names) {
      if (word == name) return value;
      known_names += (known_names.empty() ? "" : ", ") + std::string(name);
    }
    fail(full(field), fmt::format("is \"{}\", not one of {}", word, known_names));
  }

 private:
  const Json& object_;
  std::string path_;
};

pattern::Pattern parse_pattern(const Fields& parent) {
  const Fields fields(parent.at("attention"), "attention");
  pattern::Pattern pattern;
  const Json& levels = fields.at("levels");
  if (!levels.is_array() || levels.size() > 64) fail("attention.levels", "is not a list of at most 64 levels");
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Fields level(levels[i], fmt::format("attention.levels[{}]", i));
    const std::int64_t most = std::int64_t(1) << 50;
    pattern.levels.push_back({level.integer("segment", 1, most), level.integer("dilation", 1, most)});
  }
  const std::string rule = fields.text("offset_rule");
  try {
    pattern.rule = pattern::offset_rule(rule);
  } catch (const core::Error& error) {
    fail("attention.offset_rule", fmt::format("is \"{}\": {}", rule, error.what()));
  }
  pattern.staggered = fields.boolean("staggered");
  pattern.causal = fields.boolean("causal");
  return pattern;
}

Json pattern_json(const pattern::Pattern& pattern) {
  Json levels = Json::array();
  for (const auto& level : pattern.levels)
    levels.push_back({{"segment", level.segment}, {"dilation", level.dilation}});
  return {{"levels", levels},
          {"offset_rule", pattern::name(pattern.rule)},
          {"staggered", pattern.staggered},
          {"causal", pattern.causal}};
}

void require_positive(const char* field, double value) {
  if (!(value > 0) || !std::isfinite(value)) fail(field, fmt::format("is {}, not a positive number", value));
}

void require_size(const char* field, int value) {
  if (value < 1 || value > 1 << 24) fail(field, fmt::format("is {}, not between 1 and {}", value, 1 << 24));
}

}  // namespace

Config parse_config(const std::string& json) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) fail("(the whole file)", "is not JSON");
  const Fields fields(parsed, "");
  if (parsed.contains("architecture") && fields.text("architecture") != architecture)
    fail("architecture", fmt::format("is \"{}\", not \"{}\"", fields.text("architecture"), architecture));
  Config config;
  config.vocab_size = fields.size("vocab_size");
  config.hidden_size = fields.size("hidden_size");
  config.layers = fields.size("layers");
  config.heads = fields.size("heads");
  config.kv_heads = fields.size("kv_heads");
  config.head_dim = fields.size("head_dim");
  config.ffn_size = fields.size("ffn_size");
  config.norm = fields.choice("norm", norms);
  config.norm_eps = fields.number("norm_eps");
  config.sub_layernorm = fields.boolean("sub_layernorm");
  config.ffn = fields.choice("ffn", feed_forwards);
  config.bias = fields.boolean("bias");
  config.position = fields.choice("position", positions);
  config.rope_base = fields.number("rope_base");
  if (parsed.contains("rope_factor")) config.rope_factor = fields.number("rope_factor");
  config.rotary_layout = fields.choice("rotary_layout", layouts);
  config.xpos_scale_base = fields.number("xpos_scale_base");
  config.tied_embeddings = fields.boolean("tied_embeddings");
  config.embedding_scale = fields.number("embedding_scale");
  config.attention = parse_pattern(fields);
  if (parsed.contains("trained_length"))
    config.trained_length = fields.integer("trained_length", 0, std::int64_t(1) << 50);
  if (parsed.contains("precision")) config.precision = fields.choice("precision", precisions);
  check(config);
  return config;
}

void check(const Config& config) {
  require_size("vocab_size", config.vocab_size);
  require_size("hidden_size", config.hidden_size);
  if (config.layers < 1 || config.layers > 10000)
    fail("layers", fmt::format("is {}, not between 1 and 10000", config.layers));
  require_size("heads", config.heads);
  require_size("kv_heads", config.kv_heads);
  require_size("head_dim", config.head_dim);
  require_size("ffn_size", config.ffn_size);
  if (config.heads % config.kv_heads != 0)
    fail("kv_heads", fmt::format("is {}, which does not divide the {} heads", config.kv_heads, config.heads));
  if (std::int64_t(config.heads) * config.head_dim > 1 << 24) fail("head_dim", "times heads is more than 2^24");
  if (config.position != Position::none && config.head_dim % 2 != 0)
    fail("head_dim", fmt::format("is {}: rotary positions need an even number", config.head_dim));
  require_positive("norm_eps", config.norm_eps);
  require_positive("rope_base", config.rope_base);
  require_positive("rope_factor", config.rope_factor);
  require_positive("xpos_scale_base", config.xpos_scale_base);
  if (!std::isfinite(config.embedding_scale)) fail("embedding_scale", "is not a finite number");
  if (!config.attention.causal) fail("attention.causal", "is false: a decoder must not see what comes later");
  try {
    pattern::check(config.attention, config.heads);
  } catch (const core::Error& error) {
    fail("attention.levels", fmt::format("cannot be used: {}", error.what()));
  }
}

std::string to_json(const Config& config) {
  Json json = {{"architecture", architecture},
               {"vocab_size", config.vocab_size},
               {"hidden_size", config.hidden_size},
               {"layers", config.layers},
               {"heads", config.heads},
               {"kv_heads", config.kv_heads},
               {"head_dim", config.head_dim},
               {"ffn_size", config.ffn_size},
               {"norm", name_of(norms, config.norm)},
               {"norm_eps", config.norm_eps},
               {"sub_layernorm", config.sub_layernorm},
               {"ffn", name_of(feed_forwards, config.ffn)},
               {"bias", config.bias},
               {"position", name_of(positions, config.position)},
               {"rope_base", config.rope_base},
               {"rotary_layout", name_of(layouts, config.rotary_layout)},
               {"xpos_scale_base", config.xpos_scale_base},
               {"tied_embeddings", config.tied_embeddings},
               {"embedding_scale", config.embedding_scale},
               {"attention", pattern_json(config.attention)},
               {"trained_length", config.trained_length}};
  if (config.rope_factor != 1) json["rope_factor"] = config.rope_factor;
  if (config.precision != compute::Precision::float32) json["precision"] = name_of(precisions, config.precision);
  return json.dump(1) + "\n";
}

}  // namespace corpuscope::model
