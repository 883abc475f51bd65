// Muon against what it promises: U V^T of the gradient's singular value decomposition, up to its stated error.
#include "compute/muon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace corpuscope::compute {
namespace {

using Matrix = std::vector<float>;

Matrix random_matrix(std::int64_t rows, std::int64_t columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix x(std::size_t(rows * columns));
  for (float& value : x) value = normal(random);
  return x;
}

// Rows that are orthogonal and of length one, by Gram and Schmidt in double.
Matrix orthonormal_rows(std::int64_t rows, std::int64_t columns, unsigned seed) {
  const Matrix from = random_matrix(rows, columns, seed);
  std::vector<double> x(from.begin(), from.end());
  for (std::int64_t i = 0; i < rows; ++i) {
    double* row = x.data() + i * columns;
    for (std::int64_t j = 0; j < i; ++j) {
      const double* before = x.data() + j * columns;
      double along = 0;
      for (std::int64_t k = 0; k < columns; ++k) along += row[k] * before[k];
      for (std::int64_t k = 0; k < columns; ++k) row[k] -= along * before[k];
    }
    double length = 0;
    for (std::int64_t k = 0; k < columns; ++k) length += row[k] * row[k];
    for (std::int64_t k = 0; k < columns; ++k) row[k] /= std::sqrt(length);
  }
  return {x.begin(), x.end()};
}

// U diag(values) V^T where the columns of U and the rows of V^T are orthonormal.
struct Decomposed {
  std::int64_t rows, columns, rank;
  Matrix u, vt;  // u: [rank, rows], transposed

  Decomposed(std::int64_t rows, std::int64_t columns, unsigned seed)
      : rows(rows), columns(columns), rank(std::min(rows, columns)),
        u(orthonormal_rows(rank, rows, seed)), vt(orthonormal_rows(rank, columns, seed + 1)) {}

  Matrix with(const std::vector<double>& values) const {
    Matrix x(std::size_t(rows * columns));
    for (std::int64_t r = 0; r < rank; ++r)
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
          x[std::size_t(i * columns + j)] +=
              float(values[std::size_t(r)] * u[std::size_t(r * rows + i)] * vt[std::size_t(r * columns + j)]);
    return x;
  }

  // u_r^T x v_s
  double value(const Matrix& x, std::int64_t r, std::int64_t s) const {
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        sum += double(u[std::size_t(r * rows + i)]) * x[std::size_t(i * columns + j)] * vt[std::size_t(s * columns + j)];
    return sum;
  }
};

TEST(Muon, makes_singular_values_about_one_and_keeps_their_directions) {
  const std::int64_t shapes[][2] = {{1, 1}, {1, 7}, {9, 1}, {24, 24}, {16, 40}, {40, 16}};
  for (const auto& [rows, columns] : shapes) {
    const Decomposed matrix(rows, columns, 3);
    std::vector<double> values;
    for (std::int64_t r = 0; r < matrix.rank; ++r)  // from 100 down to 1
      values.push_back(100 * std::pow(1e-2, double(r) / double(std::max<std::int64_t>(1, matrix.rank - 1))));
    Matrix x = matrix.with(values);
    orthogonalize(rows, columns, x.data());
    for (std::int64_t r = 0; r < matrix.rank; ++r)
      for (std::int64_t s = 0; s < matrix.rank; ++s) {
        const double value = matrix.value(x, r, s);
        if (r == s) {
          EXPECT_GT(value, 0.5) << rows << " x " << columns << ", value " << values[std::size_t(r)];
          EXPECT_LT(value, 1.3) << rows << " x " << columns << ", value " << values[std::size_t(r)];
        } else {
          EXPECT_NEAR(value, 0, 1e-2) << rows << " x " << columns;
        }
      }
  }
}

TEST(Muon, zero_stays_zero) {
  Matrix x(12, 0.f);
  orthogonalize(3, 4, x.data());
  EXPECT_EQ(x, Matrix(12, 0.f));
}

TEST(Muon, a_step_is_decay_and_the_orthogonal_momentum_at_the_rate_of_adamw) {
  constexpr std::int64_t rows = 6, columns = 10;
  const Matrix gradient = random_matrix(rows, columns, 5), before = random_matrix(rows, columns, 6);
  const Matrix momentum_before = random_matrix(rows, columns, 7);
  Matrix weight = before, momentum = momentum_before, update(before.size());
  const Muon settings{.learning_rate = 0.01, .momentum = 0.9, .weight_decay = 0.5};
  muon_step(settings, 2, rows, columns, gradient.data(), weight.data(), momentum.data());
  for (std::size_t i = 0; i < update.size(); ++i) {
    EXPECT_NEAR(momentum[i], 0.9 * momentum_before[i] + 2 * gradient[i], 1e-5);
    update[i] = 2 * gradient[i] + 0.9f * momentum[i];
  }
  orthogonalize(rows, columns, update.data());
  for (std::size_t i = 0; i < update.size(); ++i)
    EXPECT_NEAR(weight[i], before[i] * (1 - 0.01 * 0.5) - 0.01 * 0.2 * std::sqrt(10.) * update[i], 1e-5);
}

// Least squares whose inputs differ a hundredfold in size: a rate at which Muon reaches the minimum.
TEST(Muon, descends_where_directions_differ_in_size) {
  constexpr std::int64_t rows = 8, columns = 12;
  const Matrix target = random_matrix(rows, columns, 8);
  Matrix weight(target.size(), 0.f), momentum(target.size(), 0.f), gradient(target.size());
  const auto loss = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const double size = i % columns < 6 ? 1 : 0.01;
      gradient[i] = float(size * (weight[i] - target[i]));
      sum += size * std::pow(weight[i] - target[i], 2);
    }
    return sum;
  };
  const double first = loss();
  for (int step = 0; step < 400; ++step) {
    loss();
    const Muon settings{.learning_rate = 0.1 * (1 - step / 400.), .momentum = 0.9, .weight_decay = 0};
    muon_step(settings, 1, rows, columns, gradient.data(), weight.data(), momentum.data());
  }
  EXPECT_LT(loss(), first * 1e-3);
}

}  // namespace
}  // namespace corpuscope::compute
