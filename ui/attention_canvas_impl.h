#pragma once
// What an attention canvas holds. For attention_canvas*.cpp alone.

#include <QElapsedTimer>
#include <QTimer>
#include <optional>

#include "ui/attention_canvas.h"
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
  bool moved_here = false;  // what is shown was chosen here, else by another view

  FrameMaker maker;
  bool stale = true;   // something changed since a frame was asked for
  QTimer fade, settle;
  QElapsedTimer faded_since;
  ViewHistory history;

  QSizeF plot() const { return attention_plot(canvas.size(), canvas.font()).size(); }
  QPointF in_plot(const QPointF& point) const { return point - attention_plot(canvas.size(), canvas.font()).topLeft(); }

  void changed();
  void render();
  void take_frame(const Frame& frame);
  void fade_on();
  void tell_up_to_date();
  void tell_view();
  void show(const MatrixView& wish, bool tell);
  void remember();
  void go(bool forward);
  void follow_view();
  void hover(const QPointF& point);
  void move(double across, double down);
  void end_box(const QPointF& at);
  void zoom_by_key(double factor);
};

}  // namespace corpuscope::ui
