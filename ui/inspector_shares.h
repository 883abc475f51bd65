#pragma once
// How a token's attention is spread, drawn: over distance on a logarithmic axis, over the levels, over the heads.

#include <QWidget>
#include <vector>

#include "explore/shares.h"
#include "pattern/pattern.h"

namespace corpuscope::ui {

struct SharesPicture {
  bool dark = false;
  explore::Shares shares;
  std::vector<pattern::Level> levels;
  bool empty() const { return shares.total <= 0 || levels.empty(); }
};

// In the painter's font; returns the height it takes. With `apply` false nothing is drawn.
double paint_shares(QPainter& painter, double width, const SharesPicture& picture, bool apply = true);

class InspectorShares : public QWidget {
  Q_OBJECT

 public:
  explicit InspectorShares(QWidget* parent = nullptr);
  void set_shares(explore::Shares shares, std::vector<pattern::Level> levels);
  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  SharesPicture picture_;
};

}  // namespace corpuscope::ui
