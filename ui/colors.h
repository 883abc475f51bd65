#pragma once
// The one place for colours. A level has one colour in every view; weights have perceptually uniform maps;
// surprise has one hue. Everything comes in a variant for light and one for dark windows.

#include <QColor>
#include <QPalette>
#include <array>

namespace corpuscope::ui {

// What a custom-drawn view is made of.
struct Theme {
  bool dark = false;
  QColor ground, panel, text, quiet_text, line, document[2], cursor, hover, mark, received;
};

const Theme& theme(bool dark);
bool is_dark(const QPalette& palette);

// The first eight differ under every kind of colour vision; neighbours among the first 24 do too. Then they repeat.
constexpr int distinct_levels = 24;
QColor level_color(int level, bool dark);

// 256 entries of equal perceived steps, from the ground (weight zero) to the strongest. `levels`: the colour of the
// level that gives most, for which there is no one table.
enum class ColorMap { violet_yellow, blue_yellow, grey, levels };
using ColorTable = std::array<QRgb, 256>;
const ColorTable& color_table(ColorMap map, bool dark);

// How a token of so many bits is tinted: see-through, to be laid over the background. Strongest from 16 bits on.
constexpr double most_bits = 16;
QColor surprise_tint(double bits, bool dark);
QColor surprise_color(bool dark);  // opaque, for lines and bars

// How a token is tinted that holds such a share of an attention, where the largest in sight is `largest`: by the
// logarithm, from `least_tinted_share` on.
constexpr double least_tinted_share = 1e-5;
QColor share_tint(double share, double largest, bool dark);

QColor blind_color(bool dark);  // of what the pattern keeps a token from knowing

}  // namespace corpuscope::ui
