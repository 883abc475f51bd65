#pragma once
// Plain text and source code in any encoding.

#include "text/extract.h"

namespace corpuscope::text {

class PlainText : public Extractor {
 public:
  std::string_view format() const override { return {}; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;  // all but known formats
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
