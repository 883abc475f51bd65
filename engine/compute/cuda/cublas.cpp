#include "compute/cuda/cublas.h"

#include <cuda_runtime_api.h>

#include "compute/cuda/library.h"

namespace corpuscope::compute::cuda {
namespace {

CublasLt find_functions() {
  const std::string version = std::to_string(CUDART_VERSION / 1000);
  const Library library("libcublasLt.so." + version, "cuBLAS of CUDA " + version);
  CublasLt lt;
  library.find(lt.create, "cublasLtCreate");
  library.find(lt.destroy, "cublasLtDestroy");
  library.find(lt.make_product, "cublasLtMatmulDescCreate");
  library.find(lt.destroy_product, "cublasLtMatmulDescDestroy");
  library.find(lt.set_product, "cublasLtMatmulDescSetAttribute");
  library.find(lt.make_layout, "cublasLtMatrixLayoutCreate");
  library.find(lt.destroy_layout, "cublasLtMatrixLayoutDestroy");
  library.find(lt.make_preference, "cublasLtMatmulPreferenceCreate");
  library.find(lt.destroy_preference, "cublasLtMatmulPreferenceDestroy");
  library.find(lt.set_preference, "cublasLtMatmulPreferenceSetAttribute");
  library.find(lt.choose, "cublasLtMatmulAlgoGetHeuristic");
  library.find(lt.multiply, "cublasLtMatmul");
  library.find(lt.explain, "cublasLtGetStatusString");
  return lt;
}

}  // namespace

const CublasLt& cublas_lt() {
  static const CublasLt functions = find_functions();
  return functions;
}

}  // namespace corpuscope::compute::cuda
