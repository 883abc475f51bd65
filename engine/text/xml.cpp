#include "text/xml.h"

#include <libxml/xmlreader.h>

#include "core/error.h"

namespace corpuscope::text {
namespace {

std::string_view view(const xmlChar* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

}  // namespace

void start_xml_library() {
  static const bool once = [] {
    xmlInitParser();
    return true;
  }();
  (void)once;
  // Of this thread. What cannot be decoded is said on standard error otherwise, whatever a parser's options are.
  xmlSetStructuredErrorFunc(nullptr, [](void*, xmlErrorPtr) {});
}

struct XmlReader::Parser {
  std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)> reader{nullptr, xmlFreeTextReader};
};

XmlReader::XmlReader(std::string_view bytes, std::string what, Allowance& allowance)
    : parser_(std::make_unique<Parser>()), allowance_(allowance), what_(std::move(what)), bytes_(bytes) {
  start_xml_library();
  if (bytes.size() > (std::size_t(1) << 30)) throw core::Error(what_ + " is larger than 1024 MiB");
  parser_->reader.reset(xmlReaderForMemory(
      bytes.data(), int(bytes.size()), nullptr, nullptr,
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT));
  if (!parser_->reader) throw std::bad_alloc();
}

XmlReader::~XmlReader() = default;

XmlReader::Event XmlReader::next() {
  if (end_of_empty_) {
    end_of_empty_ = false;
    return Event::end;
  }
  auto* reader = parser_->reader.get();
  while (true) {
    if (++events_ % 256 == 0) allowance_.poll();
    const int more = xmlTextReaderRead(reader);
    if (more == 0) return Event::finished;
    if (more < 0)
      throw core::Error("damaged (" + what_ + ", line " + std::to_string(xmlTextReaderGetParserLineNumber(reader)) +
                        ")");
    switch (xmlTextReaderNodeType(reader)) {
      case XML_READER_TYPE_ELEMENT:
        end_of_empty_ = xmlTextReaderIsEmptyElement(reader) == 1;
        return Event::start;
      case XML_READER_TYPE_END_ELEMENT:
        return Event::end;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_WHITESPACE:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        return Event::text;
      default:
        break;
    }
  }
}

std::string_view XmlReader::name() const { return view(xmlTextReaderConstLocalName(parser_->reader.get())); }

std::string_view XmlReader::text() const { return view(xmlTextReaderConstValue(parser_->reader.get())); }

std::string XmlReader::attribute(std::string_view name) const {
  auto* reader = parser_->reader.get();
  std::string value;
  for (int more = xmlTextReaderMoveToFirstAttribute(reader); more == 1;
       more = xmlTextReaderMoveToNextAttribute(reader)) {
    if (view(xmlTextReaderConstLocalName(reader)) != name) continue;
    value = view(xmlTextReaderConstValue(reader));
    break;
  }
  xmlTextReaderMoveToElement(reader);
  return value;
}

void XmlReader::skip_element() {
  for (int depth = 1; depth > 0;) {
    const auto event = next();
    if (event == Event::finished) return;
    depth += event == Event::start ? 1 : event == Event::end ? -1 : 0;
  }
}

}  // namespace corpuscope::text
