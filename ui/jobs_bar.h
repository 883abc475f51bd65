#pragma once
// The bottom of the window: the job under way with its rate and time left, or what is open while nothing runs; and how
// far back the model uses its context, where that was measured.

#include <QWidget>

#include "core/job.h"

class QAction;
class QLabel;
class QProgressBar;
class QToolButton;

namespace corpuscope::ui {

class Session;

class JobsBar : public QWidget {
  Q_OBJECT

 public:
  explicit JobsBar(Session& session, QWidget* parent = nullptr);

  // The buttons' actions, for the menus; they are enabled while a job runs.
  QAction* pause_action() const { return pause_; }
  QAction* cancel_action() const { return cancel_; }

 private:
  QToolButton* add_button(QAction* action, const QString& name);
  void show_progress(const core::Progress& progress, bool paused);
  void show_idle();
  void show_reach();
  void set_busy(bool busy);
  void set_paused(bool paused);

  Session& session_;
  QLabel *stage_, *amounts_;
  QProgressBar* progress_;
  QAction *pause_, *cancel_;
  QToolButton *pause_button_, *cancel_button_, *reach_;
  bool paused_ = false;
};

}  // namespace corpuscope::ui
