#define KERNEL_NAMESPACE avx512_bf16
#define LANES 16
#define REGISTERS 32
#include "attention/kernel_bf16.inl"
