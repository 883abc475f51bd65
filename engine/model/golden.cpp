#include "model/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>

#include "attention/attention.h"
#include "core/error.h"
#include "model/decoder.h"

namespace corpuscope::model::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw core::Error(fmt::format("{} cannot be opened.", file.string()), "Name folders of exact results.");
  return {std::istreambuf_iterator<char>(in), {}};
}

template <typename Number>
std::vector<Number> read_numbers(const fs::path& file) {
  const std::string bytes = read_text(file);
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  if (bytes.size() % sizeof(Number) != 0)
    throw core::Error(fmt::format("{} is cut short.", file.string()), "Fetch it again.");
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

std::vector<float> read_array(const fs::path& file, std::int64_t count) {
  std::vector<float> numbers = read_numbers<float>(file);
  if (std::int64_t(numbers.size()) != count)
    throw core::Error(fmt::format("{} holds {} numbers, not {}.", file.string(), numbers.size(), count),
                      "The case's arrays do not fit its description: fetch it again.");
  return numbers;
}

double relative_error(std::span<const float> ours, std::span<const float> exact) {
  if (ours.size() != exact.size()) return std::numeric_limits<double>::infinity();
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double d = double(ours[i]) - double(exact[i]);
    difference += d * d;
    norm += double(exact[i]) * double(exact[i]);
  }
  const double divisor = std::sqrt(norm) < 1e-6 ? 1.0 : std::sqrt(norm);
  return std::sqrt(difference) / divisor;
}

struct AttentionCase {
  attention::Settings settings;
  attention::Shape shape;
};

AttentionCase parse_meta(const fs::path& file) {
  try {
    const Json meta = Json::parse(read_text(file));
    AttentionCase result;
    const int heads = meta.at("heads").get<int>();
    result.shape = {meta.at("length").get<std::int64_t>(), heads, heads, meta.at("head_dim").get<int>()};
    if (result.shape.length < 1 || result.shape.length > 1 << 24 || heads < 1 || heads > 4096 ||
        result.shape.head_dim < 1 || result.shape.head_dim > 4096)
      throw core::Error(fmt::format("{}: length, heads or head_dim is out of range.", file.string()),
                        "Fetch the case again.");
    pattern::Pattern& pattern = result.settings.pattern;
    for (const Json& level : meta.at("levels"))
      pattern.levels.push_back({level.at("segment").get<std::int64_t>(), level.at("dilation").get<std::int64_t>()});
    pattern.rule = pattern::offset_rule(meta.at("offset_rule").get<std::string>());
    pattern.staggered = meta.at("staggered").get<bool>();
    pattern.causal = meta.at("causal").get<bool>();
    pattern::check(pattern, heads);
    result.settings.scale = meta.at("scale").get<float>();
    return result;
  } catch (const Json::exception& error) {
    throw core::Error(fmt::format("{} cannot be understood: {}.", file.string(), error.what()),
                      "Fetch the case again.");
  }
}

// What a stream gives for the same rows in chunks of that length.
std::vector<Comparison> check_stream(const AttentionCase& one, std::int64_t chunk, const std::vector<float>& q,
                                     const std::vector<float>& k, const std::vector<float>& v,
                                     const std::vector<float>& out, const std::vector<float>& lse, double tolerance) {
  const auto& [settings, shape] = one;
  const std::int64_t width = std::int64_t(shape.heads) * shape.head_dim;
  std::vector<float> our_out(out.size()), our_lse(lse.size());
  attention::Stream stream(settings, shape.heads, shape.kv_heads, shape.head_dim);
  for (std::int64_t at = 0; at < shape.length; at += chunk)
    stream.append(std::min(chunk, shape.length - at), &q[std::size_t(at * width)], &k[std::size_t(at * width)],
                  &v[std::size_t(at * width)], &our_out[std::size_t(at * width)],
                  &our_lse[std::size_t(at * shape.heads)]);
  return {{fmt::format("out, streamed by {}", chunk), relative_error(our_out, out), tolerance},
          {fmt::format("lse, streamed by {}", chunk), relative_error(our_lse, lse), tolerance}};
}

