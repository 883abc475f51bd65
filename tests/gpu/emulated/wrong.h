#pragma once
// What a GPU would do wrongly, or undefinedly, ends the program here.

#include <cstdio>
#include <cstdlib>

namespace corpuscope::emulated {

[[noreturn]] inline void wrong(const char* what) {
  std::fprintf(stderr, "emulated block: %s\n", what);
  std::abort();
}

}  // namespace corpuscope::emulated
