#pragma once
// What the tint of the tokens means.

#include <QWidget>

namespace corpuscope::ui {

class SurpriseLegend : public QWidget {
  Q_OBJECT

 public:
  explicit SurpriseLegend(QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace corpuscope::ui
