#pragma once
// EPUB 2 and 3: the documents of the spine in order, each read as HTML.

#include "text/extract.h"

namespace corpuscope::text {

class Epub : public Extractor {
 public:
  std::string_view format() const override { return "EPUB"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
