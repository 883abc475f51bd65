#pragma once
// Checks for programs that must build where there is a compiler and nothing else, so no GoogleTest.

#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace corpuscope::gpu_test {

inline constexpr int skipped = 77;  // exit code, as CTest is told

// Relative L2 distance; absolute where b is nothing.
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

// Counts what failed, and keeps the worst value of each kind of check for the summary.
class Checks {
 public:
  void below(const std::string& kind, const std::string& what, double value, double bound) {
    Kind& of = kinds_[kind];
    ++of.count;
    of.worst = std::max(of.worst, value);
    of.bound = std::max(of.bound, bound);
    if (value <= bound) return;
    ++failed_;
    std::printf("FAILED %s, %s: %.3g, at most %.3g\n", kind.c_str(), what.c_str(), value, bound);
  }
  void equal(const std::string& kind, const std::string& what, double value, double wanted) {
    below(kind, what, std::fabs(value - wanted), 0);
  }
  void is_true(const std::string& kind, const std::string& what, bool value) { below(kind, what, value ? 0 : 1, 0); }

  // The exit code.
  int end() const {
    for (const auto& [name, kind] : kinds_)
      std::printf("%-44s %5d checks, worst %.2e, bound %.2e\n", name.c_str(), kind.count, kind.worst, kind.bound);
    std::printf("%s\n", failed_ == 0 ? "all passed" : (std::to_string(failed_) + " FAILED").c_str());
    return failed_ == 0 ? 0 : 1;
  }

 private:
  struct Kind {
    int count = 0;
    double worst = 0, bound = 0;
  };
  std::map<std::string, Kind> kinds_;
  int failed_ = 0;
};

}  // namespace corpuscope::gpu_test
