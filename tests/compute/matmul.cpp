// Matrix products against sums in double, and under a rain of signals.
#include "compute/matmul.h"
#include "compute/precision.h"

#include <gtest/gtest.h>
#include <sys/time.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <random>
#include <vector>

#include "core/parallel.h"

namespace corpuscope::compute {
namespace {

using Matrix = std::vector<float>;

Matrix random_matrix(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix x(static_cast<std::size_t>(count));
  for (float& value : x) value = normal(random);
  return x;
}

struct Shape {
  std::int64_t m, n, k;
};

// The relative L2 error of c = op(a) op(b) + beta c.
double error_of(const Shape& s, Op op_a, Op op_b, float beta) {
  const Matrix a = random_matrix(s.m * s.k, 1), b = random_matrix(s.k * s.n, 2), before = random_matrix(s.m * s.n, 3);
  Matrix c = before;
  matmul(op_a, op_b, s.m, s.n, s.k, a.data(), b.data(), beta, c.data());
  double wrong = 0, all = 0;
  for (std::int64_t i = 0; i < s.m; ++i)
    for (std::int64_t j = 0; j < s.n; ++j) {
      double exact = double(beta) * before[std::size_t(i * s.n + j)];
      for (std::int64_t l = 0; l < s.k; ++l)
        exact += double(a[std::size_t(op_a == Op::plain ? i * s.k + l : l * s.m + i)]) *
                 double(b[std::size_t(op_b == Op::plain ? l * s.n + j : j * s.k + l)]);
      wrong += std::pow(c[std::size_t(i * s.n + j)] - exact, 2);
      all += exact * exact;
    }
  return std::sqrt(wrong / all);
}

void expect_errors_between(double least, double most) {
  // One row, one column, sides that are cut into parts, and sides that no block size divides.
  for (const Shape& s : {Shape{1, 1, 9}, Shape{1, 700, 33}, Shape{700, 1, 33}, Shape{130, 67, 192}, Shape{515, 129, 31},
                         Shape{65, 1031, 64}})
    for (const Op op_a : {Op::plain, Op::transposed})
      for (const Op op_b : {Op::plain, Op::transposed})
        for (const float beta : {0.f, 1.f}) {
          const double error = error_of(s, op_a, op_b, beta);
          EXPECT_LT(error, most) << s.m << " x " << s.n << " x " << s.k;
          EXPECT_GE(error, least) << s.m << " x " << s.n << " x " << s.k;
        }
}

TEST(MatmulPrecision, Float32) { expect_errors_between(0, 2e-6); }

// Eight bits of mantissa: a factor is off by at most 2^-9, by 2^-10.2 on the average, a product of two by sqrt(2) of that.
TEST(MatmulPrecision, Bf16) {
  const WithPrecision bf16(Precision::bf16);
  expect_errors_between(1e-4, 4e-3);
}

TEST(MatmulPrecision, Bf16KeepsInfinitiesAndNans) {
  const WithPrecision bf16(Precision::bf16);
  const float a[] = {INFINITY, 1, NAN, 1}, one[] = {1, 1};
  float c[2];
  matmul(Op::plain, Op::plain, 2, 1, 2, a, one, 0, c);
  EXPECT_EQ(c[0], INFINITY);
  EXPECT_TRUE(std::isnan(c[1]));
}

TEST(Matmul, DoesNotDependOnTheNumberOfThreads) {
  const Matrix a = random_matrix(300 * 150, 1), b = random_matrix(150 * 200, 2);
  std::vector<Matrix> results;
  for (const int threads : {1, 2, 5}) {
    core::set_threads(threads);
    results.emplace_back(std::size_t(300 * 200));
    matmul(Op::plain, Op::transposed, 300, 200, 150, a.data(), b.data(), 0, results.back().data());
  }
  core::set_threads(0);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

std::atomic<int> signals_seen = 0;

// Every half a millisecond one, as a profiler's timer or an impatient person's Ctrl-C would send.
class SignalRain {
 public:
  SignalRain() {
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals_seen; };
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, &before_);
    const itimerval often{{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, nullptr);
  }
  ~SignalRain() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

TEST(Matmul, SignalsDoNoHarm) {
  const std::int64_t m = 512, n = 8192, k = 192;
  const Matrix a = random_matrix(m * k, 1), b = random_matrix(k * n, 2);
  Matrix first(std::size_t(m * n)), c = first;
  matmul(Op::plain, Op::transposed, m, n, k, a.data(), b.data(), 0, first.data());
  const SignalRain rain;
  for (int i = 0; i < 20; ++i) {
    matmul(Op::plain, Op::transposed, m, n, k, a.data(), b.data(), 0, c.data());
    const std::vector<Matrix> blocks(20, Matrix(1000));  // of the heap, to show what was overwritten
    ASSERT_TRUE(first == c);
  }
  EXPECT_GT(signals_seen, 0);
}

}  // namespace
}  // namespace corpuscope::compute
