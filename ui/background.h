#pragma once
// One long question at a time, answered on another thread, with progress; a newer one cancels the older.

#include <QObject>
#include <functional>
#include <memory>

#include "core/job.h"
#include "explore/passages.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

class Session;

class Background : public QObject {
  Q_OBJECT

 public:
  Background(Session& session, const QString& key, QObject* parent = nullptr);
  ~Background() override;  // cancels

  // Runs on another thread; what it returns is called in the window's, unless something newer was started or it was
  // stopped.
  using Task = std::function<std::function<void()>(const workspace::Workspace&, explore::Passages&, core::Job&)>;
  void start(Task task);
  void stop();    // what it returns is not called any more
  void hurry();   // it is cancelled too, but what it still returns is called
  bool is_busy() const { return bool(job_); }

 signals:
  void busy_changed(bool busy);
  void progressed(const corpuscope::core::Progress& progress);
  void failed(const QString& what, const QString& remedy);

 private:
  Session& session_;
  const QString key_;
  std::shared_ptr<core::Job> job_;  // null: nothing is under way
};

}  // namespace corpuscope::ui
