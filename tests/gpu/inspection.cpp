// What the GPU's inspection keeps of the weights against sums over all pairs in double: received weights, pooled maps,
// strongest edges, of whole sequences and of streams.
#include <tuple>

#include "attention/level_rotation.h"
#include "attention_case.h"
#include "check.h"

namespace corpuscope::gpu_test {
namespace {

struct Pair {
  int level, head;
  std::int64_t query, key;
  double weight;
};

// Every weight of the definition.
std::vector<Pair> all_weights(const Problem& p) {
  const auto& [n, heads, kv_heads, d] = p.shape;
  const pattern::Pattern& pattern = p.settings.pattern;
  const attention::LevelRotation rotation(p.settings.rotary, pattern, d);
  const std::vector<float> lse = reference(p).lse;
  const auto row = [&](const std::vector<float>& x, int of, int column, std::int64_t position, int level, int head) {
    const auto from = x.begin() + (position * of + column) * d;
    std::vector<double> to(from, from + d);
    const auto [w, r] = pattern.levels[std::size_t(level)];
    rotation.rotate(to.data(), (position + pattern::shift(pattern, level, head)) % w / r, 1);
    return to;
  };
  std::vector<Pair> pairs;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < heads; ++head)
      for (std::int64_t query = 0; query < n; ++query) {
        if (!pattern::takes_part(pattern, level, head, heads, query)) continue;
        const auto a = row(p.q, heads, head, query, level, head);
        for (std::int64_t key = 0; key < n; ++key) {
          if (!pattern::sees(pattern, level, head, heads, query, key)) continue;
          const auto b = row(p.k, kv_heads, head / (heads / kv_heads), key, level, head);
          double score = 0;
          for (int i = 0; i < d; ++i) score += a[std::size_t(i)] * b[std::size_t(i)];
          pairs.push_back({level, head, query, key,
                           std::exp(double(p.settings.scale) * score - lse[std::size_t(query * heads + head)])});
        }
      }
  return pairs;
}

struct Findings {
  std::vector<float> received, maps, edge_weights;
};

// Sums over all pairs whose query is in a span, laid out as the GPU's. Strips are found by looking for the border
// behind which a row lies, as explore::inspected does.
Findings expected(const Problem& p, const std::vector<Pair>& pairs, const cuda::InspectionSettings& settings,
                  const cuda::InspectionLayout& layout, std::int64_t begin, std::int64_t end) {
  const pattern::Pattern& pattern = p.settings.pattern;
  Findings f{std::vector<float>(std::size_t(layout.received_floats()), 0.f),
             std::vector<float>(std::size_t(layout.map_floats()), 0.f), {}};
  std::vector<std::vector<double>> of_query(std::size_t(end - begin));
  std::vector<double> received(f.received.size(), 0.0), maps(f.maps.size(), 0.0);
  for (const Pair& pair : pairs) {
    if (pair.query < begin || pair.query >= end) continue;
    of_query[std::size_t(pair.query - begin)].push_back(pair.weight);
    const auto [w, r] = pattern.levels[std::size_t(pair.level)];
    const std::int64_t t = pattern::shift(pattern, pair.level, pair.head), segment = (pair.query + t) / w;
    const int slot = int(segment - (begin + t) / w);
    const pattern::Rows rows =
        pattern::segment_rows(pattern, pair.level, pair.head, p.shape.heads, p.shape.length, segment);
    const std::int64_t from = std::max<std::int64_t>(segment * w - t, 0), to = std::min(segment * w - t + w, p.shape.length);
    const int size = int(std::clamp<std::int64_t>((to - from) / r, 1, settings.strips));
    const auto strip_of = [&](std::int64_t position) {
      int strip = 0;
      while (strip + 1 < size && from + ((to - from) * (strip + 1) + size - 1) / size <= position) ++strip;
      return strip;
    };
    received[std::size_t(layout.received(pair.level, pair.head, slot) + (pair.key - rows.first) / r)] += pair.weight;
    maps[std::size_t(layout.map(pair.level, pair.head, slot) + strip_of(pair.query) * settings.strips + strip_of(pair.key))] +=
        pair.weight;
  }
  std::copy(received.begin(), received.end(), f.received.begin());
  std::copy(maps.begin(), maps.end(), f.maps.begin());
  for (auto& weights : of_query) {
    weights.resize(std::max(weights.size(), std::size_t(settings.edges)));
    std::partial_sort(weights.begin(), weights.begin() + settings.edges, weights.end(), std::greater<>());
    f.edge_weights.insert(f.edge_weights.end(), weights.begin(), weights.begin() + settings.edges);
  }
  return f;
}

// Each edge must be the pair that it says it is, with that pair's weight, and no pair may come twice.
void check_edges(Checks& checks, const std::string& kind, const std::string& name, const std::vector<Pair>& pairs,
                 const std::vector<cuda::Edge>& edges, int most, std::int64_t begin, double bound) {
  std::map<std::tuple<std::int64_t, int, int, std::int64_t>, double> weight_of;
  for (const Pair& pair : pairs) weight_of[{pair.query, pair.level, pair.head, pair.key}] = pair.weight;
  std::vector<float> said, true_ones;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const cuda::Edge& edge = edges[i];
    if (edge.weight == 0) continue;
    const auto found = weight_of.find({begin + std::int64_t(i) / most, edge.level, edge.head, edge.key});
    checks.is_true(kind + " edges are seen once", name, found != weight_of.end());
    if (found == weight_of.end()) continue;
    said.push_back(edge.weight);
    true_ones.push_back(float(found->second));
    weight_of.erase(found);
    if (i % std::size_t(most) > 0) checks.is_true(kind + " edges in order", name, edges[i - 1].weight >= edge.weight);
  }
  checks.below(kind + " weights of edges", name, distance(said, true_ones), bound);
}

