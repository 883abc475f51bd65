#include "ui/sequence_bar.h"

#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPointer>
#include <QTimer>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/painting_sequence.h"
#include "ui/session.h"
#include "ui/tile_source.h"

namespace corpuscope::ui {

struct SequenceBar::Impl {
  Impl(SequenceBar& owner, Session& s) : bar(owner), session(s) {}

  SequenceBar& bar;
  Session& session;
  SequencePicture picture;
  QTimer ask_soon;
  std::optional<QPointF> pressed, dragged;  // where the button went down; where the drag has come to
  bool zooming_here = false;

  double plot_width() const { return sequence_layout(bar.size(), bar.font()).plot.width(); }
  double plot_x(const QPointF& point) const { return point.x() - sequence_layout(bar.size(), bar.font()).plot.left(); }
  std::int64_t token_under(const QPointF& point) const {
    const double x = plot_x(point);
    return x < 0 || x > plot_width() ? -1 : token_at(picture.scale, x, picture.length);
  }

  // Takes over what the session has open.
  void refresh() {
    picture.length = session.selection().length();
    picture.documents = document_spans(session.documents());
    const auto run = session.run();
    picture.done = run ? run->done : -1;
    const auto geometry = run ? geometry_of(run->config) : planned_geometry(picture.length);
    picture.pattern = geometry ? std::optional(geometry->pattern) : std::nullopt;
    follow_view();
    ask();
    ask_sources();
  }

  void follow_view() {
    if (zooming_here) return;
    const Selection& selection = session.selection();
    picture.length = selection.length();
    const double count = selection.view_count() > 0 ? double(selection.view_count()) : double(picture.length);
    picture.scale = fitted(double(selection.view_first()), count, plot_width());
    show_scale();
  }

  void ask_sources() {
    const auto run = session.run();
    picture.sources.clear();
    bar.update();
    if (!run || picture.cursor < 0) return;
    const QPointer<SequenceBar> guard(&bar);
    session.ask(QStringLiteral("sequence sources"),
                [=, id = run->id, token = picture.cursor](const workspace::Workspace& workspace,
                                                          explore::Passages&) -> std::function<void()> {
                  const auto sources = workspace.edges_into(id, -1, token);
                  return [=] {
                    if (!guard || guard->impl_->picture.cursor != token) return;
                    guard->impl_->picture.sources = sources;
                    guard->update();
                  };
                });
  }

  void show_scale() {
    ask_soon.start();
    bar.update();
  }

  // Shows another part here, and tells the linked views.
  void set_scale(const Scale& scale) {
    if (picture.length <= 0 || scale == picture.scale) return;
    picture.scale = scale;
    const double end = std::min(scale.position(plot_width()), double(picture.length));
    const auto first = qint64(std::floor(scale.first));
    zooming_here = true;
    session.selection().set_view(first, std::max<qint64>(qint64(std::ceil(end)) - first, 1));
    zooming_here = false;
    show_scale();
  }

  void ask() {
    const auto run = session.run();
    if (!run || run->done <= 0 || picture.length <= 0) {
      picture.surprise = picture.received = {};
      bar.update();
      return;
    }
    // One bin a device pixel; a token each when they are wider than that.
    const auto first = std::clamp<std::int64_t>(std::int64_t(picture.scale.first), 0, picture.length - 1);
    const auto end = std::min<std::int64_t>(std::int64_t(std::ceil(picture.scale.position(plot_width()))), run->done);
    const std::int64_t count = end - first;
    if (count <= 0) return;
    const int bins = int(std::min<double>(double(count), std::ceil(plot_width() * bar.devicePixelRatioF())));
    const int layer = std::clamp(picture.layer, 0, std::max(run->layers - 1, 0));
    const QPointer<SequenceBar> guard(&bar);
    session.ask(QStringLiteral("sequence bar"),
                [=, id = run->id](const workspace::Workspace& workspace, explore::Passages&) -> std::function<void()> {
                  const Track surprise{first, count, workspace.surprisal_bins(id, first, count, bins)};
                  const Track received{first, count, workspace.received_bins(id, layer, first, count, bins)};
                  return [=] {
                    if (!guard) return;
                    guard->impl_->picture.surprise = surprise;
                    guard->impl_->picture.received = received;
                    guard->update();
                  };
                });
  }

