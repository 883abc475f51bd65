#include "ui/painting_dispersion.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/names.h"
#include "ui/no_display.h"
#include "ui/run.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr double gap = 10;
constexpr double names_share = 0.28;     // of the width, at most
constexpr std::size_t measured = 2000;   // names
constexpr std::size_t most_exported = 1000;
constexpr double exported_width = 1100;

QString tr(const char* text) { return QCoreApplication::translate("Dispersion", text); }

QString rate_text(double rate) { return QLocale().toString(rate, 'f', rate < 100 ? 1 : 0); }

class Plot {
 public:
  Plot(QPainter& painter, const QSizeF& size, const DispersionPicture& picture)
      : painter_(painter), picture_(picture), layout_(dispersion_layout(size, painter.font(), picture)),
        colors_(theme(picture.dark)), font_(painter.font()), small_(small_font(font_)) {}

  void paint(const QSizeF& size) {
    painter_.fillRect(QRectF({0, 0}, size), colors_.ground);
    paint_heading();
    painter_.setFont(small_);
    paint_columns();
    painter_.save();
    painter_.setClipRect(QRectF(0, layout_.plot.top(), size.width(), layout_.plot.height()));
    const auto& rows = picture_.rows->rows;
    const auto first = std::size_t(std::max(picture_.scrolled / layout_.row, 0.0));
    for (std::size_t i = first; i < rows.size(); ++i) {
      const double top = layout_.plot.top() + double(i) * layout_.row - picture_.scrolled;
      if (top >= layout_.plot.bottom()) break;
      paint_row(rows[i], top, int(i) == picture_.row);
    }
    painter_.restore();
    paint_axis();
  }

 private:
  void text(const QRectF& box, int flags, const QString& text, const QColor& color) {
    painter_.setPen(color);
    painter_.drawText(box, flags | Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetricsF(painter_.font()).elidedText(text, Qt::ElideMiddle, box.width()));
  }

  void paint_heading() {
    if (layout_.heading.height() <= 0) return;
    const double half = layout_.heading.height() / 2;
    QFont bold = font_;
    bold.setBold(true);
    painter_.setFont(bold);
    text({layout_.heading.left(), layout_.heading.top(), layout_.heading.width(), half}, Qt::AlignLeft, picture_.title, colors_.text);
    painter_.setFont(small_);
    text({layout_.heading.left(), layout_.heading.top() + half, layout_.heading.width(), half}, Qt::AlignLeft, picture_.subtitle, colors_.quiet_text);
  }

  void paint_columns() {
    const auto above = [&](const QRectF& column) {
      return QRectF(column.left(), layout_.columns.top(), column.width(), layout_.columns.height());
    };
    text(above(layout_.names), Qt::AlignLeft, tr("Document"), colors_.quiet_text);
    text(above(layout_.plot), Qt::AlignLeft, tr("Where in it"), colors_.quiet_text);
    text(above(layout_.counts), Qt::AlignRight, tr("Places"), colors_.quiet_text);
    text(above(layout_.rates), Qt::AlignRight, tr("Per million"), colors_.quiet_text);
    painter_.setPen(colors_.line);
    painter_.drawLine(QPointF(layout_.names.left(), layout_.columns.bottom()), QPointF(layout_.rates.right(), layout_.columns.bottom()));
  }

