#include "ui/sequence_bar.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/sequence_content.h"
#include "ui/sequence_export.h"
#include "ui/sequence_menu.h"
#include "ui/session.h"

namespace corpuscope::ui {

struct SequenceBar::Impl {
  Impl(SequenceBar& owner, Session& s) : bar(owner), session(s), content(s) {}

  SequenceBar& bar;
  Session& session;
  SequenceContent content;
  QToolButton* button = nullptr;
  QMenu* menu = nullptr;
  std::optional<QPointF> pressed, dragged;  // where the button went down; where the drag has come to
  bool choosing = false;

  const SequencePicture& picture() const { return content.picture(); }
  SequenceLayout layout() const { return sequence_layout(bar.size(), bar.font(), rows_of(picture())); }
  double plot_width() const { return layout().plot.width(); }
  double plot_x(const QPointF& point) const { return point.x() - layout().plot.left(); }
  std::int64_t token_under(const QPointF& point) const {
    const double x = plot_x(point);
    return x < 0 || x > plot_width() ? -1 : token_at(picture().scale, x, picture().length);
  }
  const workspace::Bookmark* flag_under(const QPointF& point) const {
    const SequenceLayout at = layout();
    const bool high = point.y() >= at.ruler.top() && point.y() < at.documents.center().y();
    return high ? bookmark_at(picture(), plot_x(point)) : nullptr;
  }

  void set_scale(const Scale& scale) { content.set_scale(scale); }
  void choose_range(const QPointF& from, const QPointF& to) {
    const double low = plot_x({std::min(from.x(), to.x()), 0}), high = plot_x({std::max(from.x(), to.x()), 0});
    const auto first = token_at(picture().scale, std::max(low, 0.0), picture().length);
    const auto last = token_at(picture().scale, std::min(high, plot_width()), picture().length);
    const std::int64_t end = last < 0 ? picture().length : last + 1;
    if (first >= 0 && end > first) session.selection().set_cursor(first, end - first);
  }

  void place_button() {
    const SequenceLayout at = layout();
    const QSize size = button->sizeHint();
    button->setGeometry(int(at.plot.left()) - size.width() - 2, 1, size.width(), size.height());
  }
};

SequenceBar::SequenceBar(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, session)) {
  setObjectName(QStringLiteral("sequence_bar"));
  setAccessibleName(tr("The sequence"));
  setAccessibleDescription(tr("Documents, surprise, attention received and segments along the whole sequence. "
                              "Arrows move, plus and minus zoom, Home shows all, B bookmarks."));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  impl_->menu = new QMenu(this);
  impl_->menu->setObjectName(QStringLiteral("sequence_menu"));
  connect(impl_->menu, &QMenu::aboutToShow, this,
          [this] { fill_sequence_menu(*impl_->menu, *this, impl_->content, impl_->session); });
  impl_->button = new QToolButton(this);
  impl_->button->setObjectName(QStringLiteral("sequence_options"));
  impl_->button->setText(QStringLiteral("☰"));
  impl_->button->setToolTip(tr("Tracks, bookmarks, export"));
  impl_->button->setAccessibleName(tr("Tracks, bookmarks and export of the sequence"));
  impl_->button->setAutoRaise(true);
  connect(impl_->button, &QToolButton::clicked, this, [this] {
    impl_->menu->popup(impl_->button->mapToGlobal(QPoint(0, impl_->button->height())));
  });
  connect(&impl_->content, &SequenceContent::changed, this, qOverload<>(&QWidget::update));
  connect(&impl_->content, &SequenceContent::rows_changed, this, [this] {
    updateGeometry();
    update();
  });
  impl_->place_button();
}

SequenceBar::~SequenceBar() = default;

const SequenceContent& SequenceBar::content() const { return impl_->content; }

QSize SequenceBar::sizeHint() const {
  return {900, int(std::ceil(sequence_height(font(), rows_of(impl_->picture()))))};
}
QSize SequenceBar::minimumSizeHint() const { return {160, sizeHint().height()}; }

void SequenceBar::set_marks(const QVector<qint64>& tokens) {
  impl_->content.set_marks(std::vector<std::int64_t>(tokens.begin(), tokens.end()));
}

void SequenceBar::set_arcs(const Arcs& arcs) { impl_->content.set_arcs(arcs); }

void SequenceBar::set_layer(int layer) { impl_->content.set_layer(layer); }

void SequenceBar::copy_picture() const {
  QGuiApplication::clipboard()->setImage(picture_image(size(), font(), impl_->picture(), 2));
}

void SequenceBar::export_to(const QString& file) const {
  const QString ending = QFileInfo(file).suffix().toLower();
  if (ending == u"csv" || ending == u"json")
    export_values(file, impl_->picture(), impl_->content.choices());
  else
    export_picture(file, size(), font(), impl_->picture());
}