template <typename Element>
void inspect_stream(Checks& checks, const Problem& given, const cuda::InspectionSettings& settings,
                    const std::vector<std::int64_t>& chunks) {
  const Problem p = rounded<Element>(given);
  const bool exact = std::is_same_v<Element, float>;
  const double bound = exact ? 1e-4 : 1e-2;
  const std::string kind = exact ? "inspection float32" : "inspection bf16", name = name_of(p);
  const std::vector<Pair> pairs = all_weights(p);
  Case<Element> one(p);
  const std::size_t kept_elements = std::size_t(cuda::KeptLayout(one.plan()).elements());
  DeviceArray<Element> kept_k(kept_elements), kept_v(kept_elements);
  const cuda::Kept<Element> kept{kept_k.data(), kept_v.data()};
  std::int64_t at = 0;
  for (const std::int64_t length : chunks) {
    const cuda::Span span{at, length, nullptr};
    const cuda::InspectionLayout layout(one.plan(), settings, length);
    DeviceArray<float> out(std::size_t(length * one.q_stride())), lse(std::size_t(length * p.shape.heads));
    DeviceArray<float> received(std::size_t(layout.received_floats())), maps(std::size_t(layout.map_floats()));
    DeviceArray<cuda::Edge> edges(std::size_t(length * settings.edges));
    DeviceArray<double> scratch(layout.scratch_bytes() / sizeof(double) + 1);
    cuda::forward<Element>(one.plan(), span, one.inputs(at), kept, out.data(), lse.data(), nullptr, 0, nullptr);
    cuda::inspect<Element>(one.plan(), settings, layout, span, one.inputs(at), kept, lse.data(),
                           {received.data(), maps.data(), edges.data()}, scratch.data(), nullptr);
    if (one.plan().settings.pattern.causal) cuda::keep<Element>(one.plan(), span, one.inputs(at), kept, nullptr);
    wait_for_device();
    const Findings wanted = expected(p, pairs, settings, layout, at, at + length);
    checks.below(kind + " received", name, distance(received.get(), wanted.received), bound);
    checks.below(kind + " maps", name, distance(maps.get(), wanted.maps), bound);
    std::vector<float> weights;
    for (const cuda::Edge& edge : edges.get()) weights.push_back(edge.weight);
    checks.below(kind + " strongest", name, distance(weights, wanted.edge_weights), bound);
    check_edges(checks, kind, name, pairs, edges.get(), settings.edges, at, bound);
    at += length;
  }
}

void check_all(Checks& checks) {
  std::mt19937 random(3);
  const int dims[] = {16, 64, 32, 128};
  for (int round = 0; round < 12; ++round) {
    const Problem p = random_problem(random, 180, dims[round % 4]);
    const cuda::InspectionSettings settings{p.shape.length, round % 3 == 0 ? 32 : 5, 1 + round % 8};
    std::vector<std::int64_t> chunks;
    for (std::int64_t at = 0; at < p.shape.length; at += chunks.back()) {
      const std::int64_t left = p.shape.length - at;
      chunks.push_back(p.settings.pattern.causal ? std::min<std::int64_t>(left, 20 + std::int64_t(random()) % 100) : left);
    }
    inspect_stream<float>(checks, p, settings, chunks);
    inspect_stream<Bf16>(checks, p, settings, chunks);
  }
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main() { return corpuscope::gpu_test::on_device("inspection", corpuscope::gpu_test::check_all); }
