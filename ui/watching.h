#pragma once
// Tells the window when files of the open workspace have changed. Waits on a thread of its own.

#include <QObject>
#include <filesystem>
#include <memory>

#include "explore/open.h"

namespace corpuscope::ui {

class Watching : public QObject {
  Q_OBJECT

 public:
  explicit Watching(QObject* parent = nullptr);
  ~Watching() override;

  void watch(const std::filesystem::path& workspace);  // no longer the one before
  void stop();
  void look_again();  // the workspace was changed

 signals:
  void found(const corpuscope::explore::Changes& changes);  // none where all is as it was read

 private:
  struct Watcher;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace corpuscope::ui
