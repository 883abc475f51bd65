#pragma once
// The picture of the whole sequence in one strip.

#include <optional>

#include "pattern/pattern.h"
#include "ui/painting.h"

namespace corpuscope::ui {

// Values of [first, first + count) in equal parts.
struct Track {
  std::int64_t first = 0, count = 0;
  std::vector<workspace::Bin> bins;
};

struct SequencePicture {
  bool dark = false;
  Scale scale;              // of the tracks, without the column of labels
  std::int64_t length = 0;  // of the sequence
  std::shared_ptr<const Documents> documents;
  std::int64_t done = -1;   // tokens that the run has read; -1: there is none
  Track surprise, received;
  int layer = 0;            // of `received`
  std::vector<std::int64_t> marks;
  std::vector<workspace::Edge> sources;  // of the cursor's token, strongest first
  std::optional<pattern::Pattern> pattern;
  std::int64_t cursor = -1, cursor_count = 1, hover = -1;
};

// Where the parts of the picture lie.
struct SequenceLayout {
  QRectF labels, plot;  // side by side
  QRectF ruler, documents, marks, surprise, received, segments;
};

// `font` is the window's; the picture is as high as its text needs.
SequenceLayout sequence_layout(const QSizeF& size, const QFont& font);
double sequence_height(const QFont& font);
void paint_sequence(QPainter& painter, const QSizeF& size, const SequencePicture& picture);  // in the painter's font

// The levels whose borders can be told apart at this scale, nearest first.
std::vector<int> distinct_levels_at(const pattern::Pattern& pattern, double step, double pixels);

}  // namespace corpuscope::ui
