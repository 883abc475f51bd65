#include "ui/attention_canvas.h"

#include <QElapsedTimer>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/frame_maker.h"
#include "ui/selection.h"
#include "ui/view_history.h"

namespace corpuscope::ui {

struct AttentionCanvas::Impl {
  Impl(AttentionCanvas& owner, Selection& s) : canvas(owner), selection(s) {}

  AttentionCanvas& canvas;
  Selection& selection;
  AttentionPicture picture;
  FrameRequest wish;  // but for what the picture says
  bool linked = true;
  std::optional<QPointF> dragged;    // where the drag has come to
  std::optional<QPointF> box_begin;  // in the plot
  bool moving_here = false;

  FrameMaker maker;
  bool stale = true;   // something changed since a frame was asked for
  QTimer fade, settle;
  QElapsedTimer faded_since;
  ViewHistory history;

  QSizeF plot() const { return attention_plot(canvas.size(), canvas.font()).size(); }
  QPointF in_plot(const QPointF& point) const { return point - attention_plot(canvas.size(), canvas.font()).topLeft(); }

  void changed() {
    stale = true;
    render();
    canvas.update();
  }

  void render() {
    if (!stale || !picture.geometry || picture.length <= 0 || !canvas.isVisible()) return;
    stale = false;
    maker.make(canvas.request());
  }

  void take_frame(const Frame& frame) {
    // From one depth to the next the pictures blend.
    if (!picture.frame.image.isNull() && (frame.weights != picture.frame.weights || frame.exact != picture.frame.exact)) {
      picture.before = std::move(picture.frame);
      picture.fresh = 0;
      faded_since.start();
      fade.start();
    }
    picture.frame = frame;
    canvas.update();
    emit canvas.frame_changed();
  }

  void fade_on() {
    constexpr double duration = 160;  // milliseconds
    picture.fresh = std::min(double(faded_since.elapsed()) / duration, 1.0);
    canvas.update();
    if (picture.fresh < 1) return;
    fade.stop();
    picture.before = {};
    tell_up_to_date();
  }

  void tell_up_to_date() {
    if (canvas.is_up_to_date()) emit canvas.up_to_date();
  }

  // The keys that are in sight are the linked range; the sequence bar has the same axis.
  void tell_view() {
    if (!linked) return;
    const double first = std::max(picture.view.key, 0.0);
    const double end = std::min(picture.view.keys().position(plot().width()), double(picture.length));
    moving_here = true;
    selection.set_view(qint64(std::floor(first)), std::max<qint64>(qint64(std::ceil(end) - std::floor(first)), 1));
    moving_here = false;
  }

  void show(const MatrixView& wish, bool tell) {
    const MatrixView view = kept_inside(wish, picture.length, plot());
    if (view == picture.view) return;
    picture.view = view;
    if (tell) tell_view();
    settle.start();
    changed();
    emit canvas.view_changed();
    if (tell) emit canvas.moved();
  }

  void remember() {
    history.visit(picture.view);
    emit canvas.history_changed();
  }

  // What is not yet remembered counts as a place too.
  void go(bool forward) {
    if (settle.isActive()) {
      settle.stop();
      remember();
    }
    if (!(forward ? history.can_go_forward() : history.can_go_back())) return;
    show(forward ? history.forward() : history.back(), true);
    settle.stop();
    emit canvas.history_changed();
  }

  // Somebody else shows another range: the square on the diagonal with these keys.
  void follow_view() {
    if (moving_here || !linked || picture.length <= 0) return;
    const double count = selection.view_count() > 0 ? double(selection.view_count()) : double(picture.length);
    const QSizeF size = plot();
    MatrixView view;
    view.step = std::clamp(count / std::max(std::min(size.width(), size.height()), 1.0), 1 / largest_token,
                           whole_matrix(picture.length, size).step);
    const double middle = double(selection.view_first()) + count / 2;
    view.key = middle - size.width() * view.step / 2;
    view.query = middle - size.height() * view.step / 2;
    show(view, false);
  }

  void hover(const QPointF& point) {
    const QPointF at = in_plot(point);
    const bool inside = QRectF(QPointF(0, 0), plot()).contains(at);
    const std::int64_t key = inside ? token_at(picture.view.keys(), at.x(), picture.length) : -1;
    const std::int64_t query = inside ? token_at(picture.view.queries(), at.y(), picture.length) : -1;
    if (key == picture.hover_key && query == picture.hover_query) return;
    picture.hover_key = key;
    picture.hover_query = query;
    selection.set_hover(key);
    emit canvas.pair_hovered(query, key);
    canvas.update();
  }

