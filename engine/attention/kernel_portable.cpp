#define KERNEL_NAMESPACE portable
#define KERNEL_NAME "portable"
#define LANES 4
#define REGISTERS 16
#include "attention/kernel.inl"
