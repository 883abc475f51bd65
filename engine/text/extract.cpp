#include "text/extract.h"

#include "core/error.h"
#include "text/archive.h"
#include "text/compressed.h"
#include "text/docx.h"
#include "text/epub.h"
#include "text/html.h"
#include "text/known_formats.h"
#include "text/mail.h"
#include "text/notebook.h"
#include "text/open_document.h"
#include "text/pdf.h"
#include "text/plain_text.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t first_bytes = 512;

}  // namespace

const std::vector<std::unique_ptr<Extractor>>& extractors() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Extractor>> list;
    list.push_back(std::make_unique<Epub>());
    list.push_back(std::make_unique<Docx>());
    list.push_back(std::make_unique<OpenDocument>());
    list.push_back(std::make_unique<Pdf>());
    list.push_back(std::make_unique<Compressed>());
    list.push_back(std::make_unique<Html>());
    list.push_back(std::make_unique<Notebook>());
    list.push_back(std::make_unique<Mail>());
    list.push_back(std::make_unique<PlainText>());
    return list;
  }();
  return all;
}

std::string refused_at_sight(std::string_view file_name, std::string_view bytes) {
  const auto start = bytes.substr(0, first_bytes);
  for (const auto& extractor : extractors())
    if (extractor->accepts(file_name, start)) return {};
  if (is_archive(file_name, bytes)) return {};
  const auto format = known_format(file_name, start);
  return format.has_text ? format.name + ": not yet supported" : "binary file (" + format.name + ")";
}

Extracted extract(std::string_view file_name, std::string_view bytes, Allowance& allowance) {
  if (bytes.empty()) throw core::Error("empty file");
  for (const auto& extractor : extractors()) {
    if (!extractor->accepts(file_name, bytes.substr(0, first_bytes))) continue;
    try {
      auto extracted = extractor->extract(file_name, bytes, allowance);
      if (extracted.text.empty()) throw core::Error(extractor->format().empty() ? "empty file" : "no text in it");
      return extracted;
    } catch (const core::Error& error) {
      if (extractor->format().empty()) throw;
      throw core::Error(std::string(extractor->format()) + ": " + error.what(), error.remedy());
    }
  }
  const auto reason = refused_at_sight(file_name, bytes);
  throw core::Error(reason.empty() ? "an archive: many documents, not one" : reason);
}

Extracted extract(std::string_view file_name, std::string_view bytes) {
  Allowance allowance(std::int64_t(bytes.size()));
  return extract(file_name, bytes, allowance);
}

}  // namespace corpuscope::text