bool SequenceBar::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const std::int64_t token = impl_->token_under(help->pos());
  if (token < 0)
    QToolTip::hideText();
  else
    QToolTip::showText(help->globalPos(), impl_->content.explain(token), this);
  return true;
}

void SequenceBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint_sequence(painter, size(), impl_->picture());
  if (hasFocus()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void SequenceBar::resizeEvent(QResizeEvent*) {
  impl_->content.set_size(impl_->plot_width(), devicePixelRatioF());
  impl_->place_button();
}

void SequenceBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) impl_->content.set_dark(is_dark(palette()));
  if (event->type() == QEvent::FontChange) {
    updateGeometry();
    impl_->place_button();
  }
  QWidget::changeEvent(event);
}

void SequenceBar::wheelEvent(QWheelEvent* event) {
  const SequencePicture& picture = impl_->picture();
  const QPoint angle = event->angleDelta();
  if (std::abs(angle.x()) > std::abs(angle.y())) {
    Scale moved = picture.scale;
    moved.first -= angle.x() * moved.step;
    impl_->set_scale(kept_inside(moved, picture.length, impl_->plot_width()));
  } else {
    impl_->set_scale(zoomed(picture.scale, impl_->plot_x(event->position()), std::pow(2, angle.y() / 240.0),
                            picture.length, impl_->plot_width()));
  }
  event->accept();
}

void SequenceBar::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  impl_->pressed = event->position();
  impl_->dragged.reset();
  impl_->choosing = event->modifiers() & Qt::ShiftModifier;
}

void SequenceBar::mouseMoveEvent(QMouseEvent* event) {
  constexpr double threshold = 4;
  const QPointF at = event->position();
  if (impl_->pressed && !impl_->dragged && std::abs(at.x() - impl_->pressed->x()) > threshold)
    impl_->dragged = impl_->pressed;
  if (impl_->dragged && impl_->choosing) {
    impl_->choose_range(*impl_->pressed, at);
  } else if (impl_->dragged) {
    setCursor(Qt::ClosedHandCursor);
    Scale moved = impl_->picture().scale;
    moved.first -= (at.x() - impl_->dragged->x()) * moved.step;
    impl_->dragged = at;
    impl_->set_scale(kept_inside(moved, impl_->picture().length, impl_->plot_width()));
  } else {
    impl_->session.selection().set_hover(impl_->token_under(at));
  }
}

void SequenceBar::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !impl_->pressed) return;
  const bool clicked = !impl_->dragged;
  impl_->pressed.reset();
  impl_->dragged.reset();
  unsetCursor();
  if (!clicked) return;
  Selection& selection = impl_->session.selection();
  const std::int64_t token = impl_->token_under(event->position());
  if (const auto* bookmark = impl_->flag_under(event->position()))
    selection.set_cursor(bookmark->first, bookmark->count);
  else if (token >= 0)
    selection.set_cursor(token);
}

void SequenceBar::mouseDoubleClickEvent(QMouseEvent* event) {
  const auto* document = impl_->session.document_at(impl_->token_under(event->position()));
  if (event->button() == Qt::LeftButton && document)
    impl_->session.selection().set_view(document->first_token, document->tokens);
}

void SequenceBar::contextMenuEvent(QContextMenuEvent* event) { impl_->menu->popup(event->globalPos()); }

void SequenceBar::leaveEvent(QEvent*) { impl_->session.selection().set_hover(-1); }

void SequenceBar::keyPressEvent(QKeyEvent* event) {
  const double width = impl_->plot_width();
  const SequencePicture& picture = impl_->picture();
  const Scale& scale = picture.scale;
  const auto move = [&](double share) {
    Scale moved = scale;
    moved.first += share * width * scale.step;
    impl_->set_scale(kept_inside(moved, picture.length, width));
  };
  const auto zoom = [&](double factor) {
    const double x = picture.cursor < 0 ? -1 : scale.pixel(double(picture.cursor) + 0.5);
    impl_->set_scale(zoomed(scale, x >= 0 && x <= width ? x : width / 2, factor, picture.length, width));
  };
  if (event->matches(QKeySequence::Copy)) return copy_picture();
  switch (event->key()) {
    case Qt::Key_Left: return move(-0.1);
    case Qt::Key_Right: return move(0.1);
    case Qt::Key_PageUp: return move(-0.9);
    case Qt::Key_PageDown: return move(0.9);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoom(2);
    case Qt::Key_Minus: return zoom(0.5);
    case Qt::Key_Home: return impl_->set_scale(fitted(0, double(picture.length), width));
    case Qt::Key_B: return impl_->content.add_bookmark();
    default: QWidget::keyPressEvent(event);
  }
}

}  // namespace corpuscope::ui
