#include "explore/other_text.h"

#include <algorithm>

#include "core/error.h"

namespace corpuscope::explore {

OtherText::OtherText(const workspace::Workspace& workspace, std::int64_t length, std::uint64_t seed)
    : workspace_(workspace), length_(length), random_(seed) {
  if (length < 1) throw core::Error("There is no other text in an empty corpus.", "Open a folder with readable files.");
}

std::vector<std::int32_t> OtherText::draw(std::int64_t count, const Stretch& avoid) {
  const std::int64_t most = std::min(count, length_), places = length_ - most + 1;
  const auto touches = [&](std::int64_t first) { return first < avoid.first + avoid.count && avoid.first < first + most; };
  const auto whole = [&](std::int64_t first) {
    const auto document = workspace_.document_at(first);
    return document && first + most <= document->first_token + document->tokens;
  };
  constexpr int draws = 32;
  std::int64_t chosen = -1, any = 0;
  for (int i = 0; i < draws && chosen < 0; ++i) {
    any = std::int64_t(random_() % std::uint64_t(places));
    if (!touches(any) && whole(any)) chosen = any;
  }
  for (int i = 0; i < draws && chosen < 0; ++i) {
    any = std::int64_t(random_() % std::uint64_t(places));
    if (!touches(any)) chosen = any;
  }
  const auto read = workspace_.tokens(chosen < 0 ? any : chosen, most);
  if (std::int64_t(read.size()) != most)
    throw core::Error("The corpus has changed since it was read.", "Read it again when it is open again.");
  std::vector<std::int32_t> tokens;
  while (std::int64_t(tokens.size()) < count)
    tokens.insert(tokens.end(), read.begin(), read.begin() + std::min(most, count - std::int64_t(tokens.size())));
  return tokens;
}

}  // namespace corpuscope::explore
