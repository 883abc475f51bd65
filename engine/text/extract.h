#pragma once
// A file becomes clean UTF-8 text.
//
// An Extractor turns the bytes of one kind of file into text; the first that accepts a file is used. Plain text
// and source code are decoded and otherwise left as they are: the text, encoded back, is the file.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::text {

// A place in the text that has a name: a chapter's heading, a page.
struct Anchor {
  std::int64_t offset = 0;  // byte in the text
  std::string name;
};

struct Extracted {
  std::string text;      // valid UTF-8
  std::string encoding;  // of the file: "UTF-8", "UTF-16LE", "ISO-8859-1", ...
  std::string note;      // what a person should know, e.g. "3 invalid bytes became U+FFFD"; may be empty
  std::vector<Anchor> anchors;
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual bool accepts(std::string_view file_name, std::string_view first_bytes) const = 0;
  // Throws core::Error with the reason where the bytes are no text of this kind.
  virtual Extracted extract(std::string_view bytes) const = 0;
};

// All extractors, in the order in which they are asked.
const std::vector<std::unique_ptr<Extractor>>& extractors();

// Text of a file's bytes by the first extractor that accepts it; throws core::Error with the reason ("binary file",
// "empty file", ...) where there is none.
Extracted extract(std::string_view file_name, std::string_view bytes);

}  // namespace corpuscope::text