  void move(double across, double down) {
    MatrixView view = picture.view;
    view.key += across * view.step;
    view.query += down * view.step;
    show(view, true);
  }

  void end_box(const QPointF& at) {
    const QRectF box = QRectF(*box_begin, at).normalized().intersected(QRectF(QPointF(0, 0), plot()));
    box_begin.reset();
    picture.box = {};
    canvas.unsetCursor();
    canvas.update();
    constexpr double least = 4;  // pixels: less is a slip of the hand
    if (box.width() >= least && box.height() >= least) show(view_of_box(picture.view, box, picture.length, plot()), true);
  }

  void zoom_by_key(double factor) {
    const QSizeF size = plot();
    QPointF about(size.width() / 2, size.height() / 2);
    if (picture.cursor >= 0) {
      const QPointF cell(picture.view.keys().pixel(double(picture.cursor) + 0.5),
                         picture.view.queries().pixel(double(picture.cursor) + 0.5));
      if (QRectF(QPointF(0, 0), size).contains(cell)) about = cell;
    }
    show(zoomed(picture.view, about, factor, picture.length, size), true);
  }
};

AttentionCanvas::AttentionCanvas(Selection& selection, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, selection)) {
  setObjectName(QStringLiteral("attention_canvas"));
  setAccessibleName(tr("Attention canvas"));
  setAccessibleDescription(tr("Queries down, keys across. Arrows move, plus and minus zoom, Home shows all, a double "
                              "click sets the cursor."));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  impl_->picture.documents = std::make_shared<Documents>();
  connect(&impl_->maker, &FrameMaker::made, this, [this](const Frame& frame) { impl_->take_frame(frame); });
  connect(&impl_->maker, &FrameMaker::finished, this, [this] { impl_->tell_up_to_date(); });
  impl_->fade.setInterval(16);
  connect(&impl_->fade, &QTimer::timeout, this, [this] { impl_->fade_on(); });
  impl_->settle.setSingleShot(true);
  impl_->settle.setInterval(500);
  connect(&impl_->settle, &QTimer::timeout, this, [this] { impl_->remember(); });
  connect(&selection, &Selection::view_changed, this, [this] { impl_->follow_view(); });
  const auto take_length = [this](qint64 length) {
    impl_->picture.length = length;
    impl_->picture.frame = {};
    impl_->history.clear();
    impl_->follow_view();
    impl_->changed();
  };
  connect(&selection, &Selection::length_changed, this, take_length);
  connect(&selection, &Selection::cursor_changed, this, [this](qint64 first) {
    impl_->picture.cursor = first;
    update();
  });
  connect(&selection, &Selection::hover_changed, this, [this](qint64 token) {
    impl_->picture.hover = token;
    update();
  });
  impl_->picture.length = selection.length();
  impl_->picture.cursor = selection.cursor();
}

AttentionCanvas::~AttentionCanvas() = default;

void AttentionCanvas::set_documents(std::shared_ptr<const Documents> documents) {
  impl_->picture.documents = std::move(documents);
  update();
}

void AttentionCanvas::set_farthest_used(qint64 tokens) {
  if (tokens == impl_->picture.farthest_used) return;
  impl_->picture.farthest_used = tokens;
  update();
}

void AttentionCanvas::set_geometry(std::optional<Geometry> geometry) {
  if (geometry == impl_->picture.geometry) return;
  impl_->picture.geometry = std::move(geometry);
  impl_->picture.frame = {};
  impl_->follow_view();
  impl_->changed();
}

void AttentionCanvas::set_empty_text(const QString& text) {
  impl_->picture.empty_text = text;
  update();
}

void AttentionCanvas::set_tiles(std::shared_ptr<const TileSet> tiles) {
  if (tiles == impl_->wish.tiles) return;
  impl_->wish.tiles = std::move(tiles);
  impl_->changed();
}

void AttentionCanvas::set_exact(std::shared_ptr<const explore::ExactWeights> exact) {
  if (exact == impl_->wish.exact) return;
  impl_->wish.exact = std::move(exact);
  impl_->changed();
}

