#pragma once
// What a decoder is made of: the content of a model folder's config.json.

#include <cstdint>
#include <string>

#include "compute/precision.h"
#include "pattern/pattern.h"

namespace corpuscope::model {

enum class Norm { layernorm, rmsnorm };
enum class FeedForward { gelu, swiglu };
enum class Position { none, rope, xpos, per_level };
enum class RotaryLayout { half, interleaved };  // pair i is (x[i], x[i + D/2]), or (x[2i], x[2i + 1])

struct Config {
  int vocab_size = 0;
  int hidden_size = 0;
  int layers = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int ffn_size = 0;
  Norm norm = Norm::rmsnorm;
  double norm_eps = 1e-5;
  bool sub_layernorm = false;  // MAGNETO: a norm more inside attention and feed-forward
  FeedForward ffn = FeedForward::swiglu;
  bool bias = false;
  Position position = Position::rope;
  double rope_base = 10000;
  double rope_factor = 1;  // positions are divided by it: "linear" rope scaling
  RotaryLayout rotary_layout = RotaryLayout::half;
  double xpos_scale_base = 512;
  bool tied_embeddings = true;
  double embedding_scale = 1;
  pattern::Pattern attention;
  std::int64_t trained_length = 0;  // tokens of a training sequence; 0 where unknown
  compute::Precision precision = compute::Precision::float32;  // of a Reader; training has its own choice
};

// Both throw core::Error that names the field which is missing or out of range.
Config parse_config(const std::string& json);
void check(const Config& config);
std::string to_json(const Config& config);

std::int64_t parameter_count(const Config& config);

}  // namespace corpuscope::model
