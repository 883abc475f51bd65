#pragma once
// Long pieces of work, one after the other on a thread of their own.

#include <QObject>
#include <QString>
#include <functional>
#include <memory>

#include "core/job.h"

namespace corpuscope::ui {

class Jobs : public QObject {
  Q_OBJECT

 public:
  explicit Jobs(QObject* parent = nullptr);
  ~Jobs() override;  // cancels and waits

  using Work = std::function<void(core::Job&)>;
  void add(const QString& name, Work work);
  void pause();
  void resume();
  void cancel();  // also those that wait
  bool is_busy() const;

 signals:
  void progressed(const corpuscope::core::Progress& progress, bool paused);
  void succeeded(const QString& name);
  void cancelled(const QString& name);
  void failed(const QString& what, const QString& remedy);  // those that wait are dropped
  void busy_changed(bool busy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
