#include "text/lines.h"

#include <algorithm>
#include <cstring>

namespace corpuscope::text {
namespace {

const char* find(const char* from, const char* end, char c) {
  return static_cast<const char*>(std::memchr(from, c, std::size_t(end - from)));
}

std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace

Lines::Lines(std::string_view text) : text_(text), starts_{0} {
  const char *const begin = text.data(), *const end = begin + text.size();
  const bool has_returns = !text.empty() && find(begin, end, '\r');
  for (const char* at = begin; at < end;) {
    const char* newline = find(at, end, '\n');
    const char* const stop = newline ? newline : end;
    // A return right before the newline is part of the line's end, any other ends a line itself.
    while (has_returns && at < stop) {
      const char* const back = find(at, stop, '\r');
      if (!back || (newline && back + 1 == newline)) break;
      at = back + 1;
      starts_.push_back(at - begin);
    }
    if (!newline) break;
    at = newline + 1;
    starts_.push_back(at - begin);
  }
}

std::int64_t Lines::start(std::int64_t line) const {
  if (line > count()) return std::int64_t(text_.size());
  return starts_[std::size_t(std::max<std::int64_t>(line, 1) - 1)];
}

LineColumn Lines::at(std::int64_t offset) const {
  offset = std::clamp<std::int64_t>(offset, 0, std::int64_t(text_.size()));
  const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin();
  const auto from = std::size_t(starts_[std::size_t(line - 1)]);
  return {line, code_points(text_.substr(from, std::size_t(offset) - from)) + 1};
}

}  // namespace corpuscope::text
