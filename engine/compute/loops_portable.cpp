#define LOOPS_NAMESPACE portable
#include "compute/loops.inl"
