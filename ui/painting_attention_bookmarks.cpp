#include <algorithm>
#include <cmath>

#include "ui/painting_attention.h"

namespace corpuscope::ui {
namespace {

// Where a bookmark is on the two axes; one of another view lies on the diagonal.
workspace::MatrixPlace place_of(const workspace::Bookmark& bookmark) {
  return workspace::matrix_place(bookmark).value_or(
      workspace::MatrixPlace{bookmark.first, bookmark.count, bookmark.first, bookmark.count});
}

struct Flags {
  double x = -1, y = -1;  // from the plot's corner; negative: out of sight
};

Flags flags_of(const QRectF& plot, const AttentionPicture& picture, const workspace::Bookmark& bookmark) {
  const auto place = place_of(bookmark);
  const double x = picture.view.keys().pixel(double(place.key)), y = picture.view.queries().pixel(double(place.query));
  return {x <= plot.width() ? x : -1, y <= plot.height() ? y : -1};
}

// At the outer side of the documents.
QRectF top_flag(const QRectF& plot, const QFont& small, double x) {
  return {plot.left() + x, plot.top() - ruler_band(small), flag_size, flag_size};
}
QRectF left_flag(const QRectF& plot, const QFont& small, double y) {
  return {plot.left() - ruler_band(small), plot.top() + y, flag_size, flag_size};
}

// The part itself, where it can be told from a point and from everything.
void paint_place(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const workspace::Bookmark& bookmark,
                 const Theme& colors) {
  const auto place = workspace::matrix_place(bookmark);
  if (!place) return;
  QRectF area(plot.left() + picture.view.keys().pixel(double(place->key)), plot.top() + picture.view.queries().pixel(double(place->query)),
              double(place->keys) / picture.view.step, double(place->queries) / picture.view.step);
  if (!area.intersects(plot) || area.contains(plot)) return;
  constexpr double least = 7;
  if (area.width() < least && area.height() < least) {
    const QPointF middle = area.center();
    area = QRectF(middle - QPointF(least / 2, least / 2), QSizeF(least, least));
  }
  painter.setPen(QPen(colors.cursor, 1, Qt::DashLine));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(area);
}

}  // namespace

void paint_bookmarks(QPainter& painter, const QRectF& plot, const AttentionPicture& picture, const Theme& colors) {
  const QFont small = painter.font();
  painter.save();
  for (const auto& bookmark : picture.bookmarks) {
    const Flags at = flags_of(plot, picture, bookmark);
    if (at.x >= 0) {
      const QRectF flag = top_flag(plot, small, at.x);
      painter.fillRect(QRectF(flag.left() - 0.5, flag.top(), 1.5, plot.top() - flag.top()), colors.cursor);
      paint_flag(painter, flag.topLeft(), colors.cursor);
    }
    if (at.y >= 0) {
      const QRectF flag = left_flag(plot, small, at.y);
      painter.fillRect(QRectF(flag.left(), flag.top() - 0.5, plot.left() - flag.left(), 1.5), colors.cursor);
      paint_flag(painter, flag.topLeft(), colors.cursor, true);
    }
  }
  painter.setClipRect(plot);
  for (const auto& bookmark : picture.bookmarks) paint_place(painter, plot, picture, bookmark, colors);
  painter.restore();
}

const workspace::Bookmark* flag_at(const QSizeF& size, const QFont& font, const AttentionPicture& picture, const QPointF& point) {
  const QRectF plot = attention_plot(size, font);
  const QFont small = small_font(font);
  constexpr double around = 2;
  for (const auto& bookmark : picture.bookmarks) {
    const Flags at = flags_of(plot, picture, bookmark);
    const auto hit = [&](const QRectF& flag) { return flag.adjusted(-around, -around, around, around).contains(point); };
    if ((at.x >= 0 && hit(top_flag(plot, small, at.x))) || (at.y >= 0 && hit(left_flag(plot, small, at.y)))) return &bookmark;
  }
  return nullptr;
}

}  // namespace corpuscope::ui
