#pragma once
// Small random models of the Llama family, written in the forms that people have them in, and what a dense
// implementation of their architecture gives: straightforward, in double, of nothing of the engine's.

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "support.h"
#include "tokens/vocabulary.h"

namespace corpuscope::test {

struct Llama {
  int vocab = 320, hidden = 32, layers = 2, heads = 4, kv_heads = 2, ffn = 64, context = 24;
  double eps = 1e-5, base = 10000, factor = 1;
  bool tied = false;
  std::map<std::string, std::vector<float>> weights;  // by Hugging Face's names, row-major
  std::map<std::string, std::vector<std::int64_t>> shapes;

  int head_dim() const { return hidden / heads; }

  void add(const std::string& name, std::vector<std::int64_t> shape) {
    std::mt19937 random(unsigned(weights.size() + 1));
    std::normal_distribution<float> normal(0, shape.size() == 1 ? 0.2f : 1.5f / std::sqrt(float(shape.back())));
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    auto& numbers = weights[name];
    for (std::int64_t i = 0; i < count; ++i) numbers.push_back((shape.size() == 1 ? 1.0f : 0.0f) + normal(random));
    shapes[name] = std::move(shape);
  }

  Llama& fill() {
    const int kv = kv_heads * head_dim();
    add("model.embed_tokens.weight", {vocab, hidden});
    for (int i = 0; i < layers; ++i) {
      const std::string layer = "model.layers." + std::to_string(i) + ".";
      add(layer + "input_layernorm.weight", {hidden});
      add(layer + "self_attn.q_proj.weight", {hidden, hidden});
      add(layer + "self_attn.k_proj.weight", {kv, hidden});
      add(layer + "self_attn.v_proj.weight", {kv, hidden});
      add(layer + "self_attn.o_proj.weight", {hidden, hidden});
      add(layer + "post_attention_layernorm.weight", {hidden});
      add(layer + "mlp.gate_proj.weight", {ffn, hidden});
      add(layer + "mlp.up_proj.weight", {ffn, hidden});
      add(layer + "mlp.down_proj.weight", {hidden, ffn});
    }
    add("model.norm.weight", {hidden});
    if (!tied) add("lm_head.weight", {vocab, hidden});
    return *this;
  }
};

// --- The dense model ---------------------------------------------------------------------------------------------

using Row = std::vector<double>;

inline Row product(const std::vector<float>& weight, const Row& x) {
  Row y(weight.size() / x.size());
  for (std::size_t o = 0; o < y.size(); ++o)
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += double(weight[o * x.size() + i]) * x[i];
  return y;
}

inline Row rms_norm(const Row& x, const std::vector<float>& weight, double eps) {
  double squares = 0;
  for (const double number : x) squares += number * number;
  Row y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] / std::sqrt(squares / double(x.size()) + eps) * weight[i];
  return y;
}

