#pragma once
// The dispersion plot in the window: scrolled, clicked, walked by keys.

#include <QAbstractScrollArea>

#include "ui/painting_dispersion.h"

namespace corpuscope::ui {

class DispersionPlot : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit DispersionPlot(QWidget* parent = nullptr);

  void show_rows(std::shared_ptr<const DispersionRows> rows);  // null: nothing
  const DispersionPicture& picture() const { return picture_; }
  QPoint point_of(int row, int place) const;  // in the viewport

 signals:
  void place_chosen(qint64 document, qint64 offset);

 protected:
  bool viewportEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void scrollContentsBy(int across, int down) override;

 private:
  DispersionLayout arrangement() const;
  void arrange();
  void choose(int row, int place);
  void open();
  void describe();

  DispersionPicture picture_;
};

}  // namespace corpuscope::ui
