#define KERNEL_NAMESPACE avx2
#define KERNEL_NAME "avx2"
#define LANES 8
#define REGISTERS 16
#include "attention/kernel.inl"
