#define KERNEL_NAMESPACE avx512
#define KERNEL_NAME "avx512"
#define LANES 16
#define REGISTERS 32
#include "attention/kernel.inl"
