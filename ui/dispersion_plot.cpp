#include "ui/dispersion_plot.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPaintEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/wording.h"

namespace corpuscope::ui {

DispersionPlot::DispersionPlot(QWidget* parent) : QAbstractScrollArea(parent) {
  setObjectName(QStringLiteral("dispersion_plot"));
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  describe();
}

DispersionLayout DispersionPlot::arrangement() const { return dispersion_layout(viewport()->size(), font(), picture_); }

void DispersionPlot::show_rows(std::shared_ptr<const DispersionRows> rows) {
  picture_.rows = std::move(rows);
  picture_.row = picture_.place = -1;
  verticalScrollBar()->setValue(0);
  arrange();
  describe();
}

QPoint DispersionPlot::point_of(int row, int place) const {
  const DispersionLayout at = arrangement();
  const auto& one = picture_.rows->rows[std::size_t(row)].places[std::size_t(place)];
  return QPointF(at.x(double(one.word)) + 0.5, at.plot.top() + (row + 0.5) * at.row - picture_.scrolled).toPoint();
}

void DispersionPlot::arrange() {
  if (picture_.rows) {
    const DispersionLayout at = arrangement();
    const double all = at.row * double(picture_.rows->rows.size());
    verticalScrollBar()->setRange(0, int(std::max(std::ceil(all - at.plot.height()), 0.0)));
    verticalScrollBar()->setPageStep(int(at.plot.height()));
    verticalScrollBar()->setSingleStep(int(at.row));
  } else {
    verticalScrollBar()->setRange(0, 0);
  }
  picture_.scrolled = verticalScrollBar()->value();
  viewport()->update();
}

void DispersionPlot::resizeEvent(QResizeEvent*) { arrange(); }

void DispersionPlot::scrollContentsBy(int, int) {
  picture_.scrolled = verticalScrollBar()->value();
  viewport()->update();
}

void DispersionPlot::paintEvent(QPaintEvent*) {
  picture_.dark = is_dark(palette());
  QPainter painter(viewport());
  painter.setFont(font());
  paint_dispersion(painter, viewport()->size(), picture_);
}

bool DispersionPlot::viewportEvent(QEvent* event) {
  if (event->type() != QEvent::ToolTip || !picture_.rows) return QAbstractScrollArea::viewportEvent(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const auto [row, place] = place_at(arrangement(), picture_, help->pos());
  if (row < 0) {
    QToolTip::hideText();
    return true;
  }
  const auto& one = picture_.rows->rows[std::size_t(row)];
  QString text = tr("%1: %2 places in %3 words").arg(one.name, grouped(qint64(one.places.size())), grouped(one.words));
  if (place >= 0) text += u'\n' + tr("place %1, behind word %2").arg(grouped(place + 1), grouped(one.places[std::size_t(place)].word));
  QToolTip::showText(help->globalPos(), text, viewport());
  return true;
}

void DispersionPlot::mousePressEvent(QMouseEvent* event) {
  if (!picture_.rows || event->button() != Qt::LeftButton) return;
  const auto [row, place] = place_at(arrangement(), picture_, event->position());
  if (row < 0) return;
  choose(row, place);
  if (place >= 0) open();
}

void DispersionPlot::keyPressEvent(QKeyEvent* event) {
  if (!picture_.rows || picture_.rows->rows.empty()) return QAbstractScrollArea::keyPressEvent(event);
  const int rows = int(picture_.rows->rows.size());
  const int row = picture_.row < 0 ? 0 : picture_.row;
  const int places = int(picture_.rows->rows[std::size_t(row)].places.size());
  switch (event->key()) {
    case Qt::Key_Down: return choose(picture_.row < 0 ? 0 : std::min(row + 1, rows - 1), 0);
    case Qt::Key_Up: return choose(std::max(row - 1, 0), 0);
    case Qt::Key_Right: return choose(row, std::min(picture_.place + 1, places - 1));
    case Qt::Key_Left: return choose(row, std::max(picture_.place - 1, 0));
    case Qt::Key_Return:
    case Qt::Key_Enter: return open();
    default: QAbstractScrollArea::keyPressEvent(event);
  }
}

void DispersionPlot::choose(int row, int place) {
  picture_.row = row;
  const int places = int(picture_.rows->rows[std::size_t(row)].places.size());
  picture_.place = std::min(place, places - 1);
  const DispersionLayout at = arrangement();
  const double top = row * at.row;
  if (top < picture_.scrolled) verticalScrollBar()->setValue(int(top));
  if (top + at.row > picture_.scrolled + at.plot.height()) verticalScrollBar()->setValue(int(std::ceil(top + at.row - at.plot.height())));
  describe();
  viewport()->update();
}

void DispersionPlot::open() {
  if (picture_.row < 0 || picture_.place < 0) return;
  const auto& row = picture_.rows->rows[std::size_t(picture_.row)];
  emit place_chosen(row.document, row.places[std::size_t(picture_.place)].offset);
}

// For those who do not see it.
void DispersionPlot::describe() {
  setAccessibleName(tr("Dispersion plot"));
  if (!picture_.rows || picture_.row < 0) return setAccessibleDescription(tr("A row a document; arrows walk rows and places, Return opens one"));
  const auto& row = picture_.rows->rows[std::size_t(picture_.row)];
  setAccessibleDescription(tr("%1: place %2 of %3").arg(row.name, grouped(picture_.place + 1), grouped(qint64(row.places.size()))));
}

}  // namespace corpuscope::ui
