#pragma once
// OpenDocument texts, spreadsheets and presentations (.odt, .ods, .odp).

#include "text/extract.h"

namespace corpuscope::text {

class OpenDocument : public Extractor {
 public:
  std::string_view format() const override { return "OpenDocument"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
