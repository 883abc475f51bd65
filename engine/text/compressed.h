#pragma once
// A text that is compressed by itself: "letters.txt.gz". What is inside is read as if it were a file of its own, with
// the name without its ending. Compressed files inside compressed ones are unpacked up to the allowance's depth.

#include "text/extract.h"

namespace corpuscope::text {

class Compressed : public Extractor {
 public:
  std::string_view format() const override { return "compressed file"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
