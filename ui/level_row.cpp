#include "ui/level_row.h"

#include <QIcon>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "ui/colors.h"
#include "ui/flow_layout.h"
#include "ui/painting.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr int swatch = 14;

QIcon level_icon(int level, bool dark) {
  const auto draw = [&](bool on) {
    QPixmap pixmap(swatch * 2, swatch * 2);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(level_color(level, dark), 1.5));
    if (on) painter.setBrush(level_color(level, dark));
    painter.drawRoundedRect(QRectF(1.5, 1.5, swatch - 3, swatch - 3), 2, 2);
    return pixmap;
  };
  QIcon icon;
  icon.addPixmap(draw(true), QIcon::Normal, QIcon::On);
  icon.addPixmap(draw(false), QIcon::Normal, QIcon::Off);
  return icon;
}

}  // namespace

LevelRow::LevelRow(QWidget* parent) : QWidget(parent), row_(new FlowLayout(this, 0, 0)) {
  setObjectName(QStringLiteral("attention_levels"));
  row_->setContentsMargins(6, 0, 6, 0);
  row_->addWidget(new QLabel(tr("Levels ")));
}

void LevelRow::set_levels(const std::vector<pattern::Level>& levels) {
  for (QToolButton* button : buttons_) button->deleteLater();
  buttons_.clear();
  for (int i = 0; i < int(levels.size()); ++i) add(i, levels[std::size_t(i)]);
}

void LevelRow::add(int index, const pattern::Level& level) {
  auto* button = new QToolButton;
  button->setCheckable(true);
  button->setChecked(true);
  button->setAutoRaise(true);
  button->setIconSize({swatch, swatch});
  button->setIcon(level_icon(index, is_dark(palette())));
  button->setText(segment_text(level.segment));
  button->setToolTip(tr("Level %1: segments of %2 tokens, every %3 of them")
                         .arg(index + 1)
                         .arg(grouped(level.segment), grouped(level.dilation)));
  button->setAccessibleName(button->toolTip());
  connect(button, &QToolButton::toggled, this, &LevelRow::changed);
  row_->addWidget(button);
  buttons_.push_back(button);
}

void LevelRow::fit(int width, int rows) {
  const int line = fontMetrics().height();
  int wanted = 0;
  for (QToolButton* button : buttons_) {
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    wanted += button->sizeHint().width();
  }
  const bool fits = wanted <= rows * (width - 8 * line);
  for (QToolButton* button : buttons_)
    button->setToolButtonStyle(fits ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
}

std::vector<bool> LevelRow::hidden() const {
  std::vector<bool> hidden;
  for (const QToolButton* button : buttons_) hidden.push_back(!button->isChecked());
  return hidden;
}

}  // namespace corpuscope::ui
