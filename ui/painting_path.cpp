#include "ui/painting_path.h"

#include <QCoreApplication>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <set>

#include "ui/link_checking.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr double gap = 6, node = 4;
constexpr double thinnest = 1.5, thickest = 9;
constexpr double unweighted = 3;  // of arcs without a weight

QString tr(const char* text) { return QCoreApplication::translate("ladder", text); }

double arc_width(float weight) {
  if (weight <= 0) return unweighted;
  return thinnest + (thickest - thinnest) * std::sqrt(std::min(double(weight), 1.0));
}

int rung_count(const LadderPicture& picture) {
  std::size_t steps = 1;
  for (const auto& path : picture.paths) steps = std::max(steps, path.size());
  return int(steps) + 1;
}

QPointF node_of(const LadderLayout& layout, std::int64_t token, std::size_t rung) {
  return {layout.plot.left() + layout.axis.pixel(double(token) + 0.5), layout.rungs[std::min(rung, layout.rungs.size() - 1)]};
}

QPainterPath arc(const LadderLayout& layout, const workspace::PathStep& step, std::size_t rung) {
  const QPointF from = node_of(layout, step.from, rung), to = node_of(layout, step.to, rung + 1);
  const double middle = (from.y() + to.y()) / 2;
  QPainterPath path(from);
  path.cubicTo({from.x(), middle}, {to.x(), middle}, to);
  return path;
}

class Ladder {
 public:
  Ladder(QPainter& painter, const LadderPicture& picture, const LadderLayout& layout, const QFont& font)
      : painter_(painter), picture_(picture), layout_(layout), colors_(theme(picture.dark)), font_(font),
        small_(small_font(font)), line_(line_height(small_)) {}

  void paint(const QSizeF& size) {
    painter_.fillRect(QRectF({0, 0}, size), colors_.ground);
    paint_heading();
    if (picture_.length <= 0 || picture_.first < 0) return paint_message(layout_.plot);
    painter_.setFont(small_);
    paint_axis();
    if (!picture_.spread.empty()) paint_spread();
    if (picture_.blind) paint_blind();
    if (!picture_.paths.empty()) {
      paint_rungs();
      paint_places();
      for (int i = int(picture_.paths.size()) - 1; i >= 0; --i)
        if (i != picture_.path) paint_path(i, false);
      paint_path(picture_.path, true);
      paint_texts();
      paint_legend();
    } else {
      paint_places();
      const bool roomy = layout_.plot.height() > 17 * line_;
      paint_message(layout_.plot.adjusted(0, (roomy ? 5 : 2) * line_, 0, -(roomy ? 4 : 1) * line_));
      painter_.setFont(small_);
      if (!roomy) return paint_cursors();
      paint_lone_place(picture_.target, layout_.plot.top() + 4 * line_);
      paint_lone_place(picture_.first, layout_.plot.bottom() - 3 * line_);
    }
    paint_cursors();
  }

 private:
  void paint_heading() {
    QFont bold = font_;
    bold.setBold(true);
    painter_.setFont(bold);
    painter_.setPen(colors_.text);
    const QRectF all = layout_.heading;
    const double height = QFontMetricsF(bold).height();
    painter_.drawText(QRectF(all.left(), all.top(), all.width(), height), Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetricsF(bold).elidedText(picture_.title, Qt::ElideRight, all.width()));
    painter_.setFont(small_);
    painter_.setPen(colors_.quiet_text);
    painter_.drawText(QRectF(all.left(), all.top() + height, all.width(), line_), Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetricsF(small_).elidedText(picture_.subtitle, Qt::ElideRight, all.width()));
  }

