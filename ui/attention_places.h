#pragma once
// Where the canvas can go: the selection, the cursor's document, its segments, bookmarks. As a menu, and for a pair of
// tokens that the mouse points at.

#include <QMenu>

#include "workspace/bookmarks.h"

namespace corpuscope::ui {

class AttentionCanvas;
class AttentionPane;
class Session;

class AttentionPlaces : public QMenu {
  Q_OBJECT

 public:
  AttentionPlaces(Session& session, AttentionPane& pane, QWidget* parent = nullptr);

  void watch(AttentionCanvas& canvas);  // whose flags and pairs are clicked
  void go_to(const workspace::Bookmark& bookmark);  // the canvas's own with both axes; others on the diagonal
  void bookmark_view();                             // asks for its name
  void bookmark_pair(qint64 query, qint64 key);
  // What can be done with the pair under the mouse.
  void show_for_pair(qint64 query, qint64 key, const QPoint& at);

 signals:
  void path_wanted(qint64 from, qint64 to);

 private:
  void fill();
  void add_range(const QString& text, const char* name, qint64 first, qint64 count);
  void add_segments(qint64 token);

  Session& session_;
  AttentionPane& pane_;
};

}  // namespace corpuscope::ui
