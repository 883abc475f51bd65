#pragma once
// HTML and XHTML, whole files and the chapters of an EPUB. Built on libxml2's HTML parser, which builds no tree here:
// memory does not depend on how deeply elements are nested, and the allowance's time bounds what they can cost.

#include "text/extract.h"
#include "text/prose.h"

namespace corpuscope::text {

class Html : public Extractor {
 public:
  std::string_view format() const override { return "HTML"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

// Decoded by byte order mark, as UTF-8, by what the file itself declares, or by a guess. Throws where it is no text.
Extracted decode_html(std::string_view bytes, Allowance& allowance);

// Adds what a reader of the page reads. `html` is UTF-8, whatever it declares itself to be.
void append_html(Prose& prose, std::string_view html, Allowance& allowance);

}  // namespace corpuscope::text
