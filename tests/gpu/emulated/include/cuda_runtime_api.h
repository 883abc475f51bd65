#pragma once
// The one type of CUDA that the kernels' public header uses, where there is no CUDA.
using cudaStream_t = struct CUstream_st*;
