#pragma once
// Lines of text that give way: where there is no room they are shortened with an ellipsis, and the tool tip tells
// all of it. The menu copies it.

#include <QLabel>

namespace corpuscope::ui {

class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(Qt::TextElideMode mode, QWidget* parent = nullptr);

  QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  QString shown() const;

  Qt::TextElideMode mode_;
};

}  // namespace corpuscope::ui
