#pragma once
// Questions that were asked, and their answers.

#include <cstdint>
#include <string>

namespace corpuscope::workspace {

struct AskedQuestion {
  std::int64_t id = 0;  // 0: not stored yet
  std::int64_t run = 0;
  std::int64_t asked_at = 0;  // seconds since 1970
  std::int64_t as_of = 0;     // tokens of the sequence that were known
  std::string question, answer;
  std::string details;        // settings and sources, as JSON
};

}  // namespace corpuscope::workspace
