#pragma once
// Jupyter notebooks (version 3 and 4): the sources of the cells, in order, as they are written.

#include "text/extract.h"

namespace corpuscope::text {

class Notebook : public Extractor {
 public:
  std::string_view format() const override { return "Jupyter notebook"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
