#pragma once
// Word documents (Office Open XML, .docx and .docm).

#include "text/extract.h"

namespace corpuscope::text {

class Docx : public Extractor {
 public:
  std::string_view format() const override { return "Word document"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
