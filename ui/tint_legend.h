#pragma once
// What the tint of the tokens means.

#include <QWidget>

#include "ui/reader_text.h"

namespace corpuscope::ui {

class TintLegend : public QWidget {
  Q_OBJECT

 public:
  explicit TintLegend(QWidget* parent = nullptr);
  void set_tint(Tint tint, double largest_share);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString before() const;
  QString behind() const;

  Tint tint_ = Tint::surprise;
  double largest_ = 0;
};

}  // namespace corpuscope::ui
