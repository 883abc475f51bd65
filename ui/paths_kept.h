#pragma once
// Paths and rollouts that are kept in the workspace under a name: listed, reopened, renamed, forgotten.

#include <QObject>
#include <optional>
#include <vector>

#include "workspace/paths.h"

class QAction;
class QComboBox;
class QLineEdit;
class QToolButton;

namespace corpuscope::ui {

class FlowLayout;
class Session;

class PathsKept : public QObject {
  Q_OBJECT

 public:
  PathsKept(Session& session, FlowLayout& row, QWidget& view);

  QString name() const;  // that was typed
  void clear_name();
  QList<QAction*> actions() const { return {rename_, forget_}; }  // for a menu

  void refresh();                                            // looks at what there is
  void set_found(std::optional<workspace::SavedPaths> paths);  // that could be kept; nothing: none
  void show_open(std::int64_t paths, std::int64_t rollout);  // which one is shown now; 0: none

 signals:
  void paths_chosen(const corpuscope::workspace::SavedPaths& paths);
  void rollout_chosen(const corpuscope::workspace::Rollout& rollout);
  void forgotten();

 private:
  QAction* add_action(QWidget& view, const QString& text, const char* name, const QString& keys, void (PathsKept::*run)());
  void take(std::vector<workspace::SavedPaths> paths, std::vector<workspace::Rollout> rollouts);
  void choose(int index);
  void keep();
  void rename();
  void forget();
  void enable();

  Session& session_;
  QComboBox* list_;
  QLineEdit* name_;
  QToolButton* keep_;
  QAction *rename_, *forget_;
  std::optional<workspace::SavedPaths> found_;
  std::vector<workspace::SavedPaths> paths_;
  std::vector<workspace::Rollout> rollouts_;
  std::int64_t open_paths_ = 0, open_rollout_ = 0;
};

}  // namespace corpuscope::ui