  const workspace::Bin* bin_at(const Track& track, std::int64_t token) const {
    if (track.bins.empty() || token < track.first || token >= track.first + track.count) return nullptr;
    const double share = double(token - track.first) / double(track.count);
    return &track.bins[std::min(std::size_t(share * double(track.bins.size())), track.bins.size() - 1)];
  }

  QString explain(std::int64_t token) const {
    QStringList lines;
    const auto index = document_index(*picture.documents, token);
    if (index >= 0) lines << (*picture.documents)[std::size_t(index)].name;
    lines << tr("token %1 of %2").arg(QLocale().toString(qlonglong(token)), QLocale().toString(qlonglong(picture.length)));
    if (const auto* bin = bin_at(picture.surprise, token)) {
      const bool one = picture.surprise.count <= std::int64_t(picture.surprise.bins.size());
      lines << (one ? tr("surprise %1 bits").arg(double(bin->mean), 0, 'f', 2)
                    : tr("surprise %1 bits here, from %2 to %3")
                          .arg(double(bin->mean), 0, 'f', 2)
                          .arg(double(bin->minimum), 0, 'f', 2)
                          .arg(double(bin->maximum), 0, 'f', 2));
    } else if (picture.done >= 0 && token >= picture.done) {
      lines << tr("not read by the model yet");
    }
    if (const auto* bin = bin_at(picture.received, token))
      lines << tr("attention received in layer %1: %2, at most %3")
                   .arg(picture.layer + 1)
                   .arg(weight_text(double(bin->mean)), weight_text(double(bin->maximum)));
    for (const auto& edge : picture.sources)
      if (std::abs(double(edge.key - token)) <= std::max(2 * picture.scale.step, 0.5))
        lines << tr("source of the cursor's token: %1 % of head %2 in layer %3, by level %4")
                     .arg(double(edge.weight) * 100, 0, 'f', 1)
                     .arg(edge.head + 1)
                     .arg(edge.layer + 1)
                     .arg(edge.level + 1);
    return lines.join(u'\n');
  }
};

SequenceBar::SequenceBar(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, session)) {
  setObjectName(QStringLiteral("sequence_bar"));
  setAccessibleName(tr("The sequence"));
  setAccessibleDescription(tr("Documents, surprise, attention received and segments along the whole sequence. "
                              "Arrows move, plus and minus zoom, Home shows all."));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  impl_->picture.documents = std::make_shared<Documents>();
  impl_->ask_soon.setSingleShot(true);
  impl_->ask_soon.setInterval(25);
  connect(&impl_->ask_soon, &QTimer::timeout, this, [this] { impl_->ask(); });
  const auto refresh = [this] { impl_->refresh(); };
  connect(&session, &Session::workspace_opened, this, refresh);
  connect(&session, &Session::documents_changed, this, refresh);
  connect(&session, &Session::run_changed, this, refresh);
  Selection& selection = session.selection();
  connect(&selection, &Selection::view_changed, this, [this] { impl_->follow_view(); });
  connect(&selection, &Selection::length_changed, this, refresh);
  connect(&selection, &Selection::cursor_changed, this, [this](qint64 first, qint64 count) {
    impl_->picture.cursor = first;
    impl_->picture.cursor_count = count;
    impl_->ask_sources();
  });
  connect(&selection, &Selection::hover_changed, this, [this](qint64 token) {
    impl_->picture.hover = token;
    update();
  });
  impl_->picture.cursor = selection.cursor();
  impl_->picture.cursor_count = selection.count();
  impl_->refresh();
}

