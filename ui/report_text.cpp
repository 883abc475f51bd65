#include "ui/report_text.h"

#include <algorithm>
#include <cmath>

#include "ui/colors.h"
#include "ui/names.h"

namespace corpuscope::ui {
namespace {

constexpr int tints = 16;

// Characters that change the direction or the look of what follows them, or show as nothing.
bool deceives(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xD800 && c <= 0xDFFF) || (c >= 0xE0000 && c <= 0xE007F);
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

QString css_tints(bool dark) {
  QString css;
  for (int i = 1; i <= tints; ++i) {
    const QColor c = surprise_tint(most_bits * i / tints, dark);
    css += QStringLiteral(".s%1{background:rgba(%2,%3,%4,%5)}")
               .arg(i)
               .arg(c.red())
               .arg(c.green())
               .arg(c.blue())
               .arg(double(c.alphaF()), 0, 'f', 2);
  }
  return css;
}

QString css_colors(bool dark) {
  const Theme& t = theme(dark);
  return QStringLiteral(":root{--ground:%1;--panel:%2;--text:%3;--quiet:%4;--line:%5}")
             .arg(t.ground.name(), t.panel.name(), t.text.name(), t.quiet_text.name(), t.line.name()) +
         css_tints(dark);
}

}  // namespace

QString html_text(const QString& text) {
  QString out;
  for (const char32_t c : text.toUcs4()) {
    if (deceives(c))
      out += QStringLiteral("<span class=hidden>U+%1</span>").arg(uint(c), 4, 16, QChar(u'0'));
    else
      out += QString::fromUcs4(&c, 1).toHtmlEscaped();
  }
  return out;
}

QString html_text(std::string_view utf8) { return html_text(to_text(utf8)); }

std::vector<TintedPiece> tinted_pieces(const explore::TokenizedText& document, const explore::Passage& passage,
                                       const std::vector<float>& surprisal) {
  std::vector<TintedPiece> pieces;
  const std::int64_t begin = passage.first - document.document.first_token;
  for (std::int64_t i = 0; i < passage.count && i < std::int64_t(surprisal.size()); ++i) {
    const auto at = std::size_t(begin + i);
    if (begin < 0 || at + 1 >= document.starts.size()) break;
    const auto from = std::size_t(document.starts[at]), to = std::size_t(document.starts[at + 1]);
    const std::string text = document.text.substr(from, to - from);
    const double bits = double(surprisal[std::size_t(i)]);
    if (!pieces.empty() && (text.empty() || continues_character(text.front()))) {
      pieces.back().text += text;
      pieces.back().bits = std::max(pieces.back().bits, bits);
    } else {
      pieces.push_back({text, bits});
    }
  }
  return pieces;
}

QString html_tinted(const std::vector<TintedPiece>& pieces) {
  QString out;
  for (const auto& piece : pieces) {
    const int tint = std::clamp(int(std::lround(piece.bits * tints / most_bits)), 0, tints);
    out += QStringLiteral("<span class=s%1 title=\"%2 bits\">%3</span>")
               .arg(tint)
               .arg(piece.bits, 0, 'f', 1)
               .arg(html_text(piece.text));
  }
  return out;
}

QString report_style() {
  return css_colors(false) + QStringLiteral("@media(prefers-color-scheme:dark){") + css_colors(true) +
         QStringLiteral(
             "}"
             "html{color-scheme:light dark}"
             "body{background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif;margin:0 auto;"
             "max-width:1240px;padding:24px 20px 64px}"
             "h1{font-size:26px;margin:0 0 2px;overflow-wrap:anywhere}h2{font-size:19px;margin:38px 0 8px}"
             "h3{font-size:15px;margin:18px 0 4px}p{max-width:76ch;margin:6px 0}"
             ".quiet{color:var(--quiet)}"
             "img{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:6px}"
             ".figures{display:flex;flex-wrap:wrap;gap:10px 34px;margin:14px 0}"
             ".figures div{min-width:96px}.figures b{display:block;font-size:21px;font-weight:600;line-height:1.25}"
             ".figures span{color:var(--quiet);font-size:13px}"
             ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:16px}"
             "figure{margin:0;min-width:0}figcaption{color:var(--quiet);font-size:13px;margin:4px 0 0}"
             ".passage{border-left:3px solid var(--line);padding:2px 0 2px 12px;margin:12px 0}"
             ".passage pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;"
             "margin:2px 0 0;tab-size:4}"
             ".place{font-size:13px;overflow-wrap:anywhere}.place b{font-weight:600}"
             ".hidden{font-size:.75em;border:1px solid var(--line);border-radius:3px;color:var(--quiet);padding:0 2px}"
             "table{border-collapse:collapse;font-size:13px;width:100%}"
             "td,th{text-align:left;vertical-align:top;padding:3px 16px 3px 0;border-bottom:1px solid var(--line);"
             "overflow-wrap:anywhere}"
             "summary{cursor:pointer}");
}

}  // namespace corpuscope::ui
