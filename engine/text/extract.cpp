#include "text/extract.h"

#include "core/error.h"
#include "text/known_formats.h"
#include "text/plain_text.h"

namespace corpuscope::text {
namespace {

constexpr std::size_t first_bytes = 512;

}  // namespace

const std::vector<std::unique_ptr<Extractor>>& extractors() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Extractor>> list;
    list.push_back(std::make_unique<PlainText>());
    return list;
  }();
  return all;
}

Extracted extract(std::string_view file_name, std::string_view bytes) {
  if (bytes.empty()) throw core::Error("empty file");
  for (const auto& extractor : extractors()) {
    if (!extractor->accepts(file_name, bytes.substr(0, first_bytes))) continue;
    auto extracted = extractor->extract(bytes);
    if (extracted.text.empty()) throw core::Error("empty file");
    return extracted;
  }
  const auto format = known_format(file_name, bytes.substr(0, first_bytes));
  throw core::Error(format.has_text ? format.name + ": not yet supported" : "binary file (" + format.name + ")");
}

}  // namespace corpuscope::text
