#pragma once
// Walking along paths hop by hop: which step of which ladder is chosen, what it does, and the other views led there.

#include <QWidget>

#include "ui/paths_found.h"

class QLabel;
class QToolButton;

namespace corpuscope::ui {

class PathLadder;
class Session;

class PathsSteps : public QWidget {
  Q_OBJECT

 public:
  PathsSteps(Session& session, PathLadder& structural, PathLadder& strongest, QWidget* parent = nullptr);

  void set_found(std::shared_ptr<const PathsFound> found);  // no step is chosen
  void set_opened();                                        // the structural ladder shows another path

 signals:
  // The step that is chosen; layer -1: of the pattern alone. from -1: none.
  void step_shown(qint64 from, qint64 to, int layer);

 private:
  void go(int by);
  void choose(PathLadder& ladder);
  void follow(const workspace::PathStep& step);
  void show_step();
  QString told(std::int64_t token) const;
  void enable();

  Session& session_;
  PathLadder &structural_, &strongest_;
  QLabel* text_;
  QToolButton *previous_, *next_;
  std::shared_ptr<const PathsFound> found_ = std::make_shared<PathsFound>();
  PathLadder* chosen_ = nullptr;  // in which a step is chosen
};

}  // namespace corpuscope::ui
