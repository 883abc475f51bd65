#pragma once
// Text in the 8-bit and multi-byte encodings from before Unicode.

#include <optional>
#include <string>
#include <string_view>

namespace corpuscope::text {

struct LegacyText {
  std::string text;
  std::string encoding;
};

// The encoding is guessed, and the guess is kept only if every byte has a meaning in it; else Windows-1252 or
// ISO 8859-1, in which every file reads.
LegacyText decode_legacy(std::string_view bytes);

// In an encoding that is known by name; nothing where the name is unknown or a byte has no meaning in it.
std::optional<std::string> decode_as(const std::string& encoding, std::string_view bytes);

}  // namespace corpuscope::text
