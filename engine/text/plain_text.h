#pragma once
// Plain text and source code in any encoding.

#include "text/extract.h"

namespace corpuscope::text {

class PlainText : public Extractor {
 public:
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;  // all but known formats
  Extracted extract(std::string_view bytes) const override;
};

}  // namespace corpuscope::text
