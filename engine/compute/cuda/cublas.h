#pragma once
// The functions of cuBLASLt that the engine calls.

#include <cublasLt.h>

namespace corpuscope::compute::cuda {

struct CublasLt {
  decltype(cublasLtCreate)* create;
  decltype(cublasLtDestroy)* destroy;
  decltype(cublasLtMatmulDescCreate)* make_product;
  decltype(cublasLtMatmulDescDestroy)* destroy_product;
  decltype(cublasLtMatmulDescSetAttribute)* set_product;
  decltype(cublasLtMatrixLayoutCreate)* make_layout;
  decltype(cublasLtMatrixLayoutDestroy)* destroy_layout;
  decltype(cublasLtMatmulPreferenceCreate)* make_preference;
  decltype(cublasLtMatmulPreferenceDestroy)* destroy_preference;
  decltype(cublasLtMatmulPreferenceSetAttribute)* set_preference;
  decltype(cublasLtMatmulAlgoGetHeuristic)* choose;
  decltype(cublasLtMatmul)* multiply;
  decltype(cublasLtGetStatusString)* explain;
};

// Opens the library at the first call. Throws core::Error where it is not there.
const CublasLt& cublas_lt();

}  // namespace corpuscope::compute::cuda
