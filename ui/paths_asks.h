#pragma once
// What takes a reading: asking all weights for the strongest paths, the rollout of a passage, and checking its hops. Each is a job that says
// before it starts what it costs, and keeps what it finds.

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "ui/paths_found.h"

class QPushButton;

namespace corpuscope::ui {

class Session;

class PathsAsks : public QWidget {
  Q_OBJECT

 public:
  explicit PathsAsks(Session& session, QWidget* parent = nullptr);

  void set_found(std::shared_ptr<const PathsFound> found);
  void set_most(std::function<int()> most);         // how many of the strongest paths are wanted
  void set_name(std::function<QString()> name);     // that the person gave; empty: one of the places
  void forget();                                    // what is under way is of no interest any more

 signals:
  void paths_found(const corpuscope::workspace::SavedPaths& paths);
  void rolled_out(qint64 id);

 private:
  void ask_all();
  void roll_out();
  void take();
  void enable();
  QString own_name() const;
  static QString asking_job() { return tr("Asking all weights"); }
  static QString rollout_job() { return tr("Rolling out attention"); }

  template <typename T>
  using Expected = std::shared_ptr<std::optional<T>>;

  Session& session_;
  QPushButton *check_, *ask_all_, *roll_out_;
  std::function<int()> most_;
  std::function<QString()> name_;
  std::shared_ptr<const PathsFound> found_ = std::make_shared<PathsFound>();
  Expected<workspace::SavedPaths> paths_;  // of a job under way
  Expected<std::int64_t> rollout_;
};

// As they would be kept.
workspace::SavedPaths to_keep(const PathsFound& found, const QString& name);

}  // namespace corpuscope::ui
