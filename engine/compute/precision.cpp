#include "compute/precision.h"

namespace corpuscope::compute {

namespace {

thread_local Precision chosen = Precision::float32;

}  // namespace

Precision precision() { return chosen; }

WithPrecision::WithPrecision(Precision precision) : before_(chosen) { chosen = precision; }
WithPrecision::~WithPrecision() { chosen = before_; }

}  // namespace corpuscope::compute
