#include "text/epub.h"

#include "core/error.h"
#include "text/archive_reader.h"
#include "text/epub_package.h"
#include "text/html.h"
#include "text/known_formats.h"

namespace corpuscope::text {
namespace {

bool is_markup(const std::string& path) {
  const auto ending = name_ending(path);
  for (const auto one : {"xml", "opf", "ncx", "xhtml", "html", "htm", "xht"})
    if (ending == one) return true;
  return false;
}

}  // namespace

bool Epub::accepts(std::string_view file_name, std::string_view first_bytes) const {
  return known_format(file_name, first_bytes).name == "EPUB";
}

Extracted Epub::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  const auto files = read_members(bytes, allowance, is_markup);
  const auto package = epub_package(files, allowance);
  Prose prose;
  std::int64_t missing = 0;
  for (const auto& path : package.spine) {
    const auto file = files.find(path);
    if (file == files.end()) {
      ++missing;
      continue;
    }
    Prose alone;
    const auto html = file->second.empty() ? std::string() : decode_html(file->second, allowance).text;
    append_html(alone, html, allowance);
    const auto title = package.titles.find(path);
    if (alone.anchors() == 0 && title != package.titles.end()) prose.anchor(title->second);
    prose.append(alone.finish(""));
  }
  auto book = prose.finish("EPUB");
  if (missing > 0)
    book.note = std::to_string(missing) + (missing == 1 ? " chapter is" : " chapters are") + " missing in the file";
  return book;
}

}  // namespace corpuscope::text
