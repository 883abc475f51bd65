#pragma once
// Muon: momentum whose singular values are all made about one before it moves a weight matrix, so that rare directions
// learn as fast as common ones (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; decay
// and the scale that lets it share AdamW's learning rate: Liu et al., arXiv 2502.16982, section 2.2). For the matrices
// between layers; embeddings, heads and vectors take AdamW.

#include <cstdint>

namespace corpuscope::compute {

struct Muon {
  double learning_rate = 1e-3;
  double momentum = 0.95;
  double weight_decay = 0;
};

// x [rows, columns] becomes about U V^T of its singular value decomposition U S V^T: five Newton-Schulz steps of the
// fifth degree leave every singular value that was above a two-hundredth of x's norm between 0.5 and 1.3.
void orthogonalize(std::int64_t rows, std::int64_t columns, float* x);

// One step of a matrix [rows, columns]. The gradients are multiplied by `gradient_scale` (clipping).
void muon_step(const Muon& settings, float gradient_scale, std::int64_t rows, std::int64_t columns,
               const float* gradient, float* weight, float* momentum);

}  // namespace corpuscope::compute
