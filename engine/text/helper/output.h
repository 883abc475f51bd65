#pragma once
// The helper's standard output, record by record.

#include <cstdint>
#include <stdexcept>
#include <string>

#include "text/helper_protocol.h"

namespace corpuscope::text {

class Output {
 public:
  explicit Output(std::int64_t most) : most_(most) {}

  // Throws std::runtime_error with the reason where it would be too much, or cannot be written.
  void put(RecordKind kind, const std::string& bytes);

 private:
  std::int64_t most_, written_ = 0;
};

}  // namespace corpuscope::text
