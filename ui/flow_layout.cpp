#include "ui/flow_layout.h"

#include <QWidget>
#include <algorithm>

namespace corpuscope::ui {

FlowLayout::FlowLayout(QWidget* parent, int across, int down) : QLayout(parent), across_(across), down_(down) {}

FlowLayout::~FlowLayout() { qDeleteAll(items_); }

QLayoutItem* FlowLayout::takeAt(int index) {
  return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

void FlowLayout::setGeometry(const QRect& rectangle) {
  QLayout::setGeometry(rectangle);
  arrange(rectangle, true);
}

QSize FlowLayout::sizeHint() const {
  QSize size(0, 0);
  int shown = 0;
  for (const QLayoutItem* item : items_) {
    if (item->isEmpty()) continue;
    ++shown;
    size.rwidth() += item->sizeHint().width();
    size.setHeight(std::max(size.height(), item->sizeHint().height()));
  }
  size.rwidth() += std::max(shown - 1, 0) * across_;
  return size.grownBy(contentsMargins());
}

QSize FlowLayout::minimumSize() const {
  QSize size(0, 0);
  for (const QLayoutItem* item : items_) size = size.expandedTo(item->sizeHint());
  return size.grownBy(contentsMargins());
}

// Items of a row stand with their middles on one line.
void FlowLayout::place_row(int from, int to, QPoint at, int height) const {
  for (int i = from; i < to; ++i) {
    if (items_[i]->isEmpty()) continue;
    const QSize size = items_[i]->sizeHint();
    items_[i]->setGeometry({at + QPoint(0, (height - size.height()) / 2), size});
    at.rx() += size.width() + across_;
  }
}

int FlowLayout::arrange(const QRect& rectangle, bool apply) const {
  const QRect room = rectangle.marginsRemoved(contentsMargins());
  int y = room.top(), x = room.left(), height = 0, row = 0;
  for (int i = 0; i < count(); ++i) {
    if (items_[i]->isEmpty()) continue;
    const QSize size = items_[i]->sizeHint();
    if (x > room.left() && x + size.width() > room.left() + room.width()) {
      if (apply) place_row(row, i, {room.left(), y}, height);
      y += height + down_;
      x = room.left();
      height = 0;
      row = i;
    }
    x += size.width() + across_;
    height = std::max(height, size.height());
  }
  if (apply) place_row(row, count(), {room.left(), y}, height);
  return y + height - rectangle.top() + contentsMargins().bottom();
}

}  // namespace corpuscope::ui
