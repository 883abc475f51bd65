#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <memory>

#include "core/error.h"
#include "text/html.h"
#include "text/xml.h"

namespace corpuscope::text {
namespace {

using namespace std::string_view_literals;

// Sorted, for binary search.
constexpr std::array left_out = {"annotation"sv, "audio"sv,    "canvas"sv, "head"sv,   "iframe"sv,
                                 "object"sv,     "rp"sv,       "rt"sv,     "script"sv, "style"sv,
                                 "svg"sv,        "template"sv, "title"sv,  "video"sv};
constexpr std::array paragraphs = {"address"sv, "article"sv, "aside"sv,   "blockquote"sv, "body"sv,   "caption"sv,
                                   "center"sv,  "details"sv, "dialog"sv,  "div"sv,        "dl"sv,     "fieldset"sv,
                                   "figure"sv,  "footer"sv,  "form"sv,    "header"sv,     "hgroup"sv, "hr"sv,
                                   "html"sv,    "legend"sv,  "main"sv,    "nav"sv,        "ol"sv,     "p"sv,
                                   "pre"sv,     "section"sv, "summary"sv, "table"sv,      "ul"sv};
constexpr std::array lines = {"dd"sv, "dt"sv, "figcaption"sv, "li"sv, "optgroup"sv, "option"sv, "tr"sv};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

bool is_heading(std::string_view name) {
  return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6';
}

std::string_view view(const xmlChar* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

std::string_view attribute(const xmlChar** attributes, std::string_view name) {
  for (; attributes && attributes[0]; attributes += 2)
    if (view(attributes[0]) == name) return view(attributes[1]);
  return {};
}

// Feeds the parser, and takes what it finds. No exception may pass through the parser: the first one is kept, the
// parser is told that the file ends, and the exception goes on behind it.
class Page {
 public:
  Page(Prose& prose, std::string_view html, Allowance& allowance)
      : prose_(prose), html_(html), allowance_(allowance) {}

  void parse() {
    start_xml_library();
    const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> parser(htmlNewParserCtxt(),
                                                                                htmlFreeParserCtxt);
    if (!parser) throw std::bad_alloc();
    std::memset(parser->sax, 0, sizeof *parser->sax);
    parser->sax->startElement = [](void* page, const xmlChar* name, const xmlChar** attributes) {
      static_cast<Page*>(page)->guarded([&](Page& self) { self.start(view(name), attributes); });
    };
    parser->sax->endElement = [](void* page, const xmlChar* name) {
      static_cast<Page*>(page)->guarded([&](Page& self) { self.end(view(name)); });
    };
    parser->sax->characters = [](void* page, const xmlChar* text, int length) {
      static_cast<Page*>(page)->guarded([&](Page& self) {
        self.characters({reinterpret_cast<const char*>(text), std::size_t(length)});
      });
    };
    parser->sax->ignorableWhitespace = parser->sax->characters;
    parser->sax->cdataBlock = parser->sax->characters;  // scripts and styles
    parser->userData = this;
    htmlDocPtr none = htmlCtxtReadIO(
        parser.get(), [](void* page, char* to, int room) { return static_cast<Page*>(page)->read(to, room); },
        nullptr, this, nullptr, "UTF-8",
        HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    if (none) xmlFreeDoc(none);
    if (failure_) std::rethrow_exception(failure_);
    prose_.end_heading();
    while (preformatted_-- > 0) prose_.preformatted(false);
    prose_.paragraph();
  }

 private:
  template <class Work>
  void guarded(Work work) {
    if (failure_) return;
    try {
      work(*this);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  // Little at a time: between two pieces the allowance is asked.
  int read(char* to, int room) {
    std::size_t count = 0;
    guarded([&](Page& self) {
      self.allowance_.poll();
      count = std::min({std::size_t(room), html_.size() - at_, std::size_t(2048)});
      std::memcpy(to, html_.data() + at_, count);
      std::replace(to, to + count, '\0', ' ');  // where the parser would take the file to end
      at_ += count;
    });
    return int(count);
  }

  void start(std::string_view name, const xmlChar** attributes) {
    if (!left_out_.empty()) {
      left_out_depth_ += name == left_out_;
      return;
    }
    if (is_one_of(left_out, name)) {
      left_out_ = *std::lower_bound(left_out.begin(), left_out.end(), name);
      left_out_depth_ = 1;
      return;
    }
    page_mark(attributes);
    if (is_heading(name)) prose_.begin_heading();
    edge(name);
    if (name == "br") prose_.line_break();
    if (name == "tr") prose_.row();
    if (name == "td" || name == "th") prose_.cell();
    if (name == "pre" || name == "textarea" || name == "listing") {
      ++preformatted_;
      prose_.preformatted(true);
    }
  }

  void end(std::string_view name) {
    if (!left_out_.empty()) {
      if (name == left_out_ && --left_out_depth_ == 0) left_out_ = {};
      return;
    }
    if (is_heading(name)) prose_.end_heading();
    if ((name == "pre" || name == "textarea" || name == "listing") && preformatted_ > 0) {
      --preformatted_;
      prose_.preformatted(false);
    }
    edge(name);
  }

  void edge(std::string_view name) {
    if (is_one_of(paragraphs, name)) prose_.paragraph();
    if (is_one_of(lines, name)) prose_.line();
  }

  // EPUB's marks of where a page of the printed book begins.
  void page_mark(const xmlChar** attributes) {
    if (attribute(attributes, "epub:type") != "pagebreak" && attribute(attributes, "role") != "doc-pagebreak") return;
    auto page = attribute(attributes, "title");
    if (page.empty()) page = attribute(attributes, "aria-label");
    if (!page.empty()) prose_.page(page.starts_with("page ") ? std::string(page) : "page " + std::string(page));
  }

  void characters(std::string_view text) {
    if (left_out_.empty()) prose_.text(text);
  }

  Prose& prose_;
  std::string_view html_;
  Allowance& allowance_;
  std::size_t at_ = 0;
  std::string_view left_out_;  // the element inside which nothing is taken; empty: none
  std::int64_t left_out_depth_ = 0;
  int preformatted_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void append_html(Prose& prose, std::string_view html, Allowance& allowance) {
  if (!html.empty()) Page(prose, html, allowance).parse();
}

}  // namespace corpuscope::text