  void paint_message(const QRectF& room) {
    const QRectF box = room.adjusted(2 * gap, gap, -2 * gap, -gap);
    painter_.setFont(font_);
    QRectF needed = painter_.boundingRect(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
    if (needed.height() > box.height()) painter_.setFont(small_);
    needed = painter_.boundingRect(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
    painter_.setPen(colors_.text);
    painter_.fillRect(needed.adjusted(-gap, -gap, gap, gap), colors_.ground);
    painter_.drawText(box, Qt::AlignCenter | Qt::TextWordWrap, picture_.message);
  }

  double x(double position) const { return layout_.plot.left() + layout_.axis.pixel(position); }

  void paint_axis() {
    const QFontMetricsF metrics(small_);
    painter_.save();
    painter_.setClipRect(layout_.documents);
    const Documents& documents = *picture_.documents;
    double at = 0;
    while (at < layout_.plot.width()) {
      const auto index = std::max<std::int64_t>(document_index(documents, std::int64_t(layout_.axis.position(at + 0.01))), 0);
      if (index >= std::int64_t(documents.size())) break;
      const DocumentSpan& document = documents[std::size_t(index)];
      const double from = x(double(document.first)), to = x(double(document.first + document.count));
      const QRectF block(from, layout_.documents.top(), std::max(to - from, 0.5), layout_.documents.height());
      painter_.fillRect(block, colors_.document[index % 2]);
      const QRectF room = block.intersected(layout_.documents).adjusted(4, 0, -4, 0);
      if (room.width() > 36) {
        painter_.setPen(colors_.text);
        painter_.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                          metrics.elidedText(document.name.section(u'/', -1), Qt::ElideRight, room.width()));
      }
      at = std::max(at + 1, std::ceil(to - layout_.plot.left() - 0.001));
    }
    painter_.restore();
    paint_ruler(metrics);
  }

  // Round numbers where there is room: how round depends on how many positions a pixel takes there.
  void paint_ruler(const QFontMetricsF& metrics) {
    constexpr double stride = 3, digits_apart = 24;  // pixels
    double free = layout_.plot.left();
    for (double pixel = 0; pixel < layout_.plot.width(); pixel += stride) {
      const double position = layout_.axis.position(pixel), unit = round_unit(layout_.axis.step(pixel) * digits_apart);
      const auto tick = std::int64_t(std::round(position / unit) * unit);
      const double at = x(double(tick)), away = at - layout_.plot.left() - pixel;
      if (tick < 0 || tick >= picture_.length || std::abs(away) > stride || at - 2 < free) continue;
      const QString text = with_unit_if_round(tick);
      const double width = metrics.horizontalAdvance(text);
      if (at + width > layout_.plot.right()) continue;
      painter_.setPen(colors_.line);
      painter_.drawLine(QPointF(at, layout_.documents.bottom()), QPointF(at, layout_.ruler.top() + 3));
      painter_.setPen(colors_.quiet_text);
      painter_.drawText(QPointF(at + 2, layout_.ruler.top() + metrics.ascent()), text);
      free = at + width + 14;
    }
  }

  // The next of 1, 2, 5, 10, 20, ...
  static double round_unit(double least) {
    const double power = std::pow(10, std::floor(std::log10(std::max(least, 1.0))));
    for (const double more : {1.0, 2.0, 5.0})
      if (power * more >= least) return power * more;
    return 10 * power;
  }

  // Shortened only where nothing is lost.
  static QString with_unit_if_round(std::int64_t tick) {
    if (tick >= 10'000 && tick % 1000 == 0) return with_unit(double(tick));
    return grouped(tick);
  }

  // Rollout: how much of the passage arrives, from the least share of interest to all of it, on a log scale.
  void paint_spread() {
    constexpr double least = -9;  // power of ten
    const QRectF& band = layout_.spread;
    painter_.fillRect(band, colors_.panel);
    const double width = band.width() / double(picture_.spread.size());
    for (std::size_t i = 0; i < picture_.spread.size(); ++i) {
      const double share = picture_.spread[i];
      if (!(share > 0)) continue;
      const double height = band.height() * std::clamp(1 - std::log10(share) / least, 0.0, 1.0);
      painter_.fillRect(QRectF(band.left() + double(i) * width, band.bottom() - height, width, height), colors_.received);
    }
    painter_.setPen(colors_.quiet_text);
    const QRectF label(0, band.top(), band.left() - gap, band.height());
    painter_.drawText(label, Qt::AlignRight | Qt::AlignVCenter, tr("rollout\n10⁻⁹–1"));
  }

  void paint_rungs() {
    for (std::size_t i = 0; i < layout_.rungs.size(); ++i) {
      const double y = layout_.rungs[i];
      painter_.setPen(QPen(colors_.line, 1));
      painter_.drawLine(QPointF(layout_.plot.left(), y), QPointF(layout_.plot.right(), y));
      if (i == 0) continue;
      const double middle = (y + layout_.rungs[i - 1]) / 2;
      painter_.setPen(colors_.quiet_text);
      const QString name = picture_.layers ? tr("layer %1").arg(i) : tr("hop %1").arg(i);
      const QRectF box(gap, middle - line_ / 2, layout_.plot.left() - 2 * gap, line_);
      painter_.drawText(box, Qt::AlignRight | Qt::AlignVCenter, name);
    }
  }

  // The passage and the token that were asked for, from the axis up.
  void paint_places() {
    QColor wash = colors_.mark;
    wash.setAlphaF(0.16f);
    const double from = x(double(picture_.first)), to = x(double(picture_.first + picture_.count));
    const double top = layout_.rungs.empty() ? layout_.plot.top() : layout_.rungs.front();
    painter_.fillRect(QRectF(from, top, std::max(to - from, 2.0), layout_.documents.bottom() - top), wash);
    QColor faint = colors_.mark;
    faint.setAlphaF(0.6f);
    painter_.setPen(QPen(faint, 1, Qt::DotLine));
    const double last = x(double(picture_.target) + 0.5);
    painter_.drawLine(QPointF(last, layout_.plot.top()), QPointF(last, layout_.documents.bottom()));
    const double begin = x(double(picture_.first) + 0.5);
    painter_.drawLine(QPointF(begin, top), QPointF(begin, layout_.documents.bottom()));
  }

  QColor color_of(const workspace::PathStep& step) const {
    return step.stays() ? colors_.quiet_text : level_color(step.level, picture_.dark);
  }

  const workspace::LinkCheck* check_of(const workspace::PathStep& step) const {
    const auto found = picture_.checks.find({step.from, step.to});
    return step.stays() || found == picture_.checks.end() ? nullptr : &found->second;
  }

  bool beyond(const workspace::PathStep& step) const {
    return picture_.farthest_used >= 0 && step.to - step.from > picture_.farthest_used;
  }

  void paint_path(int index, bool chosen) {
    if (index < 0 || index >= int(picture_.paths.size())) return;
    painter_.save();
    painter_.setRenderHint(QPainter::Antialiasing);
    const auto& path = picture_.paths[std::size_t(index)];
    for (std::size_t i = 0; i < path.size(); ++i) {
      QColor color = color_of(path[i]);
      if (!chosen || beyond(path[i])) color.setAlphaF(0.3f);
      const double width = path[i].stays() ? 1.2 : chosen ? arc_width(path[i].weight) : 1.5;
      const auto* check = check_of(path[i]);
      const Qt::PenStyle style = check && !check->confirmed()          ? Qt::DotLine
                                 : path[i].stays() || picture_.imagined ? Qt::DashLine
                                                                        : Qt::SolidLine;
      const QPainterPath line = arc(layout_, path[i], i);
      if (chosen && int(i) == picture_.step) {
        QColor halo = colors_.cursor;
        halo.setAlphaF(0.35f);
        painter_.strokePath(line, QPen(halo, width + 7, Qt::SolidLine, Qt::RoundCap));
      }
      painter_.strokePath(line, QPen(color, width, style, Qt::FlatCap));
    }
    if (chosen) paint_nodes(path);
    painter_.restore();
  }

  void paint_nodes(const workspace::FoundPath& path) {
    for (std::size_t i = 0; i <= path.size(); ++i) {
      const std::int64_t token = i < path.size() ? path[i].from : path.back().to;
      const bool at_step = int(i) == picture_.step || int(i) == picture_.step + 1;
      painter_.setPen(QPen(colors_.ground, 1.5));
      painter_.setBrush(at_step && picture_.step >= 0 ? colors_.cursor : colors_.text);
      painter_.drawEllipse(node_of(layout_, token, i), node, node);
    }
  }

  // At each rung the token's text and place, on the side with more room; at each arc through what it went.
  void paint_texts() {
    if (picture_.path < 0 || picture_.path >= int(picture_.paths.size())) return;
    const auto& path = picture_.paths[std::size_t(picture_.path)];
    for (std::size_t i = 0; i <= path.size(); ++i) {
      const std::int64_t token = i < path.size() ? path[i].from : path.back().to;
      const bool same = i > 0 && path[i - 1].stays();
      if (!same) paint_node_text(token, node_of(layout_, token, i));
    }
    for (std::size_t i = 0; i < path.size(); ++i)
      if (spacing() >= 3.4 * line_ || int(i) == picture_.step) paint_arc_text(path[i], i);
  }

  double spacing() const { return layout_.rungs[0] - layout_.rungs[1]; }

  // An end of a path that is not there.
  void paint_lone_place(std::int64_t token, double y) {
    const QPointF at(x(double(token) + 0.5), y);
    painter_.save();
    painter_.setRenderHint(QPainter::Antialiasing);
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(colors_.text);
    painter_.drawEllipse(at, node, node);
    painter_.restore();
    paint_node_text(token, at);
  }

  void paint_node_text(std::int64_t token, const QPointF& at) {
    const auto found = picture_.texts.find(token);
    const double right = layout_.plot.right() - at.x() - 3 * gap, left = at.x() - layout_.plot.left() - 3 * gap;
    const bool to_right = right >= left;
    const double width = std::max(std::max(right, left), 40.0);
    const double x0 = to_right ? at.x() + 2 * gap : at.x() - 2 * gap - width;
    const QRectF box(x0, at.y() - line_ - 1, width, 2 * line_ + 2);
    const QFontMetricsF metrics(small_);
    const auto side = to_right ? Qt::AlignLeft : Qt::AlignRight;
    const QRectF above(box.left(), box.top(), width, line_), below(box.left(), at.y() + 1, width, line_);
    const QString number = grouped(token);
    if (found == picture_.texts.end()) {
      painter_.setPen(colors_.text);
      painter_.drawText(above, side | Qt::AlignVCenter, number);
      return;
    }
    paint_snippet(found->second, above, to_right);
    if (!layout_.rungs.empty() && spacing() < 2.2 * line_) return;
    painter_.setPen(colors_.quiet_text);
    const QString number_part = QStringLiteral("  ·  ") + number;
    const double room = width - metrics.horizontalAdvance(number_part);
    const QString text = metrics.elidedText(found->second.place, Qt::ElideMiddle, std::max(room, 0.0)) + number_part;
    const QRectF tight = metrics.boundingRect(below, int(side | Qt::AlignVCenter), text);
    painter_.fillRect(tight.adjusted(-2, 0, 2, 0), veil());
    painter_.drawText(below, side | Qt::AlignVCenter, text);
  }

  // The token itself stands out; where the room is short its surroundings give way.
  void paint_snippet(const TokenText& text, const QRectF& room, bool to_right) {
    QFont bold = small_;
    bold.setBold(true);
    const QFontMetricsF plain(small_), strong(bold);
    const double token_width = std::min(strong.horizontalAdvance(text.token), room.width());
    const double rest = (room.width() - token_width) / 2;
    const QString before = plain.elidedText(text.before, Qt::ElideLeft, rest);
    const QString behind =
        plain.elidedText(text.behind, Qt::ElideRight, room.width() - token_width - plain.horizontalAdvance(before));
    const double all = plain.horizontalAdvance(before) + token_width + plain.horizontalAdvance(behind);
    double at = to_right ? room.left() : room.right() - all;
    painter_.fillRect(QRectF(at - 2, room.top(), all + 4, room.height()), veil());
    const auto draw = [&](const QString& part, const QFont& font, const QColor& color, double width) {
      painter_.setFont(font);
      painter_.setPen(color);
      painter_.drawText(QRectF(at, room.top(), width + 1, room.height()), Qt::AlignLeft | Qt::AlignVCenter, part);
      at += width;
    };
    draw(before, small_, colors_.quiet_text, plain.horizontalAdvance(before));
    draw(strong.elidedText(text.token, Qt::ElideRight, token_width + 1), bold, colors_.text, token_width);
    draw(behind, small_, colors_.quiet_text, plain.horizontalAdvance(behind));
    painter_.setFont(small_);
  }

  QColor veil() const {
    QColor color = colors_.ground;
    color.setAlphaF(0.82f);
    return color;
  }

  void paint_arc_text(const workspace::PathStep& step, std::size_t i) {
    const auto* check = check_of(step);
    const QString text = check ? step_words(step) + QStringLiteral(" · ") + link_text(*check) : step_words(step);
    const QFontMetricsF metrics(small_);
    const QPointF from = node_of(layout_, step.from, i), to = node_of(layout_, step.to, i + 1);
    const double width = metrics.horizontalAdvance(text) + 4;
    // Beside the arc, and where that runs flat a little lower, in its bend.
    const double middle = (from.x() + to.x()) / 2, lower = std::abs(to.x() - from.x()) > width / 2 && spacing() > 5 * line_ ? line_ : 0;
    const double beside = middle + (step.stays() ? 1 : 2) * gap;
    const bool fits = beside + width < layout_.plot.right();
    const QRectF box(fits ? beside : middle - width - 2 * gap,
                     (from.y() + to.y()) / 2 - line_ / 2 + (fits ? lower : -lower), width, line_);
    painter_.fillRect(box, veil());
    painter_.setPen(step.stays() || beyond(step) ? colors_.quiet_text : colors_.text);
    painter_.drawText(box, Qt::AlignCenter, text);
  }

  void paint_blind() {
    const auto& spot = *picture_.blind;
    if (spot.kind == pattern::BlindSpot::Kind::earlier) return;
    painter_.save();
    painter_.setClipRect(layout_.plot.adjusted(0, 0, 0, layout_.documents.height() + 2 * gap));
    const QColor color = level_color(spot.level, picture_.dark);
    const double from = x(double(spot.begin)), to = x(double(spot.end));
    const QRectF segment(from, layout_.plot.bottom() - line_ - 2, std::max(to - from, 2.0), line_);
    QColor wash = color;
    wash.setAlphaF(0.25f);
    painter_.fillRect(segment, wash);
    painter_.setPen(QPen(color, 1.5));
    painter_.drawRect(segment);
    painter_.setPen(colors_.text);
    const QRectF visible = segment.intersected(layout_.plot).adjusted(4, 0, -4, 0);
    const QFontMetricsF metrics(small_);
    const QString name = tr("segment of level %1").arg(spot.level + 1);
    if (visible.width() > 30)
      painter_.drawText(visible, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(name, Qt::ElideRight, visible.width()));
    if (spot.blind_end > spot.blind_begin) {
      const double begin = x(double(spot.blind_begin)), end = x(double(spot.blind_end));
      const QRectF blind(begin, layout_.plot.top(), std::max(end - begin, 3.0), layout_.plot.height());
      painter_.fillRect(blind, QBrush(colors_.mark, Qt::BDiagPattern));
    }
    const double border = x(double(spot.border));
    painter_.setPen(QPen(colors_.mark, 2));
    painter_.drawLine(QPointF(border, layout_.plot.top()), QPointF(border, layout_.documents.bottom()));
    if (picture_.paths.empty()) paint_blind_names(spot, border);  // else the texts of the path stand there
    painter_.restore();
  }

  void paint_blind_names(const pattern::BlindSpot& spot, double border) {
    const QFontMetricsF metrics(small_);
    const auto write = [&](const QString& text, double at, double y) {
      const double width = metrics.horizontalAdvance(text);
      const double left = at + gap + width < layout_.plot.right() ? at + gap : at - gap - width;
      const QRectF box(left, y, width, line_);
      painter_.fillRect(box.adjusted(-2, 0, 2, 0), veil());
      painter_.setPen(colors_.text);
      painter_.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    write(tr("border before %1").arg(grouped(spot.border)), border, layout_.plot.top() + 2);
    if (spot.blind_end > spot.blind_begin)
      write(tr("blind: %1 tokens, %2 to %3")
                .arg(grouped(spot.blind_end - spot.blind_begin), grouped(spot.blind_begin), grouped(spot.blind_end - 1)),
            x(double(spot.kind == pattern::BlindSpot::Kind::head ? spot.blind_end : spot.blind_begin)),
            layout_.plot.top() + 2 + line_);
  }

  void paint_legend() {
    std::set<int> levels;
    bool weights = false, stays = false, unconfirmed = false, far = false;
    for (const auto& path : picture_.paths)
      for (const auto& step : path) {
        if (!step.stays()) levels.insert(step.level);
        stays = stays || step.stays();
        unconfirmed = unconfirmed || (check_of(step) && !check_of(step)->confirmed());
        far = far || beyond(step);
        weights = weights || (!step.stays() && step.weight > 0);
      }
    const QFontMetricsF metrics(small_);
    double at = layout_.legend.left();
    const double middle = layout_.legend.center().y();
    const auto write = [&](const QString& text) {
      const double width = metrics.horizontalAdvance(text);
      painter_.setPen(colors_.quiet_text);
      painter_.drawText(QRectF(at, layout_.legend.top(), width + 1, layout_.legend.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
      at += width + 10;
    };
    const auto entry = [&](const QPen& pen, double width, const QString& text) {
      if (at + width + 4 + metrics.horizontalAdvance(text) > layout_.legend.right()) return false;
      painter_.setPen(pen);
      painter_.drawLine(QPointF(at, middle), QPointF(at + width, middle));
      at += width + 4;
      write(text);
      return true;
    };
    for (const int level : levels) {
      entry(QPen(level_color(level, picture_.dark), 8, Qt::SolidLine, Qt::FlatCap), 10,
            tr("level %1 (%2)").arg(level + 1).arg(segment_text(picture_.pattern.levels[std::size_t(level)].segment)));
    }
    if (stays)
      entry(QPen(colors_.quiet_text, 1.2, Qt::DashLine), 18, tr("stays (residual)"));
    if (unconfirmed) entry(QPen(colors_.text, 2, Qt::DotLine), 18, tr("not confirmed"));
    if (far) entry(QPen(colors_.line, 4, Qt::SolidLine, Qt::FlatCap), 16, tr("faint: further back than it uses"));
    if (!weights) return;
    for (const double weight : {0.01, 0.1, 1.0})
      if (!entry(QPen(colors_.text, arc_width(float(weight)), Qt::SolidLine, Qt::FlatCap), 16,
                 weight == 0.01 ? tr("weight %1").arg(weight_text(weight)) : weight_text(weight)))
        return;
  }

  void paint_cursors() {
    const std::pair<std::int64_t, QColor> all[] = {{picture_.hover, colors_.hover}, {picture_.cursor, colors_.cursor}};
    for (const auto& [token, color] : all) {
      if (token < 0) continue;
      painter_.setPen(QPen(color, 1.5));
      const double at = x(double(token) + 0.5);
      painter_.drawLine(QPointF(at, layout_.documents.top()), QPointF(at, layout_.ruler.top() + 3));
    }
  }

  QPainter& painter_;
  const LadderPicture& picture_;
  const LadderLayout& layout_;
  const Theme& colors_;
  const QFont font_, small_;
  const double line_;
};

}  // namespace

QString step_words(const workspace::PathStep& step) {
  if (step.stays()) return tr("stays");
  const QString words = tr("level %1 · head %2").arg(step.level + 1).arg(step.head + 1);
  return step.weight > 0 ? words + QStringLiteral(" · ") + weight_text(step.weight) : words;
}

LadderLayout ladder_layout(const QSizeF& size, const QFont& font, const LadderPicture& picture) {
  const QFont small = small_font(font);
  const double line = line_height(small);
  LadderLayout out;
  const double heading = QFontMetricsF(font).height() + line + gap;
  out.heading = QRectF(gap, gap / 2, size.width() - 2 * gap, heading);
  const double left = QFontMetricsF(small).horizontalAdvance(tr("layer %1").arg(88)) + 2 * gap;
  const double legend = line + gap, ruler = line + 2, documents = line + 4;
  const double spread = picture.spread.empty() ? 0 : 2 * line;
  const double bottom = size.height() - legend - ruler - documents - spread;
  out.plot = QRectF(left, heading + gap / 2, std::max(size.width() - left - gap, 10.0),
                    std::max(bottom - heading - gap, 10.0));
  out.spread = QRectF(left, out.plot.bottom() + gap / 2, out.plot.width(), spread);
  out.documents = QRectF(left, out.spread.bottom(), out.plot.width(), documents);
  out.ruler = QRectF(left, out.documents.bottom(), out.plot.width(), ruler);
  out.legend = QRectF(gap, out.ruler.bottom(), size.width() - 2 * gap, legend);
  out.axis = Fisheye(picture.length, picture.first, picture.target, out.plot.width());
  if (picture.paths.empty()) return out;
  const int rungs = rung_count(picture);
  const double low = out.plot.bottom() - line - 4, high = out.plot.top() + line + 2;
  for (int i = 0; i < rungs; ++i) out.rungs.push_back(low + (high - low) * i / std::max(rungs - 1, 1));
  return out;
}

void paint_ladder(QPainter& painter, const QSizeF& size, const LadderPicture& picture) {
  const QFont font = painter.font();
  const LadderLayout layout = ladder_layout(size, font, picture);
  Ladder(painter, picture, layout, font).paint(size);
}

std::pair<int, int> step_at(const LadderLayout& layout, const LadderPicture& picture, const QPointF& point) {
  constexpr double near = 8;
  std::pair<int, int> best{-1, -1};
  double nearest = near;
  for (int i = 0; i < int(picture.paths.size()); ++i)
    for (std::size_t s = 0; s < picture.paths[std::size_t(i)].size(); ++s) {
      const QPainterPath line = arc(layout, picture.paths[std::size_t(i)][s], s);
      for (double t = 0; t <= 1; t += 1.0 / 32) {
        const QPointF away = line.pointAtPercent(t) - point;
        const double distance = std::hypot(away.x(), away.y()) - (i == picture.path ? 2 : 0);
        if (distance < nearest) {
          nearest = distance;
          best = {i, int(s)};
        }
      }
    }
  return best;
}

}  // namespace corpuscope::ui
