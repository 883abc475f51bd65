#pragma once
// Mailboxes (mbox) and single messages (.eml) by GMime, in the helper process. Of each message From, To, Date and
// Subject, then the body: its plain text or, where there is none, its HTML.

#include "text/extract.h"

namespace corpuscope::text {

class Mail : public Extractor {
 public:
  std::string_view format() const override { return "e-mail"; }
  bool accepts(std::string_view file_name, std::string_view first_bytes) const override;
  Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) const override;
};

}  // namespace corpuscope::text
