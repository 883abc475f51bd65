#pragma once
// Places as a person writes them: the number of a token, or NAME:LINE; with +COUNT behind for more than one token.

#include <optional>
#include <string>
#include <string_view>

#include "explore/passages.h"

namespace corpuscope::explore {

struct PlaceText {
  std::string name;         // of a document; empty: `number` is a token
  std::int64_t number = 0;  // token or line
  std::int64_t count = 1;   // tokens
};
std::optional<PlaceText> parse_place(std::string_view text);  // nothing where it is neither

// The token, or the first of the line. A document may be named by the end of its name, where no other ends so. Throws
// core::Error where there is no such document or line, or it has no tokens yet.
std::int64_t token_of(const PlaceText& place, const workspace::Workspace& workspace, Passages& passages);

}  // namespace corpuscope::explore
