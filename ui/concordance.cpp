#include "ui/concordance.h"

namespace corpuscope::ui {

void paint_concordance(QPainter& painter, const QRect& box, const TextAround& line) {
  const QFont plain = painter.font();
  QFont bold = plain;
  bold.setBold(true);
  const QString hit = QFontMetrics(bold).elidedText(line.hit, Qt::ElideRight, box.width());
  const int width = QFontMetrics(bold).horizontalAdvance(hit);
  const QRect middle(box.left() + (box.width() - width) * 2 / 5, box.top(), width, box.height());
  const QRect left(box.left(), box.top(), middle.left() - box.left(), box.height());
  const QRect right(middle.right() + 1, box.top(), box.right() - middle.right(), box.height());
  const QFontMetrics metrics(plain);
  constexpr int one_line = Qt::AlignVCenter | Qt::TextSingleLine;
  painter.setFont(bold);
  painter.drawText(middle, Qt::AlignLeft | one_line, hit);
  painter.setFont(plain);
  painter.drawText(left, Qt::AlignRight | one_line, metrics.elidedText(line.before, Qt::ElideLeft, left.width()));
  painter.drawText(right, Qt::AlignLeft | one_line, metrics.elidedText(line.behind, Qt::ElideRight, right.width()));
}

}  // namespace corpuscope::ui
