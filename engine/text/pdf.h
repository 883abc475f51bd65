#pragma once
// PDF by poppler, in the helper process. The text of a page in the order in which it is drawn, line by line; a word
// that is divided at the end of a line is whole again, and ligatures are letters.

#include "text/extract.h"

namespace corpuscope::text {

class Pdf : public Extractor {
 public:
  std::string_view format() const override { return "PDF"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
