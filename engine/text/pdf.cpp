#include "text/pdf.h"

#include "core/error.h"
#include "text/helper.h"
#include "text/known_formats.h"
#include "text/prose.h"
#include "text/undivided.h"
#include "text/utf8.h"

namespace corpuscope::text {
namespace {

struct Ligature {
  std::string_view sign, letters;
};
constexpr Ligature ligatures[] = {{"\uFB00", "ff"},  {"\uFB01", "fi"}, {"\uFB02", "fl"}, {"\uFB03", "ffi"},
                                  {"\uFB04", "ffl"}, {"\uFB05", "st"}, {"\uFB06", "st"}};

// A typesetter's signs for pairs of letters: nobody who searches for "find" would find it written with one.
std::string spelled_out(std::string text) {
  for (const auto& [sign, letters] : ligatures)
    for (std::size_t at = 0; (at = text.find(sign, at)) != text.npos; at += letters.size())
      text.replace(at, sign.size(), letters);
  return text;
}

}  // namespace

bool Pdf::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return known_format(file_name, first_bytes).name == "PDF";
}

Extracted Pdf::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  auto records = run_helper("pdf", bytes, allowance);
  std::vector<std::string> pages;
  for (auto& record : records)
    if (record.kind == RecordKind::paragraph)
      pages.push_back(record.bytes = spelled_out(mend_utf8(record.bytes).text));
  const KnownWords words(pages);
  Prose prose;
  std::string note;
  for (auto& record : records) {
    if (record.kind == RecordKind::anchor) prose.page(mend_utf8(record.bytes).text);
    if (record.kind == RecordKind::note) note = record.bytes;
    if (record.kind == RecordKind::paragraph) prose.verbatim(undivided(record.bytes, words));
  }
  auto document = prose.finish("PDF");
  if (document.text.empty()) throw core::Error("no text in it (pictures of pages?)");
  document.note = std::move(note);
  return document;
}

}  // namespace corpuscope::text
