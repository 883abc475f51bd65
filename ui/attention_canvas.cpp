#include "ui/attention_canvas.h"

#include <QEvent>
#include <QPainter>
#include <QResizeEvent>
#include <algorithm>
#include <cmath>

#include "ui/attention_canvas_impl.h"

namespace corpuscope::ui {

void AttentionCanvas::Impl::changed() {
  stale = true;
  render();
  canvas.update();
}

void AttentionCanvas::Impl::render() {
  if (!stale || !picture.geometry || picture.length <= 0 || !canvas.isVisible()) return;
  stale = false;
  maker.make(canvas.request());
}

void AttentionCanvas::Impl::take_frame(const Frame& frame) {
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

void AttentionCanvas::Impl::fade_on() {
  constexpr double duration = 160;  // milliseconds
  picture.fresh = std::min(double(faded_since.elapsed()) / duration, 1.0);
  canvas.update();
  if (picture.fresh < 1) return;
  fade.stop();
  picture.before = {};
  tell_up_to_date();
}

void AttentionCanvas::Impl::tell_up_to_date() {
  if (canvas.is_up_to_date()) emit canvas.up_to_date();
}

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
    impl_->moved_here = false;
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

void AttentionCanvas::set_far_note(const QString& text) {
  impl_->picture.far_note = text;
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

void AttentionCanvas::set_bookmarks(std::vector<workspace::Bookmark> bookmarks) {
  impl_->picture.bookmarks = std::move(bookmarks);
  update();
}

void AttentionCanvas::set_step(qint64 query, qint64 key) {
  impl_->picture.step_query = query;
  impl_->picture.step_key = key;
  update();
}

void AttentionCanvas::set_coarse_after(qint64 milliseconds) { impl_->maker.set_coarse_after(milliseconds); }

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

void AttentionCanvas::resizeEvent(QResizeEvent* event) {
  const QSizeF before = attention_plot(event->oldSize(), font()).size();
  if (impl_->moved_here && event->oldSize().isValid())
    impl_->show(resized(impl_->picture.view, before, impl_->plot(), impl_->picture.length), false);
  else
    impl_->follow_view();
  impl_->changed();
  emit view_changed();
}

}  // namespace corpuscope::ui
