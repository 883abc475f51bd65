#pragma once
// Puts widgets beside each other, and into further rows where the width does not hold them all: controls stay whole
// in narrow windows, with large letters and in wordy languages.

#include <QLayout>
#include <QVector>

namespace corpuscope::ui {

class FlowLayout : public QLayout {
 public:
  FlowLayout(QWidget* parent, int across, int down);
  ~FlowLayout() override;

  void addItem(QLayoutItem* item) override { items_.append(item); }
  int count() const override { return int(items_.size()); }
  QLayoutItem* itemAt(int index) const override { return items_.value(index); }
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
  void setGeometry(const QRect& rectangle) override;
  QSize sizeHint() const override;  // all in one row
  QSize minimumSize() const override;

 private:
  int arrange(const QRect& rectangle, bool apply) const;  // returns the height it takes
  void place_row(int from, int to, QPoint at, int height) const;

  QVector<QLayoutItem*> items_;
  int across_, down_;
};

}  // namespace corpuscope::ui
