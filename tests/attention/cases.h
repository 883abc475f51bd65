#pragma once
// Random problems, the golden ones, and how far two arrays are apart.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "attention/attention.h"
#include "support.h"

namespace corpuscope::attention::test {

struct Problem {
  Settings settings;
  Shape shape;
  std::vector<float> q, k, v, dout;
};

inline std::vector<float> normal(std::size_t count, std::mt19937& random, float size = 1) {
  std::normal_distribution<float> draw(0, size);
  std::vector<float> x(count);
  for (float& value : x) value = draw(random);
  return x;
}

inline Problem problem(Settings settings, Shape shape, unsigned seed, float size = 1) {
  std::mt19937 random(seed);
  const std::size_t floats_q = std::size_t(shape.length * shape.heads * shape.head_dim);
  const std::size_t floats_kv = std::size_t(shape.length * shape.kv_heads * shape.head_dim);
  return {settings, shape, normal(floats_q, random, size), normal(floats_kv, random, size), normal(floats_kv, random),
          normal(floats_q, random)};
}

inline double distance(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    norm += double(b[i]) * b[i];
  }
  if (!(difference >= 0)) return HUGE_VAL;
  return norm < 1e-12 ? std::sqrt(difference) : std::sqrt(difference / norm);
}

struct Result {
  std::vector<float> out, lse, dq, dk, dv;
};

inline Result run(const Problem& p) {
  Result r{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(p.shape.length * p.shape.heads)),
           std::vector<float>(p.q.size()), std::vector<float>(p.k.size()), std::vector<float>(p.k.size())};
  forward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), r.out.data(), r.lse.data());
  backward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), r.out.data(), r.lse.data(), p.dout.data(),
           r.dq.data(), r.dk.data(), r.dv.data());
  return r;
}

// The problem with q, k and v rounded to bf16.
inline Problem rounded(Problem p) {
  for (auto* x : {&p.q, &p.k, &p.v})
    for (float& value : *x) value = compute::to_float(compute::to_bf16(value));
  return p;
}

inline std::vector<Bf16> as_bf16(const std::vector<float>& x) {
  std::vector<Bf16> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), compute::to_bf16);
  return y;
}

inline Result run_bf16(const Problem& p) {
  Result r{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(p.shape.length * p.shape.heads)),
           std::vector<float>(p.q.size()), std::vector<float>(p.k.size()), std::vector<float>(p.k.size())};
  const auto q = as_bf16(p.q), k = as_bf16(p.k), v = as_bf16(p.v);
  forward(p.settings, p.shape, q.data(), k.data(), v.data(), r.out.data(), r.lse.data());
  backward(p.settings, p.shape, q.data(), k.data(), v.data(), r.out.data(), r.lse.data(), p.dout.data(), r.dq.data(),
           r.dk.data(), r.dv.data());
  return r;
}

inline Result reference_run(const Problem& p) {
  Result r{std::vector<float>(p.q.size()), std::vector<float>(std::size_t(p.shape.length * p.shape.heads)),
           std::vector<float>(p.q.size()), std::vector<float>(p.k.size()), std::vector<float>(p.k.size())};
  reference::forward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), r.out.data(), r.lse.data());
  reference::backward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), p.dout.data(), r.dq.data(),
                      r.dk.data(), r.dv.data());
  return r;
}

inline std::vector<float> floats(const std::filesystem::path& file) {
  const std::string bytes = corpuscope::test::read_file(file);
  std::vector<float> x(bytes.size() / sizeof(float));
  std::memcpy(x.data(), bytes.data(), x.size() * sizeof(float));
  return x;
}

inline Problem golden(const std::filesystem::path& folder) {
  const auto meta = nlohmann::json::parse(std::ifstream(folder / "meta.json"));
  Problem p;
  for (const auto& level : meta.at("levels"))
    p.settings.pattern.levels.push_back({level.at("segment"), level.at("dilation")});
  p.settings.pattern.rule = pattern::offset_rule(meta.at("offset_rule"));
  p.settings.pattern.staggered = meta.at("staggered");
  p.settings.pattern.causal = meta.at("causal");
  p.settings.scale = meta.at("scale");
  p.shape = {meta.at("length"), meta.at("heads"), meta.at("heads"), meta.at("head_dim")};
  p.q = floats(folder / "q.bin");
  p.k = floats(folder / "k.bin");
  p.v = floats(folder / "v.bin");
  p.dout = floats(folder / "dout.bin");
  return p;
}

inline Settings random_settings(std::mt19937& random, bool causal_only) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Settings settings;
  settings.scale = 0.3f;
  settings.pattern.rule = pattern::OffsetRule(pick(0, 2));
  settings.pattern.staggered = pick(0, 1);
  settings.pattern.causal = causal_only || pick(0, 1);
  if (pick(0, 2) == 0) settings.rotary = {10000, pick(0, 1) == 1};
  std::int64_t segment = pick(1, 90), dilation = 1;
  for (int levels = pick(1, 4); levels > 0; --levels) {
    settings.pattern.levels.push_back({segment, dilation});
    dilation = std::min(dilation * pick(1, 4), segment);
    segment *= pick(1, 3);
  }
  return settings;
}

inline Shape random_shape(std::mt19937& random, int longest) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  const int kv_heads = pick(1, 3);
  return {pick(1, longest), kv_heads * pick(1, 2), kv_heads, 2 * pick(1, 20)};
}

}  // namespace corpuscope::attention::test