void AttentionCanvas::set_texts(TokenTexts queries, TokenTexts keys) {
  impl_->picture.query_texts = std::move(queries);
  impl_->picture.key_texts = std::move(keys);
  update();
}

void AttentionCanvas::set_edges(std::vector<workspace::Edge> edges) {
  impl_->picture.edges = std::move(edges);
  update();
}

void AttentionCanvas::set_layer(int layer) {
  impl_->wish.layer = layer;
  impl_->changed();
}

void AttentionCanvas::set_head(int head) {
  impl_->picture.head = head;
  impl_->changed();
}

void AttentionCanvas::set_hidden(std::vector<bool> levels) {
  impl_->picture.hidden = std::move(levels);
  impl_->changed();
}

void AttentionCanvas::set_strength(Strength strength) {
  impl_->picture.strength = strength;
  impl_->changed();
}

void AttentionCanvas::set_values(Values values) {
  impl_->picture.values = values;
  impl_->changed();
}

void AttentionCanvas::set_threshold(double place) {
  impl_->picture.threshold = std::clamp(place, 0.0, 1.0);
  impl_->changed();
}

void AttentionCanvas::set_blind_spots(bool shown) {
  impl_->picture.blind_spots = shown;
  impl_->changed();
}

void AttentionCanvas::set_at_least(std::optional<std::pair<double, double>> range) {
  if (range == impl_->wish.at_least) return;
  impl_->wish.at_least = range;
  impl_->changed();
}

void AttentionCanvas::set_linked(bool linked) { impl_->linked = linked; }

void AttentionCanvas::set_map(ColorMap map) {
  impl_->picture.map = map;
  impl_->changed();
}

void AttentionCanvas::set_pattern_only(bool only) {
  impl_->wish.pattern_only = only;
  impl_->changed();
}

const AttentionPicture& AttentionCanvas::picture() const { return impl_->picture; }

FrameRequest AttentionCanvas::request() const {
  const AttentionPicture& picture = impl_->picture;
  FrameRequest request = impl_->wish;
  if (picture.geometry) request.geometry = *picture.geometry;
  request.length = picture.length;
  request.raster = raster();
  request.head = picture.head;
  request.hidden = picture.hidden;
  request.strength = picture.strength;
  request.values = picture.values;
  request.threshold = picture.threshold;
  request.blind_spots = picture.blind_spots;
  request.dark = is_dark(palette());
  request.map = picture.map;
  return request;
}

const MatrixView& AttentionCanvas::view() const { return impl_->picture.view; }
QSizeF AttentionCanvas::plot_size() const { return impl_->plot(); }
std::int64_t AttentionCanvas::length() const { return impl_->picture.length; }
bool AttentionCanvas::is_up_to_date() const {
  return !impl_->stale && impl_->maker.is_idle() && !impl_->fade.isActive();
}
bool AttentionCanvas::can_go_back() const { return impl_->history.can_go_back() || impl_->settle.isActive(); }
bool AttentionCanvas::can_go_forward() const { return impl_->history.can_go_forward(); }

pattern::Raster AttentionCanvas::raster() const {
  const double ratio = devicePixelRatioF();
  const QSizeF size = impl_->plot() * ratio;
  return {impl_->picture.view.query, impl_->picture.view.key, impl_->picture.view.step / ratio,
          std::max(int(std::ceil(size.width())), 1), std::max(int(std::ceil(size.height())), 1)};
}

QSize AttentionCanvas::sizeHint() const { return {720, 560}; }
QSize AttentionCanvas::minimumSizeHint() const { return {160, 80}; }

void AttentionCanvas::set_view(const MatrixView& view) { impl_->show(view, true); }
void AttentionCanvas::show_all() { impl_->show(whole_matrix(impl_->picture.length, impl_->plot()), true); }

void AttentionCanvas::show_range(qint64 first, qint64 count) {
  impl_->show(view_of_range(first, std::max<qint64>(count, 1), impl_->picture.length, impl_->plot()), true);
}
void AttentionCanvas::zoom(double factor) { impl_->zoom_by_key(factor); }
void AttentionCanvas::back() { impl_->go(false); }
void AttentionCanvas::forward() { impl_->go(true); }

