#include "text/prose.h"

#include <algorithm>

#include "text/utf8.h"

namespace corpuscope::text {
namespace {

constexpr std::string_view white = " \t\n\r\f";  // HTML's; a no-break space is none
constexpr std::string_view soft_hyphen = "\xC2\xAD";
constexpr std::size_t longest_name = 200;  // bytes of an anchor's name
constexpr int most_tabs = 64;              // in a row; more are a broken table, not text

std::string shortened(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return white.find(c) != white.npos; }, ' ');
  if (name.size() <= longest_name) return name;
  std::size_t end = longest_name;
  while (end > 0 && (static_cast<std::uint8_t>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end) + "\u2026";
}

}  // namespace

void Prose::widen(Gap gap) {
  gap_ = std::max(gap_, gap);
  if (gap >= Gap::line) tabs_ = 0;
}

void Prose::tab() {
  if (gap_ < Gap::line && !text_.empty()) tabs_ = std::min(tabs_ + 1, most_tabs);
}

void Prose::row() {
  line();
  cells_ = 0;
}

void Prose::cell() {
  if (cells_++ > 0) tabs_ = std::min(tabs_ + 1, most_tabs);
}

void Prose::line_break() { widen(gap_ >= Gap::line ? Gap::paragraph : Gap::line); }
void Prose::line() { widen(Gap::line); }
void Prose::paragraph() { widen(Gap::paragraph); }

// A newline right behind <pre> is no part of it; the gap before it swallows that one.
void Prose::preformatted(bool on) { preformatted_ = std::max(0, preformatted_ + (on ? 1 : -1)); }

void Prose::close_gap() {
  if (!text_.empty()) {
    if (gap_ == Gap::space && tabs_ == 0) text_ += ' ';
    if (gap_ == Gap::line || gap_ == Gap::paragraph) text_ += '\n';
    if (gap_ == Gap::paragraph) text_ += '\n';
  }
  text_.append(std::size_t(tabs_), '\t');
  gap_ = Gap::none;
  tabs_ = 0;
  for (auto& anchor : waiting_) anchors_.push_back({size(), std::move(anchor.name), anchor.is_page});
  waiting_.clear();
  if (in_heading_ && heading_start_ < 0) heading_start_ = size();
}

void Prose::preformatted_text(std::string_view utf8) {
  if (after_return_ && utf8.starts_with('\n')) utf8.remove_prefix(1);
  after_return_ = false;
  if (utf8.empty()) return;
  if (gap_ == Gap::paragraph && utf8.front() == '\n') utf8.remove_prefix(1);
  if (utf8.empty()) return;
  close_gap();
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (utf8[i] != '\r') {
      text_ += utf8[i];
      continue;
    }
    text_ += '\n';
    if (i + 1 < utf8.size() && utf8[i + 1] == '\n') ++i;
    after_return_ = i + 1 == utf8.size() && utf8[i] == '\r';
  }
}

void Prose::text(std::string_view utf8) {
  if (preformatted_ > 0) return preformatted_text(utf8);
  for (std::size_t at = 0; at < utf8.size();) {
    const auto start = utf8.find_first_not_of(white, at);
    if (start != at) widen(Gap::space);
    if (start == utf8.npos) return;
    at = std::min(utf8.find_first_of(white, start), utf8.size());
    for (auto word = utf8.substr(start, at - start); !word.empty();) {
      const auto part = word.substr(0, word.find(soft_hyphen));
      if (!part.empty()) {
        close_gap();
        text_ += part;
      }
      word.remove_prefix(std::min(word.size(), part.size() + soft_hyphen.size()));
    }
  }
}

void Prose::anchor(std::string name) { wait_for_text(std::move(name), false); }
void Prose::page(std::string name) { wait_for_text(std::move(name), true); }

void Prose::wait_for_text(std::string name, bool is_page) {
  if (!name.empty()) waiting_.push_back({0, shortened(std::move(name)), is_page});
}

void Prose::begin_heading() {
  end_heading();
  paragraph();
  in_heading_ = true;
}

void Prose::end_heading() {
  if (!in_heading_) return;
  in_heading_ = false;
  if (heading_start_ >= 0) anchors_.push_back({heading_start_, shortened(text_.substr(std::size_t(heading_start_))), false});
  heading_start_ = -1;
  paragraph();
}

void Prose::verbatim(std::string_view utf8) {
  const auto last = utf8.find_last_not_of(white);
  paragraph();
  preformatted(true);
  if (last != utf8.npos) text(utf8.substr(0, last + 1));
  preformatted(false);
  paragraph();
}

void Prose::append(Extracted part) {
  if (part.text.empty()) return;
  paragraph();
  close_gap();
  for (auto& anchor : part.anchors) anchors_.push_back({size() + anchor.offset, std::move(anchor.name), anchor.is_page});
  part.text.pop_back();  // its line end
  text_ += part.text;
  paragraph();
}

Extracted Prose::finish(std::string encoding) {
  end_heading();
  while (!text_.empty() && white.find(text_.back()) != white.npos) text_.pop_back();
  if (!text_.empty()) text_ += '\n';
  for (auto& anchor : anchors_) anchor.offset = std::min(anchor.offset, size());
  std::stable_sort(anchors_.begin(), anchors_.end(),
                   [](const Anchor& a, const Anchor& b) { return a.offset < b.offset; });
  return {std::move(text_), std::move(encoding), {}, std::move(anchors_)};
}

}  // namespace corpuscope::text
