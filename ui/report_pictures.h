#pragma once
// The pictures of the report: the window's own, painted into images without a window.

#include <QImage>

#include "ui/painting_attention.h"
#include "ui/painting_sequence.h"

namespace corpuscope::ui {

// What all pictures of one report are made from.
struct ReportSource {
  const workspace::Workspace& workspace;
  std::optional<workspace::Run> run;  // nothing: the pattern alone
  std::optional<Geometry> geometry;
  std::int64_t length = 0;
  std::shared_ptr<const Documents> documents;
};

QImage sequence_image(const ReportSource& source, bool dark);

struct CanvasWish {
  int layer = -1;                      // -1: the pattern
  std::int64_t first = 0, count = 0;   // the square on the diagonal that is shown; 0: the whole matrix
  QSizeF size;                         // in units of CSS
};
QImage attention_image(const ReportSource& source, const CanvasWish& wish, bool dark);

}  // namespace corpuscope::ui
