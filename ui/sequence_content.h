#pragma once
// What the sequence bar shows: which tracks, over which part, with the values that the session's workspace gives.

#include <QObject>
#include <QSet>
#include <QTimer>

#include "ui/sequence_tracks.h"

namespace corpuscope::ui {

class Session;

// Rows that are not tracks of values, by the keys under which they are switched.
const QString blind_key = QStringLiteral("blind");
const QString segments_key = QStringLiteral("segments");
const QString bookmarks_key = QStringLiteral("bookmarks");

class SequenceContent : public QObject {
  Q_OBJECT

 public:
  explicit SequenceContent(Session& session);

  const SequencePicture& picture() const { return picture_; }
  void set_dark(bool dark);
  void set_size(double plot_width, double pixels_each);  // logical pixels, device pixels in one of them
  bool set_scale(const Scale& scale);                    // true: it is another one; the linked views are told
  void set_marks(std::vector<std::int64_t> marks);
  void set_arcs(Arcs arcs);
  void set_layer(int layer);  // the one that other views look at: its received attention takes the place of another

  const std::vector<TrackChoice>& choices() const { return choices_; }
  const QSet<QString>& shown() const { return shown_; }
  void show(const QString& key, bool on);  // remembered in the settings

  void add_bookmark();  // of the cursor, named after its text

  QString explain(std::int64_t token) const;

 signals:
  void changed();       // paint it again
  void rows_changed();  // its height too

 private:
  void refresh();
  void follow_view();
  void choose_rows();
  void gather_choices();
  void ask_values();
  void ask_stored();
  void ask_sources();
  void take_bookmarks();
  void ask_blind();
  const workspace::Bin* bin_at(const Track& track, std::int64_t token) const;

  Session& session_;
  SequencePicture picture_;
  std::vector<TrackChoice> choices_, stored_;  // `choices_` holds the stored ones too
  QSet<QString> shown_;
  int layer_ = 0, heads_ = 1;
  double width_ = 1, pixels_each_ = 1;
  bool zooming_here_ = false;
  QTimer ask_soon_;
};

}  // namespace corpuscope::ui
