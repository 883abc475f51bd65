// Dilated attention on a GPU against the definition in double and the golden cases: forward, gradients, streams, parts
// of the heads. The same program runs with the kernels emulated on the processor (see emulated/), on the same shapes.
#include "attention/cuda/attention.h"

#include "attention_case.h"
#include "check.h"
#include "core/error.h"
#include "device.h"
#include "large.h"
#include "problems.h"
#ifndef CORPUSCOPE_EMULATED
#include "graph.h"
#endif

namespace corpuscope::gpu_test {
namespace {

// Bounds of the relative L2 error.
struct Bounds {
  double output, gradient;
};
template <typename Element>
constexpr Bounds bounds = std::is_same_v<Element, float> ? Bounds{1e-4, 1e-4} : Bounds{1e-2, 2e-2};

std::string bf16_kernel = "mma";  // that is checked now
template <typename Element>
std::string element_name() {
  return std::is_same_v<Element, float> ? "float32" : "bf16 " + bf16_kernel;
}

template <typename Element>
void compare(Checks& checks, const std::string& kind, const Problem& p, const Results& ours, const Results& exact,
             Bounds bound = bounds<Element>) {
  const std::string full = kind + ' ' + element_name<Element>(), name = name_of(p);
  checks.below(full + " out", name, distance(ours.out, exact.out), bound.output);
  checks.below(full + " lse", name, distance(ours.lse, exact.lse), bound.output);
  checks.below(full + " gradients", name + " dq", distance(ours.dq, exact.dq), bound.gradient);
  checks.below(full + " gradients", name + " dk", distance(ours.dk, exact.dk), bound.gradient);
  checks.below(full + " gradients", name + " dv", distance(ours.dv, exact.dv), bound.gradient);
}

template <typename Element>
void whole(Checks& checks, const std::string& kind, const Problem& given, Bounds bound = bounds<Element>) {
  const Problem p = rounded<Element>(given);
  const Results exact = reference(p);
  Case<Element> one(p);
  compare<Element>(checks, kind, p, one.whole(false), exact, bound);
  compare<Element>(checks, kind + ", shared launches", p, one.whole(true), exact, bound);
}

template <typename Element>
void golden(Checks& checks) {
  const auto folders = golden_cases();
  checks.is_true("golden cases", "there are at least 20", folders.size() >= 20);
  for (const auto& folder : folders) {
    const Problem p = golden_problem(folder);
    const Results exact = golden_results(folder);
    // Scores of several hundred: float32 keeps a few digits of their softmax, bf16 none.
    const bool large = p.name == "case_large_logits";
    if (large && std::is_same_v<Element, Bf16>) continue;
    compare<Element>(checks, "golden", p, Case<Element>(p).whole(true), exact,
                     large ? Bounds{1e-3, 1e-3} : bounds<Element>);
  }
}

using pattern::OffsetRule;

// Shapes that hurt.
template <typename Element>
void edges(Checks& checks) {
  const auto one = [&](const char* name, Settings settings, Shape shape) {
    whole<Element>(checks, "edges", problem(name, std::move(settings), shape, 7));
  };
  for (const int d : {32, 64, 128}) {
    one("one position", {{{{16, 1}, {64, 4}}}, 1, {}}, {1, 3, 3, d});
    one("one more than a segment", {{{{64, 1}, {128, 4}}}, 0.2f, {}}, {65, 2, 1, d});
    one("a segment of tiles and one", {{{{129, 1}}}, 0.2f, {}}, {129, 1, 1, d});
    one("a short last segment", {{{{96, 1}, {192, 3}}}, 0.2f, {}}, {200, 2, 2, d});
    one("dilation above the heads", {{{{32, 1}, {256, 16}}, OffsetRule::both_ends}, 0.2f, {}}, {300, 2, 2, d});
    one("grouped heads, staggered", {{{{48, 1}, {96, 2}, {192, 4}}, OffsetRule::modulo, true}, 0.2f, {}}, {210, 4, 2, d});
    one("rotated, not causal", {{{{80, 1}, {160, 2}}, OffsetRule::block, true, false}, 0.2f, {100, false}}, {190, 2, 1, d});
  }
  one("keys of a tile shared", {{{{700, 1}, {1400, 2}}}, 0.2f, {}}, {700, 1, 1, 32});
}

// Scores of many thousands must neither overflow nor lose the largest. One key has all the weight then: what is left of
// the gradients of q and k is rounding, and only has to be finite.
template <typename Element>
void huge_scores(Checks& checks) {
  for (const int d : {32, 64, 128}) {
    const Problem p = rounded<Element>(problem("huge scores", {{{{32, 1}, {128, 2}}}, 1, {}}, {150, 2, 2, d}, 7, 30));
    const Results ours = Case<Element>(p).whole(true), exact = reference(p);
    const std::string kind = std::string("huge scores ") + element_name<Element>();
    checks.below(kind + " out", name_of(p), distance(ours.out, exact.out), std::is_same_v<Element, float> ? 1e-3 : 1e-2);
    checks.below(kind + " lse", name_of(p), distance(ours.lse, exact.lse), 1e-5);
    for (const auto* x : {&ours.dq, &ours.dk, &ours.dv})
      checks.is_true(kind + " finite gradients", name_of(p),
                     std::all_of(x->begin(), x->end(), [](float value) { return std::isfinite(value); }));
  }
}

template <typename Element>
void random_problems(Checks& checks) {
  std::mt19937 random(1);
  const int dims[] = {8, 32, 48, 64, 128};
  for (int round = 0; round < 30; ++round) {
    whole<Element>(checks, "random", random_problem(random, 260, dims[round % 5]));
  }
}

// Inputs as parts of one array of all three, and only some of the heads.
template <typename Element>
void parts_of_heads(Checks& checks) {
  std::mt19937 random(4);
  for (int round = 0; round < 6; ++round) {
    const Problem p = rounded<Element>(
        problem("parts of heads", {{{{40, 1}, {80, 2}, {160, 5}}, OffsetRule(round % 3), round % 2 == 1}, 0.2f, {}},
                {170, 6, 2, 32}, unsigned(random())));
    compare<Element>(checks, "parts of heads", p, by_heads<Element>(p, {{0, 1}, {1, 4}, {4, 6}}), reference(p));
  }
}

template <typename Element>
void streams(Checks& checks) {
  std::mt19937 random(6);
  const int dims[] = {32, 64, 128};
  for (int round = 0; round < 9; ++round) {
    const Problem p = rounded<Element>(random_problem(random, 260, dims[round % 3], true));
    const Results exact = reference(p);
    std::vector<std::int64_t> chunks;
    for (std::int64_t at = 0; at < p.shape.length; at += chunks.back())
      chunks.push_back(std::min<std::int64_t>(p.shape.length - at, 1 + std::int64_t(random()) % (round % 2 ? 30 : 150)));
    const std::string kind = std::string("streams ") + element_name<Element>(), name = name_of(p);
    const Results ours = Case<Element>(p).stream(chunks, round % 3 == 0);
    checks.below(kind + " out", name, distance(ours.out, exact.out), bounds<Element>.output);
    checks.below(kind + " lse", name, distance(ours.lse, exact.lse), bounds<Element>.output);
    // Backward of one chunk after the other: gradients of kept keys go back to where they were read.
    checks.below(kind + " gradients", name + " dq", distance(ours.dq, exact.dq), bounds<Element>.gradient);
    checks.below(kind + " gradients", name + " dk", distance(ours.dk, exact.dk), bounds<Element>.gradient);
    checks.below(kind + " gradients", name + " dv", distance(ours.dv, exact.dv), bounds<Element>.gradient);
  }
}

// Where there are graphs.
void graphs([[maybe_unused]] Checks& checks) {
#ifndef CORPUSCOPE_EMULATED
  const Problem p = rounded<Bf16>(
      problem("graph", {{{{64, 1}, {128, 2}, {512, 8}}, OffsetRule::both_ends, true}, 0.2f, {}}, {480, 4, 2, 64}, 8));
  const Results ours = captured_stream<Bf16>(p, 48), exact = reference(p);
  checks.below("captured graph", name_of(p) + " out", distance(ours.out, exact.out), bounds<Bf16>.output);
  checks.below("captured graph", name_of(p) + " lse", distance(ours.lse, exact.lse), bounds<Bf16>.output);
#endif
}

// Levels as a model's, lengths as a book's. On the processor a few thousand positions stand in for them.
template <typename Element>
void large_problems(Checks& checks) {
#ifdef CORPUSCOPE_EMULATED
  const std::int64_t length = 1100, segment = 64;
  const int levels = 3;
#else
  const std::int64_t length = 200'003, segment = 2048;
  const int levels = 6;
#endif
  for (const int d : {64, 128}) {
    if (d > 64 && std::is_same_v<Element, float>) continue;  // slow, and only a check
    Settings settings{{{}, OffsetRule::both_ends, true}, 0.1f, {}};
    for (int k = 0; k < levels; ++k) settings.pattern.levels.push_back({segment << k, std::int64_t(1) << k});
    const Problem p = problem("large", settings, {length, 2, 2, d}, 9);
    const Bounds bound = std::is_same_v<Element, float> ? Bounds{1e-3, 1e-3} : bounds<Element>;
    large<Element>(checks, "large " + element_name<Element>(), p, bound.output, bound.gradient);
  }
}

template <typename Element>
void check_element(Checks& checks, bool small) {
  golden<Element>(checks);
  if (small) return;
  edges<Element>(checks);
  huge_scores<Element>(checks);
  random_problems<Element>(checks);
  parts_of_heads<Element>(checks);
  streams<Element>(checks);
  large_problems<Element>(checks);
}

// `small`: few and small shapes, for compute-sanitizer.
void check_all(Checks& checks, bool small) {
  check_element<float>(checks, small);
  for (const std::string& name : cuda::kernel_names()) {
    cuda::force_kernel(bf16_kernel = name);
    check_element<Bf16>(checks, small);
    if (!small) graphs(checks);
  }
  cuda::force_kernel("");
  bool refused = false;
  try {
    cuda::force_kernel("none");
  } catch (const core::Error&) {
    refused = true;
  }
  checks.is_true("kernels", "one that there is not is refused", refused);
}

}  // namespace
}  // namespace corpuscope::gpu_test

int main(int count, char** arguments) {
  const bool small = count > 1 && std::string(arguments[1]) == "--small";
  return corpuscope::gpu_test::on_device("attention",
                                         [&](auto& checks) { corpuscope::gpu_test::check_all(checks, small); });
}