inline void add_to(Row& x, const Row& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

// Pair i of each head is (i, i + D/2).
inline void rotate(const Llama& llama, Row& x, int position) {
  const int dim = llama.head_dim(), half = dim / 2;
  for (std::size_t head = 0; head < x.size(); head += std::size_t(dim))
    for (int i = 0; i < half; ++i) {
      const double angle = position / llama.factor * std::pow(llama.base, -2.0 * i / dim);
      double &a = x[head + std::size_t(i)], &b = x[head + std::size_t(i + half)];
      const double turned = a * std::cos(angle) - b * std::sin(angle);
      b = a * std::sin(angle) + b * std::cos(angle);
      a = turned;
    }
}

inline Row attend(const Llama& llama, const Row& q, const std::vector<Row>& keys, const std::vector<Row>& values) {
  const std::size_t dim = std::size_t(llama.head_dim());
  Row out(q.size());
  for (int head = 0; head < llama.heads; ++head) {
    const std::size_t at = std::size_t(head) * dim, shared = std::size_t(head / (llama.heads / llama.kv_heads)) * dim;
    Row weights;
    double sum = 0;
    for (const Row& key : keys) {
      double score = 0;
      for (std::size_t i = 0; i < dim; ++i) score += q[at + i] * key[shared + i];
      weights.push_back(std::exp(score / std::sqrt(double(dim))));
      sum += weights.back();
    }
    for (std::size_t j = 0; j < keys.size(); ++j)
      for (std::size_t i = 0; i < dim; ++i) out[at + i] += weights[j] / sum * values[j][shared + i];
  }
  return out;
}

// Logits of every position.
inline std::vector<Row> dense_logits(const Llama& llama, std::span<const std::int32_t> tokens) {
  const auto weight = [&](const std::string& name) -> const std::vector<float>& { return llama.weights.at(name + ".weight"); };
  std::vector<Row> x;
  for (const auto token : tokens) {
    const float* row = weight("model.embed_tokens").data() + token * llama.hidden;
    x.emplace_back(row, row + llama.hidden);
  }
  for (int i = 0; i < llama.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    std::vector<Row> keys, values;
    for (std::size_t t = 0; t < x.size(); ++t) {
      const Row normed = rms_norm(x[t], weight(layer + "input_layernorm"), llama.eps);
      Row q = product(weight(layer + "self_attn.q_proj"), normed);
      keys.push_back(product(weight(layer + "self_attn.k_proj"), normed));
      values.push_back(product(weight(layer + "self_attn.v_proj"), normed));
      rotate(llama, q, int(t));
      rotate(llama, keys.back(), int(t));
      add_to(x[t], product(weight(layer + "self_attn.o_proj"), attend(llama, q, keys, values)));
      const Row input = rms_norm(x[t], weight(layer + "post_attention_layernorm"), llama.eps);
      Row gate = product(weight(layer + "mlp.gate_proj"), input);
      const Row up = product(weight(layer + "mlp.up_proj"), input);
      for (std::size_t j = 0; j < gate.size(); ++j) gate[j] *= up[j] / (1 + std::exp(-gate[j]));
      add_to(x[t], product(weight(layer + "mlp.down_proj"), gate));
    }
  }
  std::vector<Row> logits;
  for (const Row& row : x)
    logits.push_back(product(weight(llama.tied ? "model.embed_tokens" : "lm_head"), rms_norm(row, weight("model.norm"), llama.eps)));
  return logits;
}

// The largest difference of any logit, and the largest logit.
inline double largest_difference(std::span<const float> ours, const std::vector<Row>& exact) {
  double most = 0;
  std::size_t at = 0;
  for (const Row& row : exact)
    for (const double number : row) most = std::max(most, std::abs(ours[at++] - number));
  return at == ours.size() ? most : INFINITY;
}

// --- Numbers in the forms of files ---------------------------------------------------------------------------------

inline std::uint16_t half_bits(float x) {
  // Normal halves and zero are all that the tests need: the nearest, ties to even.
  std::uint32_t bits;
  std::memcpy(&bits, &x, 4);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const int exponent = int(bits >> 23 & 255) - 112;
  if (exponent <= 0) return std::uint16_t(sign);
  const std::uint32_t rounded = (std::uint32_t(exponent) << 23 | (bits & 0x7fffff)) + 0xfff + (bits >> 13 & 1);
  return std::uint16_t(sign | rounded >> 13);
}

inline float half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const float value = exponent == 0 ? 0.0f : std::ldexp(1.0f + float(bits & 1023) / 1024, exponent - 15);
  return bits & 0x8000 ? -value : value;
}

