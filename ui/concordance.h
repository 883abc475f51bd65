#pragma once
// A line of text around what was found in it, which stands out.

#include <QPainter>
#include <QString>

namespace corpuscope::ui {

struct TextAround {
  QString before, hit, behind;
};

// Draws it in `box` with the painter's font and pen, the hit in bold and at about two fifths of the width.
void paint_concordance(QPainter& painter, const QRect& box, const TextAround& line);

}  // namespace corpuscope::ui
