#include "compute/cuda/products.h"

#include <algorithm>
#include <compare>
#include <map>
#include <string>

#include "compute/cuda/cublas.h"
#include "compute/cuda/failure.h"

namespace corpuscope::compute::cuda {
namespace {

constexpr std::int64_t workspace_bytes = std::int64_t(32) << 20;  // what NVIDIA advises for Hopper

void check_product(cublasStatus_t status, const char* doing) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string what = std::string("cuBLAS failed while ") + doing + ": " + cublas_lt().explain(status) + ".";
  if (status == CUBLAS_STATUS_ALLOC_FAILED) throw OutOfMemory(what, "Close other programs that use the GPU.");
  throw core::Error(what, "Choose the CPU; where it happens again, report it with the model's config.json.");
}

// What a plan depends on. Column-major as cuBLAS sees it: a row-major matrix is its own transposed one there, so that
// c^T = op(b)^T op(a)^T is computed, with b as the first factor.
struct Key {
  bool transposed_a, transposed_b, bias, narrow_factors, narrow_result;
  std::int64_t m, n, k;
  std::uint32_t alignment_a, alignment_b, alignment_c;  // bytes
  auto operator<=>(const Key&) const = default;
};

// The largest power of two, up to 256, that divides an address.
std::uint32_t alignment_of(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer) | 256;
  return std::uint32_t(address & (~address + 1));
}

cudaDataType type_of(bool narrow) { return narrow ? CUDA_R_16BF : CUDA_R_32F; }

class Layout {
 public:
  Layout(bool narrow, std::int64_t rows, std::int64_t columns) {
    check_product(cublas_lt().make_layout(&layout_, type_of(narrow), std::uint64_t(columns), std::uint64_t(rows), columns),
                  "a matrix was described");
  }
  ~Layout() {
    if (layout_) cublas_lt().destroy_layout(layout_);
  }
  Layout(Layout&& other) noexcept : layout_(std::exchange(other.layout_, nullptr)) {}
  Layout& operator=(Layout&&) = delete;
  cublasLtMatrixLayout_t get() const { return layout_; }

 private:
  cublasLtMatrixLayout_t layout_ = nullptr;
};

class Plan {
 public:
  Plan(cublasLtHandle_t handle, const Key& key, bool exact)
      : a_(key.narrow_factors, key.transposed_a ? key.k : key.m, key.transposed_a ? key.m : key.k),
        b_(key.narrow_factors, key.transposed_b ? key.n : key.k, key.transposed_b ? key.k : key.n),
        c_(key.narrow_result, key.m, key.n) {
    const bool tf32 = !key.narrow_factors && !exact;
    check_product(cublas_lt().make_product(&product_, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F),
                  "a product was described");
    set(CUBLASLT_MATMUL_DESC_TRANSA, key.transposed_b ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, key.transposed_a ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (key.bias) set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
    choose(handle, key);
  }
  ~Plan() {
    if (product_) cublas_lt().destroy_product(product_);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  void run(cublasLtHandle_t handle, StreamHandle stream, const void* a, const void* b, const void* base, void* c,
           const void* bias, void* workspace) {
    const float alpha = 1, beta = base ? 1 : 0;
    if (bias) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    check_product(cublas_lt().multiply(handle, product_, &alpha, b, b_.get(), a, a_.get(), &beta, base ? base : c, c_.get(), c,
                                       c_.get(), &algorithm_, workspace, std::size_t(workspace_bytes), stream),
                  "matrices were multiplied");
  }

 private:
  template <typename Value>
  void set(cublasLtMatmulDescAttributes_t attribute, const Value& value) {
    check_product(cublas_lt().set_product(product_, attribute, &value, sizeof value), "a product was described");
  }

  void choose(cublasLtHandle_t handle, const Key& key) {
    cublasLtMatmulPreference_t preference = nullptr;
    check_product(cublas_lt().make_preference(&preference), "a product was planned");
    const auto set_preference = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      cublas_lt().set_preference(preference, attribute, &value, sizeof value);
    };
    set_preference(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(workspace_bytes));
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.alignment_b);
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.alignment_a);
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.alignment_c);
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.alignment_c);
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    const cublasStatus_t status = cublas_lt().choose(handle, product_, b_.get(), a_.get(), c_.get(), c_.get(),
                                                     preference, 1, &result, &found);
    cublas_lt().destroy_preference(preference);
    check_product(status, "a product was planned");
    if (found == 0) check_product(CUBLAS_STATUS_NOT_SUPPORTED, "a product was planned");
    algorithm_ = result.algo;
  }

  Layout a_, b_, c_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatmulAlgo_t algorithm_{};
};

}  // namespace

struct Products::Impl {
  explicit Impl(bool exact_products) : exact(exact_products), workspace(workspace_bytes) {
    check_product(cublas_lt().create(&handle), "it was started");
  }
  ~Impl() {
    plans.clear();
    if (handle) cublas_lt().destroy(handle);
  }

  const bool exact;
  Array<std::byte> workspace;
  cublasLtHandle_t handle = nullptr;
  std::map<Key, Plan> plans;
};

Products::Products(StreamHandle stream, bool exact) : stream_(stream), impl_(std::make_unique<Impl>(exact)) {}
Products::~Products() = default;

template <typename Factor, typename Result>
void Products::multiply(Op op_a, Op op_b, std::int64_t m, std::int64_t n, std::int64_t k, const Factor* a,
                        const Factor* b, const Result* base, Result* c, const Result* bias) {
  if (m == 0 || n == 0) return;
  const Key key{op_a == Op::transposed,
                op_b == Op::transposed,
                bias != nullptr,
                sizeof(Factor) == 2,
                sizeof(Result) == 2,
                m,
                n,
                k,
                alignment_of(a),
                alignment_of(b),
                base ? std::min(alignment_of(base), alignment_of(c)) : alignment_of(c)};
  auto found = impl_->plans.find(key);
  if (found == impl_->plans.end())
    found = impl_->plans.try_emplace(key, impl_->handle, key, impl_->exact).first;
  found->second.run(impl_->handle, stream_, a, b, base, c, bias, impl_->workspace.data());
}
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const float*, const float*,
                                 const float*, float*, const float*);
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const Bf16*, const Bf16*,
                                 const float*, float*, const float*);
template void Products::multiply(Op, Op, std::int64_t, std::int64_t, std::int64_t, const Bf16*, const Bf16*,
                                 const Bf16*, Bf16*, const Bf16*);

}  // namespace corpuscope::compute::cuda
