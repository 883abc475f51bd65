#pragma once
// From a byte of the text to its line and column and back.

#include <cstdint>
#include <string_view>
#include <vector>

namespace corpuscope::text {

struct LineColumn {
  std::int64_t line = 1;    // from 1; "\n", "\r\n" and a lone "\r" end a line
  std::int64_t column = 1;  // from 1, in Unicode code points
};

class Lines {
 public:
  explicit Lines(std::string_view text);  // the text must outlive this

  std::int64_t count() const { return std::int64_t(starts_.size()); }
  std::int64_t start(std::int64_t line) const;  // byte offset of a line, from 1; past the end: the text's size
  LineColumn at(std::int64_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::int64_t> starts_;
};

}  // namespace corpuscope::text