std::vector<Comparison> check_attention(const fs::path& folder) {
  const AttentionCase one = parse_meta(folder / "meta.json");
  const auto& [settings, shape] = one;
  const std::int64_t rows = shape.length * shape.heads, count = rows * shape.head_dim;
  const auto array = [&](const char* name) { return read_array(folder / (std::string(name) + ".bin"), count); };
  const std::vector<float> q = array("q"), k = array("k"), v = array("v"), dout = array("dout");
  const auto room = [&] { return std::vector<float>(std::size_t(count)); };
  std::vector<float> out = room(), dq = room(), dk = room(), dv = room(), lse(static_cast<std::size_t>(rows));
  attention::forward(settings, shape, q.data(), k.data(), v.data(), out.data(), lse.data());
  attention::backward(settings, shape, q.data(), k.data(), v.data(), out.data(), lse.data(), dout.data(), dq.data(),
                      dk.data(), dv.data());
  const double tolerance = fs::absolute(folder).string().find("large_logits") != std::string::npos ? 1e-4 : 1e-5;
  const std::vector<float> exact_out = array("out"), exact_lse = read_array(folder / "lse.bin", rows);
  std::vector<Comparison> comparisons{{"out", relative_error(out, exact_out), tolerance},
                                      {"lse", relative_error(lse, exact_lse), tolerance},
                                      {"dq", relative_error(dq, array("dq")), tolerance},
                                      {"dk", relative_error(dk, array("dk")), tolerance},
                                      {"dv", relative_error(dv, array("dv")), tolerance}};
  if (!settings.pattern.causal) return comparisons;
  for (const std::int64_t chunk : {1, 37})
    std::ranges::move(check_stream(one, chunk, q, k, v, exact_out, exact_lse, tolerance),
                      std::back_inserter(comparisons));
  return comparisons;
}

double expected_loss(const fs::path& file) {
  try {
    return Json::parse(read_text(file)).at("loss").get<double>();
  } catch (const Json::exception& error) {
    throw core::Error(fmt::format("{} cannot be understood: {}.", file.string(), error.what()),
                      "Fetch the case again.");
  }
}

// Read as a stream, one token at a time.
std::vector<float> streamed_logits(const Decoder& decoder, const std::vector<std::int32_t>& tokens) {
  Reader reader(decoder);
  std::vector<float> logits;
  for (const std::int32_t token : tokens) {
    float bits = 0;
    reader.append({&token, 1}, &bits);
    logits.insert(logits.end(), reader.next_logits().begin(), reader.next_logits().end());
  }
  return logits;
}

std::vector<Comparison> check_model(const fs::path& folder) {
  constexpr double tolerance = 1e-4;
  const Decoder decoder = Decoder::load(folder);
  const std::vector<std::int32_t> tokens = read_numbers<std::int32_t>(folder / "tokens.bin");
  const std::int64_t count = std::int64_t(tokens.size()) * decoder.config().vocab_size;
  Tensors gradients = decoder.zero_gradients();
  const double loss = decoder.loss(tokens, &gradients), exact_loss = expected_loss(folder / "expected.json");
  const std::vector<float> exact_logits = read_array(folder / "logits.bin", count);
  std::vector<Comparison> comparisons{
      {"logits", relative_error(decoder.logits(tokens), exact_logits), tolerance},
      {"loss", std::abs(loss - exact_loss) / (std::abs(exact_loss) < 1e-6 ? 1.0 : std::abs(exact_loss)), tolerance}};
  if (decoder.config().attention.causal)
    comparisons.push_back({"logits, streamed by 1", relative_error(streamed_logits(decoder, tokens), exact_logits),
                           tolerance});
  const Tensors exact = read_safetensors(folder / "gradients.safetensors");
  model::check(decoder.config(), exact);
  for (const auto& [name, gradient] : exact)
    comparisons.push_back({"gradient of " + name, relative_error(gradients[name].data, gradient.data), tolerance});
  return comparisons;
}

}  // namespace

std::vector<fs::path> cases(const fs::path& folder, Kind kind) {
  const char* mark = kind == Kind::attention ? "meta.json" : "config.json";
  if (fs::exists(folder / mark)) return {folder};
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.is_directory() && entry.path().filename().string().starts_with("case_")) found.push_back(entry.path());
  if (found.empty())
    throw core::Error(fmt::format("{} holds no case: neither {} nor folders case_*.", folder.string(), mark),
                      "Name a case folder or a folder of them.");
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Comparison> check(const fs::path& folder, Kind kind) {
  return kind == Kind::attention ? check_attention(folder) : check_model(folder);
}

}  // namespace corpuscope::model::golden