  void paint_row(const DispersionRows::Row& row, double top, bool chosen) {
    const auto in = [&](const QRectF& column) { return QRectF(column.left(), top, column.width(), layout_.row); };
    if (chosen) painter_.fillRect(QRectF(0, top, layout_.rates.right() + gap, layout_.row), colors_.panel);
    text(in(layout_.names), Qt::AlignLeft, row.name, colors_.text);
    const double end = layout_.x(double(row.words));
    const QRectF bar(layout_.plot.left(), top + 3, std::max(end - layout_.plot.left(), 1.0), layout_.row - 6);
    painter_.fillRect(bar, colors_.document[0]);
    double drawn = -1;
    for (const auto& place : row.places) {
      // Half a pixel apart they are one line to the eye: a million places are not a million lines.
      const double x = std::round(layout_.x(double(place.word)) * 2) / 2;
      if (x == drawn) continue;
      drawn = x;
      painter_.fillRect(QRectF(x, bar.top(), 1, bar.height()), colors_.mark);
    }
    if (chosen && picture_.place >= 0 && std::size_t(picture_.place) < row.places.size()) {
      const double x = layout_.x(double(row.places[std::size_t(picture_.place)].word));
      painter_.fillRect(QRectF(x - 1, top, 3, layout_.row), colors_.cursor);
    }
    text(in(layout_.counts), Qt::AlignRight, grouped(qint64(row.places.size())), colors_.text);
    text(in(layout_.rates), Qt::AlignRight, rate_text(row.per_million), colors_.text);
  }

  void paint_axis() {
    const QRectF& axis = layout_.axis;
    painter_.setPen(colors_.line);
    painter_.drawLine(QPointF(axis.left(), axis.top()), QPointF(axis.right(), axis.top()));
    const QFontMetricsF metrics(small_);
    const double apart = metrics.horizontalAdvance(QStringLiteral("000.0 k")) + gap;
    const auto marks = ticks(0, layout_.words, layout_.words / std::max(axis.width() / apart, 1.0));
    const std::int64_t step = marks.size() > 1 ? marks[1] - marks[0] : 1;
    for (const std::int64_t mark : marks) {
      const double x = layout_.x(double(mark));
      painter_.setPen(colors_.line);
      painter_.drawLine(QPointF(x, axis.top()), QPointF(x, axis.top() + 4));
      const QString label = tick_text(mark, step);
      const double width = metrics.horizontalAdvance(label);
      painter_.setPen(colors_.quiet_text);
      painter_.drawText(QPointF(std::clamp(x - width / 2, axis.left(), std::max(axis.right() - width, axis.left())), axis.top() + 4 + metrics.ascent()), label);
    }
    text({axis.left(), axis.top() + 4 + layout_.line, axis.width(), layout_.line}, Qt::AlignHCenter, tr("Words from the document's beginning"), colors_.quiet_text);
  }

  QPainter& painter_;
  const DispersionPicture& picture_;
  const DispersionLayout layout_;
  const Theme& colors_;
  const QFont font_, small_;
};

double row_height(double line) { return std::max(line + 6, 20.0); }
double heading_height(const QFont& font, const DispersionPicture& picture) {
  return picture.title.isEmpty() ? 0 : 2 * (line_height(font) + 2);
}

}  // namespace

std::shared_ptr<const DispersionRows> dispersion_rows(const explore::CorpusText& text, const explore::Dispersion& found,
                                                      explore::Shown shown) {
  auto all = std::make_shared<DispersionRows>();
  for (const auto& one : found.documents) {
    if (shown == explore::Shown::holding && one.places.empty()) continue;
    const auto& document = text.documents()[one.document];
    all->rows.push_back({to_text(document.name), document.id, one.words, one.per_million(), one.places});
    all->longest = std::max(all->longest, one.words);
  }
  return all;
}

double dispersion_height(const QFont& font, const DispersionPicture& picture) {
  const double line = line_height(small_font(font));
  return heading_height(font, picture) + gap + (line + 6) + double(picture.rows->rows.size()) * row_height(line) + 4 + 2 * line + gap;
}

