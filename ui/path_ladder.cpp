#include "ui/path_ladder.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace corpuscope::ui {

PathLadder::PathLadder(const QString& name, QWidget* parent) : QWidget(parent), name_(name) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(name);
  picture_.documents = std::make_shared<Documents>();
}

void PathLadder::set_picture(LadderPicture picture) {
  picture.documents = picture_.documents;
  picture.cursor = picture_.cursor;
  picture.hover = picture_.hover;
  picture_ = std::move(picture);
  describe();
  update();
}

void PathLadder::set_documents(std::shared_ptr<const Documents> documents) {
  picture_.documents = std::move(documents);
  update();
}

void PathLadder::set_cursors(qint64 cursor, qint64 hover) {
  if (picture_.cursor == cursor && picture_.hover == hover) return;
  picture_.cursor = cursor;
  picture_.hover = hover;
  update();
}

void PathLadder::choose(int path, int step) {
  picture_.path = path;
  picture_.step = step;
  describe();
  update();
}

const workspace::PathStep* PathLadder::step() const {
  if (picture_.path < 0 || picture_.path >= int(picture_.paths.size())) return nullptr;
  const auto& path = picture_.paths[std::size_t(picture_.path)];
  return picture_.step >= 0 && picture_.step < int(path.size()) ? &path[std::size_t(picture_.step)] : nullptr;
}

// What a person hears who does not see the picture.
void PathLadder::describe() {
  QStringList parts{picture_.title, picture_.subtitle, picture_.message};
  if (const auto* now = step()) {
    const auto told = [&](std::int64_t token) {
      const auto found = picture_.texts.find(token);
      return found == picture_.texts.end() ? QString::number(token)
                                           : found->second.place + u' ' + found->second.before + found->second.token;
    };
    parts << tr("Step %1: from %2 to %3, %4")
                 .arg(picture_.step + 1)
                 .arg(told(now->from), told(now->to), step_words(*now));
  }
  parts.removeAll(QString());
  setAccessibleDescription(parts.join(QStringLiteral(". ")));
}

void PathLadder::choose_and_tell(int path, int step) {
  if (picture_.paths.empty()) return;
  path = std::clamp(path, 0, int(picture_.paths.size()) - 1);
  step = std::clamp(step, 0, int(picture_.paths[std::size_t(path)].size()) - 1);
  choose(path, step);
  emit step_chosen(path, step);
}

void PathLadder::paintEvent(QPaintEvent*) {
  picture_.dark = is_dark(palette());
  QPainter painter(this);
  painter.setFont(font());
  paint_ladder(painter, size(), picture_);
  if (!hasFocus()) return;
  painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

void PathLadder::mousePressEvent(QMouseEvent* event) {
  const auto [path, step] = step_at(ladder_layout(size(), font(), picture_), picture_, event->position());
  if (path >= 0) choose_and_tell(path, step);
}

void PathLadder::mouseMoveEvent(QMouseEvent* event) {
  const auto [path, step] = step_at(ladder_layout(size(), font(), picture_), picture_, event->position());
  setCursor(path >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
  emit token_hovered(path >= 0 ? picture_.paths[std::size_t(path)][std::size_t(step)].to : -1);
}

void PathLadder::leaveEvent(QEvent*) { emit token_hovered(-1); }

void PathLadder::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Right: return choose_and_tell(picture_.path, picture_.step + 1);
    case Qt::Key_Left: return choose_and_tell(picture_.path, picture_.step - 1);
    case Qt::Key_Home: return choose_and_tell(picture_.path, 0);
    case Qt::Key_End: return choose_and_tell(picture_.path, 1 << 20);
    case Qt::Key_Down: return choose_and_tell(picture_.path + 1, picture_.step);
    case Qt::Key_Up: return choose_and_tell(picture_.path - 1, picture_.step);
    default: QWidget::keyPressEvent(event);
  }
}

void PathLadder::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) update();
  QWidget::changeEvent(event);
}

}  // namespace corpuscope::ui
