#include "compute/muon.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "compute/adamw.h"
#include "compute/matmul.h"

namespace corpuscope::compute {
namespace {

// Of the step x <- a x + b (x x^T) x + c (x x^T)^2 x: Jordan's, which raise small singular values fastest.
constexpr float a = 3.4445f, b = -4.7750f, c = 2.0315f;
constexpr int steps = 5;

// x [rows, columns] with rows <= columns, so that x x^T is the smaller square.
void orthogonalize_wide(std::int64_t rows, std::int64_t columns, float* x) {
  thread_local std::vector<float> square, fourth, next;
  square.resize(std::size_t(rows * rows));
  fourth.resize(square.size());
  next.resize(std::size_t(rows * columns));
  for (int step = 0; step < steps; ++step) {
    matmul(Op::plain, Op::transposed, rows, rows, columns, x, x, 0, square.data());
    matmul(Op::plain, Op::plain, rows, rows, rows, square.data(), square.data(), 0, fourth.data());
    for (std::size_t i = 0; i < square.size(); ++i) fourth[i] = b * square[i] + c * fourth[i];
    for (std::int64_t i = 0; i < rows; ++i) fourth[std::size_t(i * rows + i)] += a;
    matmul(Op::plain, Op::plain, rows, columns, rows, fourth.data(), x, 0, next.data());
    std::copy(next.begin(), next.end(), x);
  }
}

void transpose(std::int64_t rows, std::int64_t columns, const float* x, float* y) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
}

}  // namespace

void orthogonalize(std::int64_t rows, std::int64_t columns, float* x) {
  const std::int64_t count = rows * columns;
  const double norm = std::sqrt(sum_of_squares(count, x));
  if (norm == 0) return;
  for (std::int64_t i = 0; i < count; ++i) x[i] = float(x[i] / norm);
  if (rows <= columns) return orthogonalize_wide(rows, columns, x);
  thread_local std::vector<float> turned;
  turned.resize(std::size_t(count));
  transpose(rows, columns, x, turned.data());
  orthogonalize_wide(columns, rows, turned.data());
  transpose(columns, rows, turned.data(), x);
}

void muon_step(const Muon& settings, float gradient_scale, std::int64_t rows, std::int64_t columns,
               const float* gradient, float* weight, float* momentum) {
  const std::int64_t count = rows * columns;
  const float kept = float(settings.momentum);
  thread_local std::vector<float> update;
  update.resize(std::size_t(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * gradient_scale;
    momentum[i] = kept * momentum[i] + g;
    update[std::size_t(i)] = g + kept * momentum[i];  // Nesterov's: one step ahead
  }
  orthogonalize(rows, columns, update.data());
  const float rate = float(settings.learning_rate * 0.2 * std::sqrt(double(std::max(rows, columns))));
  const float keep = float(1 - settings.learning_rate * settings.weight_decay);
  for (std::int64_t i = 0; i < count; ++i) weight[i] = weight[i] * keep - rate * update[std::size_t(i)];
}

}  // namespace corpuscope::compute