inline std::uint16_t bfloat_bits(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return std::uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline void append_16(std::string& to, std::uint16_t bits) {
  to += char(bits & 255);
  to += char(bits >> 8);
}

// The bytes of the numbers in that form; `numbers` become what these stand for.
inline std::string stored(const std::string& form, std::vector<float>& numbers) {
  std::string bytes;
  if (form == "F32") {
    bytes.assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * 4);
  } else if (form == "F16") {
    for (float& number : numbers) {
      append_16(bytes, half_bits(number));
      number = half_value(half_bits(number));
    }
  } else if (form == "BF16") {
    for (float& number : numbers) {
      append_16(bytes, bfloat_bits(number));
      const std::uint32_t bits = std::uint32_t(bfloat_bits(number)) << 16;
      std::memcpy(&number, &bits, 4);
    }
  } else {  // Q8_0 and Q4_0: 32 numbers, one scale
    const float steps = form == "Q8_0" ? 127 : 7;
    for (std::size_t block = 0; block < numbers.size(); block += 32) {
      float most = 0;
      for (std::size_t i = 0; i < 32; ++i) most = std::max(most, std::abs(numbers[block + i]));
      const float scale = half_value(half_bits(most / steps));
      int quantised[32];
      for (std::size_t i = 0; i < 32; ++i) {
        quantised[i] = scale > 0 ? int(std::lround(numbers[block + i] / scale)) : 0;
        quantised[i] = std::max(-int(steps) - 1, std::min(int(steps), quantised[i]));
        numbers[block + i] = scale * float(quantised[i]);
      }
      append_16(bytes, half_bits(most / steps));
      if (form == "Q8_0")
        for (const int q : quantised) bytes += char(q);
      else
        for (int i = 0; i < 16; ++i) bytes += char((quantised[i] + 8) | (quantised[i + 16] + 8) << 4);
    }
  }
  return bytes;
}

// --- Hugging Face ----------------------------------------------------------------------------------------------------

inline std::string safetensors(const std::vector<std::pair<std::string, std::string>>& tensors, const Llama& llama,
                               const std::function<std::string(const std::string&)>& form_of) {
  nlohmann::json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto& [name, bytes] : tensors) {
    header[name] = {{"dtype", form_of(name)}, {"shape", llama.shapes.at(name)}, {"data_offsets", {data.size(), data.size() + bytes.size()}}};
    data += bytes;
  }
  const std::string text = header.dump();
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + text + data;
}

// As Llama's: <unk> <s> </s>, the bytes, and pieces that grow letter by letter.
inline tokens::Vocabulary vocabulary() {
  using tokens::PieceKind;
  tokens::Vocabulary vocabulary;
  vocabulary.pieces = {{"<unk>", 0, PieceKind::unknown}, {"<s>", 0, PieceKind::control}, {"</s>", 0, PieceKind::control}};
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    vocabulary.pieces.push_back({name, 0, PieceKind::byte});
  }
  for (const char* text : {"▁t", "he", "▁the", "in", "▁a", "er", "on", "▁", "e", "t", "a", "o", "i", "n", "s", "h", "r", "d"})
    vocabulary.pieces.push_back({text, -float(vocabulary.pieces.size() - 259), PieceKind::normal});
  vocabulary.unknown = 0;
  vocabulary.begin = 1;
  vocabulary.end = 2;
  return vocabulary;
}

