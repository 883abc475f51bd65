#define LOOPS_NAMESPACE avx2
#include "compute/loops.inl"