// Pinching on a touchpad.
bool AttentionCanvas::event(QEvent* event) {
  if (event->type() != QEvent::NativeGesture) return QWidget::event(event);
  const auto* gesture = static_cast<QNativeGestureEvent*>(event);
  if (gesture->gestureType() != Qt::ZoomNativeGesture) return QWidget::event(event);
  impl_->show(zoomed(impl_->picture.view, impl_->in_plot(gesture->position()), 1 + gesture->value(), impl_->picture.length,
                     impl_->plot()),
              true);
  event->accept();
  return true;
}

void AttentionCanvas::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) impl_->changed();
}

void AttentionCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  impl_->picture.dark = is_dark(palette());
  paint_attention(painter, size(), impl_->picture);
  if (hasFocus()) {
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
    painter.drawRect(attention_plot(size(), font()).adjusted(-0.5, -0.5, 0.5, 0.5));
  }
  impl_->render();  // hands the wish to the worker where that could not be done while this was hidden
}

void AttentionCanvas::resizeEvent(QResizeEvent*) {
  impl_->follow_view();
  impl_->changed();
  emit view_changed();
}

void AttentionCanvas::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta(), pixels = event->pixelDelta();
  const bool zooms = event->modifiers() & Qt::ControlModifier;
  // Two fingers on a touchpad move by pixels; with Ctrl, as some systems report pinching, they zoom.
  if (!pixels.isNull() && event->phase() != Qt::NoScrollPhase && !zooms)
    impl_->move(-pixels.x(), -pixels.y());
  else if (std::abs(angle.x()) > std::abs(angle.y()) && !zooms)
    impl_->move(-angle.x(), 0);
  else
    impl_->show(zoomed(impl_->picture.view, impl_->in_plot(event->position()), std::pow(2, angle.y() / 240.0),
                       impl_->picture.length, impl_->plot()),
                true);
  event->accept();
}

void AttentionCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::BackButton) return back();
  if (event->button() == Qt::ForwardButton) return forward();
  if (event->button() != Qt::LeftButton) return;
  if (event->modifiers() & Qt::ShiftModifier) {
    impl_->box_begin = impl_->in_plot(event->position());
    setCursor(Qt::CrossCursor);
  } else {
    impl_->dragged = event->position();
  }
}

void AttentionCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (impl_->box_begin) {
    impl_->picture.box = QRectF(*impl_->box_begin, impl_->in_plot(event->position())).normalized();
    update();
  } else if (impl_->dragged && (event->buttons() & Qt::LeftButton)) {
    setCursor(Qt::ClosedHandCursor);
    const QPointF by = *impl_->dragged - event->position();
    impl_->dragged = event->position();
    impl_->move(by.x(), by.y());
  }
  impl_->hover(event->position());
}

void AttentionCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (impl_->box_begin) impl_->end_box(impl_->in_plot(event->position()));
  impl_->dragged.reset();
  unsetCursor();
}

void AttentionCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  impl_->hover(event->position());
  const std::int64_t token =
      event->modifiers() & Qt::ControlModifier ? impl_->picture.hover_key : impl_->picture.hover_query;
  if (token >= 0) impl_->selection.set_cursor(token);
}

void AttentionCanvas::leaveEvent(QEvent*) { impl_->hover({-1, -1}); }

void AttentionCanvas::keyPressEvent(QKeyEvent* event) {
  const QSizeF size = impl_->plot();
  switch (event->key()) {
    case Qt::Key_Left: return impl_->move(-size.width() / 10, 0);
    case Qt::Key_Right: return impl_->move(size.width() / 10, 0);
    case Qt::Key_Up: return impl_->move(0, -size.height() / 10);
    case Qt::Key_Down: return impl_->move(0, size.height() / 10);
    case Qt::Key_PageUp: return impl_->move(-size.width() * 0.9, -size.width() * 0.9);
    case Qt::Key_PageDown: return impl_->move(size.width() * 0.9, size.width() * 0.9);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return impl_->zoom_by_key(2);
    case Qt::Key_Minus: return impl_->zoom_by_key(0.5);
    case Qt::Key_Home: return show_all();
    case Qt::Key_Backspace: return event->modifiers() & Qt::ShiftModifier ? forward() : back();
    case Qt::Key_Escape:
      if (!impl_->box_begin) return QWidget::keyPressEvent(event);
      impl_->box_begin.reset();
      impl_->picture.box = {};
      unsetCursor();
      return update();
    default: QWidget::keyPressEvent(event);
  }
}

}  // namespace corpuscope::ui
