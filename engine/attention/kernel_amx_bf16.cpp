#define KERNEL_NAMESPACE amx_bf16
#define KERNEL_AMX
#define LANES 16
#define REGISTERS 32
#include "attention/kernel_bf16.inl"
