#pragma once
// The bottom of the window: the job under way with its rate and time left, or what is open while nothing runs.

#include <QWidget>

#include "core/job.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace corpuscope::ui {

class Session;

class JobsBar : public QWidget {
  Q_OBJECT

 public:
  explicit JobsBar(Session& session, QWidget* parent = nullptr);

 private:
  void show_progress(const core::Progress& progress, bool paused);
  void show_idle();
  void set_paused(bool paused);

  Session& session_;
  QLabel *stage_, *amounts_;
  QProgressBar* progress_;
  QToolButton *pause_, *cancel_;
  bool paused_ = false;
};

}  // namespace corpuscope::ui
