#pragma once
// One line of text that gives way: where there is no room it is shortened with an ellipsis, and its tool tip tells
// all of it. Its menu copies it.

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
