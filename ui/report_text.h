#pragma once
// The words of the report: HTML in which nothing of a corpus is taken for markup.

#include <QByteArray>
#include <QString>
#include <string_view>
#include <vector>

#include "explore/passages.h"

namespace corpuscope::ui {

// Escaped, with characters that could hide or reorder text made visible.
QString html_text(std::string_view utf8);
QString html_text(const QString& text);

// A token's text with its bits, to be tinted.
struct TintedPiece {
  std::string text;
  double bits = 0;
};
// The tokens of a passage. A character that several tokens share goes to the first of them, with the most bits.
std::vector<TintedPiece> tinted_pieces(const explore::TokenizedText& document, const explore::Passage& passage,
                                       const std::vector<float>& surprisal);
QString html_tinted(const std::vector<TintedPiece>& pieces);

QString report_style();  // the inside of <style>, for light and dark

}  // namespace corpuscope::ui
