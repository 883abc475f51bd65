#pragma once
// The picture of the whole sequence in one strip: documents, marks, any number of tracks, blind spots, segments.

#include <optional>

#include "pattern/pattern.h"
#include "ui/painting.h"
#include "ui/painting_arcs.h"

namespace corpuscope::ui {

// Values of [first, first + count) in equal parts.
struct Track {
  std::int64_t first = 0, count = 0;
  std::vector<workspace::Bin> bins;
};

// A track as it is drawn: what its height means.
struct TrackRow {
  QString key;          // which one it is
  QString name, range;  // of its label: two lines
  QColor color;
  double low = 0, high = 1;  // at the bottom and the top
  bool logarithmic = false;  // then `low` is above 0
  Track values;
};

// Where the cursor's token can know nothing of, by the pattern alone.
struct BlindRow {
  bool shown = false;
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  QString about;  // "0.25 % of the past"
};

struct SequencePicture {
  bool dark = false;
  Scale scale;              // of the tracks, without the column of labels
  std::int64_t length = 0;  // of the sequence
  std::shared_ptr<const Documents> documents;
  std::int64_t done = -1;  // tokens that the run has read; -1: there is none
  std::vector<TrackRow> tracks;
  std::vector<std::int64_t> marks;       // search hits, ascending
  Arcs arcs;                             // echoes
  std::vector<workspace::Edge> sources;  // of the cursor's token, strongest first
  std::vector<workspace::Bookmark> bookmarks;
  BlindRow blind;
  bool shows_segments = true;
  std::optional<pattern::Pattern> pattern;
  std::int64_t cursor = -1, cursor_count = 1, hover = -1;
};

// What the height of the picture depends on.
struct SequenceRows {
  int tracks = 2;
  bool blind = false, segments = true, arcs = false;
};
SequenceRows rows_of(const SequencePicture& picture);

// Where the parts of the picture lie.
struct SequenceLayout {
  QRectF labels, plot;  // side by side
  QRectF ruler, arcs, documents, marks, blind, segments;
  std::vector<QRectF> tracks;
};

// `font` is the window's; the picture is as high as its text needs.
SequenceLayout sequence_layout(const QSizeF& size, const QFont& font, const SequenceRows& rows = {});
double sequence_height(const QFont& font, const SequenceRows& rows = {});
void paint_sequence(QPainter& painter, const QSizeF& size, const SequencePicture& picture);  // in the painter's font

// The levels whose borders can be told apart at this scale, nearest first.
std::vector<int> distinct_levels_at(const pattern::Pattern& pattern, double step, double pixels);

// The height of a value, 0 to 1.
double track_share(const TrackRow& track, double value);

// The bookmark whose flag is under a pixel of the plot; null: none.
const workspace::Bookmark* bookmark_at(const SequencePicture& picture, double x);

}  // namespace corpuscope::ui
