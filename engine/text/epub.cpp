#include "text/epub.h"

#include <optional>

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

// Nothing where it is not there or is no text: the rest of the book is worth having.
std::optional<Extracted> read_chapter(const std::map<std::string, std::string>& files, const std::string& path,
                                      Allowance& allowance) {
  const auto file = files.find(path);
  if (file == files.end()) return std::nullopt;
  Prose chapter;
  try {
    if (!file->second.empty()) append_html(chapter, decode_html(file->second, allowance).text, allowance);
  } catch (const core::Error&) {
    if (allowance.is_used_up()) throw;
    return std::nullopt;
  }
  return chapter.finish("");
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
    auto chapter = read_chapter(files, path, allowance);
    missing += !chapter;
    if (!chapter) continue;
    const auto title = package.titles.find(path);
    if (chapter->anchors.empty() && title != package.titles.end()) prose.anchor(title->second);
    prose.append(std::move(*chapter));
  }
  auto book = prose.finish("EPUB");
  if (missing > 0)
    book.note = std::to_string(missing) + (missing == 1 ? " chapter is" : " chapters are") + " missing or damaged";
  return book;
}

}  // namespace corpuscope::text