inline nlohmann::json hugging_face_config(const Llama& llama) {
  return {{"architectures", {"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"hidden_act", "silu"},
          {"vocab_size", llama.vocab},
          {"hidden_size", llama.hidden},
          {"num_hidden_layers", llama.layers},
          {"num_attention_heads", llama.heads},
          {"num_key_value_heads", llama.kv_heads},
          {"intermediate_size", llama.ffn},
          {"rms_norm_eps", llama.eps},
          {"rope_theta", llama.base},
          {"rope_scaling", nullptr},
          {"max_position_embeddings", llama.context},
          {"tie_word_embeddings", llama.tied},
          {"sliding_window", nullptr},
          {"torch_dtype", "bfloat16"}};
}

// The weights of `llama` become what the file holds. `forms` are taken in turn; 1 shard is one plain file.
inline void write_hugging_face(const std::filesystem::path& folder, Llama& llama, const std::vector<std::string>& forms,
                               int shards = 1) {
  std::map<std::string, std::string> form_of;
  std::vector<std::vector<std::pair<std::string, std::string>>> parts(static_cast<std::size_t>(shards));
  std::size_t i = 0;
  for (auto& [name, numbers] : llama.weights) {
    form_of[name] = forms[i % forms.size()];
    parts[i % std::size_t(shards)].emplace_back(name, stored(form_of[name], numbers));
    ++i;
  }
  nlohmann::json index = {{"metadata", {{"total_size", 1}}}, {"weight_map", nlohmann::json::object()}};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::string file = shards == 1 ? "model.safetensors" : "model-" + std::to_string(part + 1) + ".safetensors";
    write_file(folder / file, safetensors(parts[part], llama, [&](const std::string& name) { return form_of[name]; }));
    for (const auto& [name, bytes] : parts[part]) index["weight_map"][name] = file;
  }
  if (shards > 1) write_file(folder / "model.safetensors.index.json", index.dump());
  write_file(folder / "config.json", hugging_face_config(llama).dump());
  write_file(folder / "tokenizer.model", tokens::sentencepiece_model(vocabulary()));
}

// --- GGUF ------------------------------------------------------------------------------------------------------------

class GgufWriter {
 public:
  template <typename Number>
  static void raw(std::string& to, Number number) {
    to.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void text(std::string& to, const std::string& text) {
    raw(to, std::uint64_t(text.size()));
    to += text;
  }

  void value(const std::string& name, std::uint32_t number) { begin(name, 4), raw(values_, number); }
  void value(const std::string& name, float number) { begin(name, 6), raw(values_, number); }
  void value(const std::string& name, bool number) { begin(name, 7), raw(values_, std::uint8_t(number)); }
  void value(const std::string& name, const std::string& string) { begin(name, 8), text(values_, string); }
  void list(const std::string& name, std::uint32_t type, std::uint64_t count) {
    begin(name, 9), raw(values_, type), raw(values_, count);
  }
  template <typename Number>
  void item(Number number) { raw(values_, number); }
  void item(const std::string& string) { text(values_, string); }

  void tensor(const std::string& name, const std::vector<std::int64_t>& shape, std::uint32_t type, const std::string& bytes) {
    text(tensors_, name);
    raw(tensors_, std::uint32_t(shape.size()));
    for (auto size = shape.rbegin(); size != shape.rend(); ++size) raw(tensors_, std::uint64_t(*size));
    raw(tensors_, type);
    raw(tensors_, std::uint64_t(data_.size()));
    data_ += bytes;
    data_.resize((data_.size() + 31) / 32 * 32);
    ++tensor_count_;
  }

  std::string bytes(std::uint32_t version = 3) const {
    std::string all = "GGUF";
    raw(all, version);
    raw(all, std::uint64_t(tensor_count_));
    raw(all, std::uint64_t(value_count_));
    all += values_ + tensors_;
    all.resize((all.size() + 31) / 32 * 32);
    return all + data_;
  }

 private:
  void begin(const std::string& name, std::uint32_t type) {
    text(values_, name);
    raw(values_, type);
    ++value_count_;
  }

  std::string values_, tensors_, data_;
  int value_count_ = 0, tensor_count_ = 0;
};

inline std::string gguf_name(std::string name) {
  for (const auto& [ours, theirs] : std::map<std::string, std::string>{
           {"model.embed_tokens.", "token_embd."}, {"lm_head.", "output."}, {"model.norm.", "output_norm."},
           {"model.layers.", "blk."}, {"input_layernorm", "attn_norm"}, {"post_attention_layernorm", "ffn_norm"},
           {"self_attn.q_proj", "attn_q"}, {"self_attn.k_proj", "attn_k"}, {"self_attn.v_proj", "attn_v"},
           {"self_attn.o_proj", "attn_output"}, {"mlp.gate_proj", "ffn_gate"}, {"mlp.up_proj", "ffn_up"},
           {"mlp.down_proj", "ffn_down"}})
    if (const auto at = name.find(ours); at != std::string::npos) name.replace(at, ours.size(), theirs);
  return name;
}

// As the converters of llama.cpp do with queries and keys: [heads, 2, D/2, in] becomes [heads, D/2, 2, in].
inline std::vector<float> permuted(const std::vector<float>& rows, int heads, std::size_t in, bool back = false) {
  std::vector<float> result(rows.size());
  const std::size_t dim = rows.size() / in / std::size_t(heads);
  for (std::size_t head = 0; head < std::size_t(heads); ++head)
    for (std::size_t part = 0; part < 2; ++part)
      for (std::size_t i = 0; i < dim / 2; ++i) {
        const std::size_t plain = (head * dim + part * dim / 2 + i) * in, turned = (head * dim + 2 * i + part) * in;
        std::copy_n(rows.begin() + std::ptrdiff_t(back ? turned : plain), in, result.begin() + std::ptrdiff_t(back ? plain : turned));
      }
  return result;
}

inline void put_vocabulary(GgufWriter& writer, const tokens::Vocabulary& vocabulary) {
  writer.value("tokenizer.ggml.model", std::string("llama"));
  writer.list("tokenizer.ggml.tokens", 8, vocabulary.pieces.size());
  for (const auto& piece : vocabulary.pieces) writer.item(piece.text);
  writer.list("tokenizer.ggml.scores", 6, vocabulary.pieces.size());
  for (const auto& piece : vocabulary.pieces) writer.item(piece.score);
  writer.list("tokenizer.ggml.token_type", 5, vocabulary.pieces.size());
  for (const auto& piece : vocabulary.pieces) writer.item(std::int32_t(piece.kind));
  writer.value("tokenizer.ggml.bos_token_id", std::uint32_t(vocabulary.begin));
  writer.value("tokenizer.ggml.eos_token_id", std::uint32_t(vocabulary.end));
  writer.value("tokenizer.ggml.unknown_token_id", std::uint32_t(vocabulary.unknown));
}

// The weights of `llama` become what the file holds; vectors are always F32. `change` may add to the description.
inline std::string gguf(Llama& llama, const std::string& form, std::uint32_t version = 3,
                        const std::function<void(GgufWriter&)>& change = {}) {
  static const std::map<std::string, std::uint32_t> types = {{"F32", 0}, {"F16", 1}, {"Q4_0", 2}, {"Q8_0", 8}, {"BF16", 30}};
  GgufWriter writer;
  writer.value("general.architecture", std::string("llama"));
  writer.value("general.name", std::string("small"));
  writer.value("llama.context_length", std::uint32_t(llama.context));
  writer.value("llama.embedding_length", std::uint32_t(llama.hidden));
  writer.value("llama.block_count", std::uint32_t(llama.layers));
  writer.value("llama.feed_forward_length", std::uint32_t(llama.ffn));
  writer.value("llama.rope.dimension_count", std::uint32_t(llama.head_dim()));
  writer.value("llama.attention.head_count", std::uint32_t(llama.heads));
  writer.value("llama.attention.head_count_kv", std::uint32_t(llama.kv_heads));
  writer.value("llama.attention.layer_norm_rms_epsilon", float(llama.eps));
  writer.value("llama.rope.freq_base", float(llama.base));
  if (llama.factor != 1) {
    writer.value("llama.rope.scaling.type", std::string("linear"));
    writer.value("llama.rope.scaling.factor", float(llama.factor));
  }
  put_vocabulary(writer, vocabulary());
  if (change) change(writer);
  for (auto& [name, numbers] : llama.weights) {
    const auto& shape = llama.shapes.at(name);
    const std::string kept = shape.size() == 1 ? "F32" : form;
    const bool q = name.find("q_proj") != std::string::npos, k = name.find("k_proj") != std::string::npos;
    const int heads = q ? llama.heads : llama.kv_heads;
    if (q || k) numbers = permuted(numbers, heads, std::size_t(shape[1]));
    writer.tensor(gguf_name(name), shape, types.at(kept), stored(kept, numbers));
    if (q || k) numbers = permuted(numbers, heads, std::size_t(shape[1]), true);
  }
  return writer.bytes(version);
}

}  // namespace corpuscope::test
