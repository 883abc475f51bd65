#pragma once
// Paints one ladder of the path view, part by part. For painting_path*.cpp alone.

#include <QPen>
#include <vector>

#include "ui/painting_path.h"

class QPainterPath;

namespace corpuscope::ui {

constexpr double ladder_gap = 6;  // pixels between its parts

class LadderPainter {
 public:
  LadderPainter(QPainter& painter, const LadderPicture& picture, const LadderLayout& layout, const QFont& font)
      : painter_(painter), picture_(picture), layout_(layout), colors_(theme(picture.dark)), font_(font),
        small_(small_font(font)), line_(line_height(small_)) {}

  void paint(const QSizeF& size);

 private:
  void paint_heading();
  void paint_message(const QRectF& room);
  double x(double position) const { return layout_.plot.left() + layout_.axis.pixel(position); }
  void paint_places();
  QColor veil() const;
  void paint_cursors();

  // The sequence under the ladder.
  void paint_axis();
  void paint_ruler(const QFontMetricsF& metrics);
  void paint_spread();

  // The paths, and what goes from rung to rung.
  void paint_rungs();
  QColor color_of(const workspace::PathStep& step) const;
  const workspace::LinkCheck* check_of(const workspace::PathStep& step) const;  // null: none was made
  bool beyond(const workspace::PathStep& step) const;  // further back than the model uses its context
  void paint_path(int index, bool chosen);
  void paint_nodes(const workspace::FoundPath& path);
  void paint_texts();
  double spacing() const { return layout_.rungs[0] - layout_.rungs[1]; }
  void paint_lone_place(std::int64_t token, double y);
  void paint_node_text(std::int64_t token, const QPointF& at);
  void paint_snippet(const TokenText& text, const QRectF& room, bool to_right);
  void paint_arc_text(const workspace::PathStep& step, std::size_t i);
  void paint_legend();
  struct LegendEntry {
    QPen pen;
    double line;  // how long
    QString text;
  };
  std::vector<LegendEntry> legend_entries(bool brief) const;

  // Why there is none.
  void paint_blind();
  void paint_blind_names(const pattern::BlindSpot& spot, double border);

  QPainter& painter_;
  const LadderPicture& picture_;
  const LadderLayout& layout_;
  const Theme& colors_;
  const QFont font_, small_;
  const double line_;
};

// Of the token's node on a rung, and of the step that leaves that rung.
QPointF ladder_node(const LadderLayout& layout, std::int64_t token, std::size_t rung);
QPainterPath ladder_arc(const LadderLayout& layout, const workspace::PathStep& step, std::size_t rung);

}  // namespace corpuscope::ui
