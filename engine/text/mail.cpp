#include "text/mail.h"

#include <cctype>

#include "core/error.h"
#include "text/helper.h"
#include "text/html.h"
#include "text/known_formats.h"
#include "text/utf8.h"

namespace corpuscope::text {
namespace {

bool begins_with_header(std::string_view bytes) {
  const auto colon = bytes.find(':');
  if (colon == 0 || colon == bytes.npos || colon > 60) return false;
  for (const char c : bytes.substr(0, colon))
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') return false;
  return true;
}

}  // namespace

bool Mail::accepts(std::string_view file_name, std::string_view first_bytes) const {
  const auto ending = name_ending(file_name);
  if (ending == "mbox" || ending == "mbx") return first_bytes.starts_with("From ");
  return ending == "eml" && begins_with_header(first_bytes);
}

Extracted Mail::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  Prose prose;
  std::string note;
  for (const auto& record : run_helper("mail", bytes, allowance)) {
    const auto text = mend_utf8(record.bytes).text;
    if (record.kind == RecordKind::anchor) prose.anchor(text);
    if (record.kind == RecordKind::note) note = text;
    if (record.kind == RecordKind::html) append_html(prose, text, allowance);
    if (record.kind == RecordKind::paragraph) prose.verbatim(text);
  }
  auto mail = prose.finish("e-mail");
  mail.note = std::move(note);
  return mail;
}

}  // namespace corpuscope::text
