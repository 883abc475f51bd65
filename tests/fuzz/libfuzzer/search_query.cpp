// libFuzzer's entry for the grammar of the search box: any bytes are read, or refused as QueryError.
#include <cstdint>

#include "explore/search_query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    corpuscope::explore::parse_query({reinterpret_cast<const char*>(data), size});
  } catch (const corpuscope::explore::QueryError&) {
  }
  return 0;
}
