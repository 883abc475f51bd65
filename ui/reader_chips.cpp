#include "ui/reader_chips.h"

#include <QGuiApplication>
#include <QLabel>
#include <QMouseEvent>
#include <QPixmap>
#include <QToolButton>

#include "ui/colors.h"
#include "ui/flow_layout.h"
#include "ui/link_checking.h"
#include "ui/painting.h"

namespace corpuscope::ui {

namespace {

// With letters twice as large a chip of all these still leaves room for the panels beside the reader in a small window.
constexpr int letters_around = 16, letters_of_hit = 16, letters_of_place = 20;

QString chip_text(const SourceLine& line) {
  const QString before = line.text.before.right(letters_around), behind = line.text.behind.left(letters_around);
  QString hit = line.text.hit, place = line.place;
  if (hit.size() > letters_of_hit) hit = hit.left(letters_of_hit) + u'…';
  if (place.size() > letters_of_place) place = u'…' + place.right(letters_of_place);
  const QString share = line.check ? share_text(line.share) + QStringLiteral("  ") + link_text(*line.check) : share_text(line.share);
  return QStringLiteral("%1[%2]%3  %4  %5").arg(before, hit, behind, place, share).replace(u'&', "&&");
}

QPixmap swatch(const QColor& color, int side) {
  QPixmap square(side, side);
  square.fill(color);
  return square;
}

}  // namespace

ReaderChips::ReaderChips(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("reader_chips"));
  setAccessibleName(tr("Sources of the cursor's token that are elsewhere"));
  auto* row = new FlowLayout(this, 4, 2);
  row->setContentsMargins(8, 2, 8, 2);
  setFont(small_font(font()));
  hide();
}

void ReaderChips::set_lines(const std::vector<SourceLine>& lines, qint64 farthest_used) {
  qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  if (!lines.empty()) {
    auto* about = new QLabel(tr("looked at elsewhere:"), this);
    about->setFont(font());
    about->setForegroundRole(QPalette::PlaceholderText);
    layout()->addWidget(about);
  }
  for (const SourceLine& line : lines) {
    auto* chip = new QToolButton(this);
    chip->setObjectName(QStringLiteral("reader_chip"));
    chip->setFont(font());
    chip->setText(chip_text(line));
    chip->setIcon(swatch(level_color(line.edge.level, is_dark(palette())), 10));
    chip->setIconSize({10, 10});
    chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    chip->setAutoRaise(true);
    const bool beyond = line.beyond(farthest_used);
    if (beyond) {
      QPalette quiet = chip->palette();
      quiet.setColor(QPalette::ButtonText, palette().color(QPalette::PlaceholderText));
      chip->setPalette(quiet);
    }
    QString notes;
    if (line.check) notes += u'\n' + link_words(*line.check);
    if (beyond) notes += u'\n' + beyond_words();
    chip->setToolTip(tr("%1, %2 of the token's attention\n%3%4%5\nWith Ctrl or the middle button: beside")
                         .arg(line.place, share_text(line.share), line.text.before, line.text.hit, line.text.behind) + notes);
    chip->setAccessibleName(tr("Go to %1: %2").arg(line.place, line.text.hit));
    chip->setProperty("token", line.token());
    chip->installEventFilter(this);
    connect(chip, &QToolButton::clicked, this, [this, token = line.token()] {
      emit chosen(token, QGuiApplication::keyboardModifiers() & Qt::ControlModifier);
    });
    layout()->addWidget(chip);
    chip->show();
  }
  setVisible(!lines.empty());
}

bool ReaderChips::eventFilter(QObject* chip, QEvent* event) {
  if (event->type() == QEvent::MouseButtonRelease && static_cast<QMouseEvent*>(event)->button() == Qt::MiddleButton) {
    emit chosen(chip->property("token").toLongLong(), true);
    return true;
  }
  return QWidget::eventFilter(chip, event);
}

}  // namespace corpuscope::ui