SequenceBar::~SequenceBar() = default;

QSize SequenceBar::sizeHint() const { return {900, int(std::ceil(sequence_height(font())))}; }
QSize SequenceBar::minimumSizeHint() const { return {160, int(std::ceil(sequence_height(font())))}; }

void SequenceBar::set_marks(const QVector<qint64>& tokens) {
  impl_->picture.marks.assign(tokens.begin(), tokens.end());
  std::sort(impl_->picture.marks.begin(), impl_->picture.marks.end());
  update();
}

void SequenceBar::set_layer(int layer) {
  if (layer == impl_->picture.layer) return;
  impl_->picture.layer = layer;
  impl_->ask();
}

bool SequenceBar::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const std::int64_t token = impl_->token_under(help->pos());
  if (token < 0)
    QToolTip::hideText();
  else
    QToolTip::showText(help->globalPos(), impl_->explain(token), this);
  return true;
}

void SequenceBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  impl_->picture.dark = is_dark(palette());
  paint_sequence(painter, size(), impl_->picture);
  if (hasFocus()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void SequenceBar::resizeEvent(QResizeEvent*) { impl_->follow_view(); }

void SequenceBar::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  if (std::abs(angle.x()) > std::abs(angle.y())) {
    Scale moved = impl_->picture.scale;
    moved.first -= angle.x() * moved.step;
    impl_->set_scale(kept_inside(moved, impl_->picture.length, impl_->plot_width()));
  } else {
    impl_->set_scale(zoomed(impl_->picture.scale, impl_->plot_x(event->position()), std::pow(2, angle.y() / 240.0),
                            impl_->picture.length, impl_->plot_width()));
  }
  event->accept();
}

void SequenceBar::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  impl_->pressed = event->position();
  impl_->dragged.reset();
}

void SequenceBar::mouseMoveEvent(QMouseEvent* event) {
  constexpr double threshold = 4;
  const QPointF at = event->position();
  if (impl_->pressed && !impl_->dragged && std::abs(at.x() - impl_->pressed->x()) > threshold)
    impl_->dragged = impl_->pressed;
  if (impl_->dragged) {
    setCursor(Qt::ClosedHandCursor);
    Scale moved = impl_->picture.scale;
    moved.first -= (at.x() - impl_->dragged->x()) * moved.step;
    impl_->dragged = at;
    impl_->set_scale(kept_inside(moved, impl_->picture.length, impl_->plot_width()));
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
  const std::int64_t token = impl_->token_under(event->position());
  if (clicked && token >= 0) impl_->session.selection().set_cursor(token);
}

void SequenceBar::leaveEvent(QEvent*) { impl_->session.selection().set_hover(-1); }

void SequenceBar::keyPressEvent(QKeyEvent* event) {
  const double width = impl_->plot_width();
  const Scale& scale = impl_->picture.scale;
  const auto move = [&](double share) {
    Scale moved = scale;
    moved.first += share * width * scale.step;
    impl_->set_scale(kept_inside(moved, impl_->picture.length, width));
  };
  const auto zoom = [&](double factor) {
    const std::int64_t cursor = impl_->picture.cursor;
    const double x = cursor < 0 ? -1 : scale.pixel(double(cursor) + 0.5);
    impl_->set_scale(zoomed(scale, x >= 0 && x <= width ? x : width / 2, factor, impl_->picture.length, width));
  };
  switch (event->key()) {
    case Qt::Key_Left: return move(-0.1);
    case Qt::Key_Right: return move(0.1);
    case Qt::Key_PageUp: return move(-0.9);
    case Qt::Key_PageDown: return move(0.9);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoom(2);
    case Qt::Key_Minus: return zoom(0.5);
    case Qt::Key_Home: return impl_->set_scale(fitted(0, double(impl_->picture.length), width));
    default: QWidget::keyPressEvent(event);
  }
}

}  // namespace corpuscope::ui
