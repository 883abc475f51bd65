#define LOOPS_NAMESPACE avx512
#include "compute/loops.inl"
