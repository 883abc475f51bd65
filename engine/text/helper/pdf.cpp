#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <climits>
#include <memory>

#include "text/helper/parsers.h"

namespace corpuscope::text {
namespace {

std::string utf8(const poppler::ustring& text) {
  const auto bytes = text.to_utf8();
  return {bytes.begin(), bytes.end()};
}

// "page 12", and what is printed on it where that is something else: "page 12 (iv)".
std::string name_of(const poppler::page& page, int number) {
  const auto name = "page " + std::to_string(number);
  const auto label = utf8(page.label());
  return label.empty() || label == std::to_string(number) ? name : name + " (" + label + ")";
}

}  // namespace

void put_pdf(std::string_view bytes, Output& output) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  if (bytes.size() > INT_MAX) throw std::runtime_error("larger than 2 GiB");
  const std::unique_ptr<poppler::document> document(
      poppler::document::load_from_raw_data(bytes.data(), int(bytes.size())));
  if (!document) throw std::runtime_error("damaged");
  if (document->is_locked()) throw std::runtime_error("protected with a password");
  int missing = 0;
  for (int i = 0; i < document->pages(); ++i) {
    const std::unique_ptr<poppler::page> page(document->create_page(i));
    if (!page) {
      ++missing;
      continue;
    }
    output.put(RecordKind::anchor, name_of(*page, i + 1));
    // In the order in which the page is drawn: that is the order in which it was written, column by column. Poppler's
    // own idea of an order takes the words of a widely spaced line for columns.
    output.put(RecordKind::paragraph, utf8(page->text({}, poppler::page::raw_order_layout)));
  }
  if (missing > 0)
    output.put(RecordKind::note, std::to_string(missing) + (missing == 1 ? " page is" : " pages are") + " damaged");
}

}  // namespace corpuscope::text