DispersionLayout dispersion_layout(const QSizeF& size, const QFont& font, const DispersionPicture& picture) {
  DispersionLayout out;
  const QFontMetricsF metrics(small_font(font));
  out.line = line_height(small_font(font));
  out.row = row_height(out.line);
  const double left = gap, right = size.width() - gap;
  double names = metrics.horizontalAdvance(tr("Document"));
  const auto& rows = picture.rows->rows;
  for (std::size_t i = 0; i < std::min(rows.size(), measured); ++i) names = std::max(names, metrics.horizontalAdvance(rows[i].name));
  names = std::min(std::ceil(names) + 2, size.width() * names_share);
  const auto column = [&](const char* heading, const QString& widest) {
    return std::ceil(std::max(metrics.horizontalAdvance(tr(heading)), metrics.horizontalAdvance(widest))) + 2;
  };
  const double counts = column("Places", QStringLiteral("1,000,000"));
  const double rates = column("Per million", QStringLiteral("100,000"));
  out.heading = {left, gap / 2, right - left, heading_height(font, picture)};
  out.columns = {left, out.heading.bottom(), right - left, out.line + 6};
  const double top = out.columns.bottom() + 1;
  // The axis stands below the last row, or where the rows go on beyond what is seen.
  const double lowest = size.height() - (4 + 2 * out.line + gap / 2);
  const double bottom = std::max(std::min(lowest, std::ceil(top + double(rows.size()) * out.row)), top);
  out.names = {left, top, names, bottom - top};
  out.rates = {right - rates, top, rates, bottom - top};
  out.counts = {out.rates.left() - gap - counts, top, counts, bottom - top};
  const double first = out.names.right() + gap;
  out.plot = {first, top, std::max(out.counts.left() - gap - first, 1.0), bottom - top};
  out.axis = {out.plot.left(), bottom, out.plot.width(), 4 + 2 * out.line};
  out.words = double(std::max<std::int64_t>(picture.rows->longest, 1));
  return out;
}

void paint_dispersion(QPainter& painter, const QSizeF& size, const DispersionPicture& picture) {
  if (!picture.rows) {
    painter.fillRect(QRectF({0, 0}, size), theme(picture.dark).ground);
    return;
  }
  Plot(painter, size, picture).paint(size);
}

std::pair<int, int> place_at(const DispersionLayout& layout, const DispersionPicture& picture, const QPointF& point) {
  constexpr double near = 6;  // pixels
  if (!picture.rows || point.y() < layout.plot.top() || point.y() >= layout.plot.bottom()) return {-1, -1};
  const auto row = std::size_t((point.y() - layout.plot.top() + picture.scrolled) / layout.row);
  if (row >= picture.rows->rows.size()) return {-1, -1};
  int nearest = -1;
  double distance = near;
  const auto& places = picture.rows->rows[row].places;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double away = std::abs(layout.x(double(places[i].word)) + 0.5 - point.x());
    if (away >= distance) continue;
    distance = away;
    nearest = int(i);
  }
  return {int(row), nearest};
}

Painting dispersion_painting(DispersionPicture picture, double width, const QFont& font) {
  picture.scrolled = 0;
  picture.row = picture.place = -1;
  if (picture.rows->rows.size() > most_exported) {
    auto cut = std::make_shared<DispersionRows>(*picture.rows);
    picture.subtitle += tr("; the first %1 of %2 rows").arg(grouped(qint64(most_exported)), grouped(qint64(cut->rows.size())));
    cut->rows.resize(most_exported);
    picture.rows = cut;
  }
  const QSizeF size(width, std::ceil(dispersion_height(font, picture)));
  return {size, font, picture.title, [picture, size](QPainter& painter) { paint_dispersion(painter, size, picture); }};
}

void write_dispersion(const DispersionWish& wish, const std::filesystem::path& file) {
  static char name[] = "corpuscope";
  static char* words[] = {name, nullptr};
  static int count = 1;
  const auto application = application_without_display(count, words);
  DispersionPicture picture;
  picture.title = to_text(wish.query);
  picture.subtitle = to_text(explore::dispersion_summary(wish.dispersion));
  picture.rows = dispersion_rows(wish.text, wish.dispersion, wish.shown);
  save_picture(path_text(file), dispersion_painting(picture, exported_width, QGuiApplication::font()));
}

}  // namespace corpuscope::ui
