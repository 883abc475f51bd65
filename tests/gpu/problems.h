#pragma once
// Problems for the GPU's attention: golden ones, random ones, and those that hurt.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "attention/attention.h"

namespace corpuscope::gpu_test {

using attention::Bf16;
using attention::Settings;
using attention::Shape;

struct Results {
  std::vector<float> out, lse, dq, dk, dv;
};

struct Problem {
  std::string name;
  Settings settings;
  Shape shape;
  std::vector<float> q, k, v, dout;

  std::size_t floats_q() const { return std::size_t(shape.length * shape.heads * shape.head_dim); }
  std::size_t floats_kv() const { return std::size_t(shape.length * shape.kv_heads * shape.head_dim); }
};

inline std::vector<float> normal(std::size_t count, std::mt19937& random, float size = 1) {
  std::normal_distribution<float> draw(0, size);
  std::vector<float> x(count);
  for (float& value : x) value = draw(random);
  return x;
}

inline Problem problem(std::string name, Settings settings, Shape shape, unsigned seed, float size = 1) {
  std::mt19937 random(seed);
  Problem p{std::move(name), std::move(settings), shape, {}, {}, {}, {}};
  p.q = normal(p.floats_q(), random, size);
  p.k = normal(p.floats_kv(), random, size);
  p.v = normal(p.floats_kv(), random);
  p.dout = normal(p.floats_q(), random);
  return p;
}

template <typename Element>
std::vector<Element> as(const std::vector<float>& x) {
  if constexpr (std::is_same_v<Element, float>) {
    return x;
  } else {
    std::vector<Bf16> y(x.size());
    std::transform(x.begin(), x.end(), y.begin(), compute::to_bf16);
    return y;
  }
}

inline std::vector<float> to_float(const std::vector<Bf16>& x) {
  std::vector<float> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), compute::to_float);
  return y;
}

// The problem with its inputs rounded as those of the element type are.
template <typename Element>
Problem rounded(Problem p) {
  if constexpr (!std::is_same_v<Element, float>)
    for (auto* x : {&p.q, &p.k, &p.v, &p.dout}) *x = to_float(as<Element>(*x));
  return p;
}

inline Results reference(const Problem& p) {
  Results r{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(p.shape.length * p.shape.heads)),
            std::vector<float>(p.q.size()), std::vector<float>(p.k.size()), std::vector<float>(p.k.size())};
  attention::reference::forward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), r.out.data(), r.lse.data());
  attention::reference::backward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), p.dout.data(), r.dq.data(),
                                 r.dk.data(), r.dv.data());
  return r;
}

// ---- Golden cases. Their meta.json is flat but for the levels: this reads that and no more.

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<float> floats_of(const std::filesystem::path& file) {
  const std::string bytes = bytes_of(file);
  std::vector<float> x(bytes.size() / sizeof(float));
  std::memcpy(x.data(), bytes.data(), x.size() * sizeof(float));
  return x;
}

// What stands behind "key": from `at` on, which moves behind it. Empty where there is none.
inline std::string json_value(const std::string& text, const std::string& key, std::size_t& at) {
  const std::size_t found = text.find('"' + key + '"', at);
  if (found == std::string::npos) return {};
  const std::size_t begin = text.find_first_not_of(" \"", text.find(':', found) + 1);
  at = text.find_first_of(",}\"\n ", begin);
  return text.substr(begin, at - begin);
}

inline Problem golden_problem(const std::filesystem::path& folder) {
  const std::string meta = bytes_of(folder / "meta.json");
  const auto value = [&](const char* key) {
    std::size_t at = 0;
    return json_value(meta, key, at);
  };
  Problem p;
  p.name = folder.filename();
  for (std::size_t at = 0;;) {
    const std::string segment = json_value(meta, "segment", at);
    if (segment.empty()) break;
    const std::string dilation = json_value(meta, "dilation", at);
    p.settings.pattern.levels.push_back({std::stoll(segment), std::stoll(dilation)});
  }
  p.settings.pattern.rule = pattern::offset_rule(value("offset_rule"));
  p.settings.pattern.staggered = value("staggered") == "true";
  p.settings.pattern.causal = value("causal") == "true";
  p.settings.scale = std::stof(value("scale"));
  const int heads = std::stoi(value("heads"));
  p.shape = {std::stoll(value("length")), heads, heads, std::stoi(value("head_dim"))};
  p.q = floats_of(folder / "q.bin");
  p.k = floats_of(folder / "k.bin");
  p.v = floats_of(folder / "v.bin");
  p.dout = floats_of(folder / "dout.bin");
  return p;
}

inline Results golden_results(const std::filesystem::path& folder) {
  return {floats_of(folder / "out.bin"), floats_of(folder / "lse.bin"), floats_of(folder / "dq.bin"),
          floats_of(folder / "dk.bin"), floats_of(folder / "dv.bin")};
}

inline std::vector<std::filesystem::path> golden_cases() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(CORPUSCOPE_SOURCE_DIR) / "tests/golden/attention"))
    folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

// ---- Random ones: every rule, staggered or not, causal or not, dilations above the number of heads, segments that do
// not divide each other, grouped heads, short last segments.

inline Problem random_problem(std::mt19937& random, int longest, int head_dim, bool causal_only = false) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Settings settings;
  settings.scale = 0.3f;
  settings.pattern.rule = pattern::OffsetRule(pick(0, 2));
  settings.pattern.staggered = pick(0, 1);
  settings.pattern.causal = causal_only || pick(0, 2) > 0;
  if (head_dim % 16 == 0 && pick(0, 2) == 0) settings.rotary = {10000, pick(0, 1) == 1};
  std::int64_t segment = pick(1, 150), dilation = 1;
  for (int levels = pick(1, 4); levels > 0; --levels) {
    settings.pattern.levels.push_back({segment, dilation});
    dilation = std::min<std::int64_t>(dilation * pick(1, 4), segment);
    segment *= pick(1, 3);
  }
  const int kv_heads = pick(1, 2);
  const Shape shape{pick(1, longest), kv_heads * pick(1, 2), kv_heads, head_dim};
  return problem("random", settings, shape, unsigned(random()));
}

inline std::string name_of(const Problem& p) {
  const pattern::Pattern& pattern = p.settings.pattern;
  std::ostringstream name;
  name << p.name << " N=" << p.shape.length << " H=" << p.shape.heads << '/' << p.shape.kv_heads
       << " D=" << p.shape.head_dim << ' ' << pattern::name(pattern.rule) << (pattern.staggered ? " staggered" : "")
       << (pattern.causal ? " causal" : " full");
  for (const auto& level : pattern.levels) name << ' ' << level.segment << ':' << level.dilation;
  if (p.settings.rotary.base > 0) name << (p.settings.rotary.interleaved ? " interleaved" : " half");
  return name.str();
}

}  // namespace corpuscope::gpu_test
