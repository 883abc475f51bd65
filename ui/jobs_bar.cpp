#include "ui/jobs_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "ui/elided_label.h"
#include "ui/names.h"
#include "ui/reach_dialog.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int steps = 1000;

// What the engine calls its stages, in the reader's language.
QString stage_name(const std::string& stage) {
  const std::pair<const char*, QString> known[] = {
      {"reading files", JobsBar::tr("Reading files")},
      {"tokenizing", JobsBar::tr("Tokenizing")},
      {"reading by the model", JobsBar::tr("Reading by the model")},
      {"measuring how far back the model uses its context", JobsBar::tr("Measuring how far back the model uses its context")},
      {"reading again without a passage", JobsBar::tr("Checking links: reading again without a passage")},
  };
  for (const auto& [name, text] : known)
    if (stage == name) return text;
  QString text = to_text(stage);
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

}  // namespace

JobsBar::JobsBar(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      stage_(new ElidedLabel(Qt::ElideRight)),
      amounts_(new ElidedLabel(Qt::ElideRight)),
      progress_(new QProgressBar),
      pause_(new QAction(this)),
      cancel_(new QAction(tr("&Cancel the job"), this)) {
  setObjectName(QStringLiteral("jobs_bar"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 2, 4, 2);
  row->setSpacing(10);
  stage_->setObjectName(QStringLiteral("job_stage"));
  amounts_->setObjectName(QStringLiteral("job_amounts"));
  progress_->setObjectName(QStringLiteral("job_progress"));
  progress_->setAccessibleName(tr("Progress of the job"));
  progress_->setFixedWidth(180);
  progress_->setRange(0, steps);
  pause_->setShortcut(QKeySequence(tr("Ctrl+Shift+P")));
  cancel_->setShortcut(QKeySequence(tr("Ctrl+Shift+X")));
  cancel_->setIconText(tr("Cancel"));
  cancel_->setToolTip(tr("Stop the job: what was read until then is kept, of an import nothing (%1)").arg(cancel_->shortcut().toString(QKeySequence::NativeText)));
  row->addWidget(stage_);
  row->addWidget(progress_);
  row->addWidget(amounts_);
  row->addStretch(1);
  reach_ = new QToolButton;
  reach_->setObjectName(QStringLiteral("reach_button"));
  reach_->setAutoRaise(true);
  reach_->setFocusPolicy(Qt::StrongFocus);
  connect(reach_, &QToolButton::clicked, this, [this] { show_reach_dialog(session_, window()); });
  row->addWidget(reach_);
  pause_button_ = add_button(pause_, QStringLiteral("job_pause"));
  cancel_button_ = add_button(cancel_, QStringLiteral("job_cancel"));
  row->addWidget(pause_button_);
  row->addWidget(cancel_button_);
  connect(pause_, &QAction::triggered, &session_, [this] {
    paused_ ? session_.resume_job() : session_.pause_job();
  });
  connect(cancel_, &QAction::triggered, &session_, &Session::cancel_job);
  connect(&session_, &Session::job_progressed, this, &JobsBar::show_progress);
  const auto refresh = [this] {
    if (!session_.is_busy()) show_idle();
  };
  connect(&session_, &Session::busy_changed, this, refresh);
  connect(&session_, &Session::documents_changed, this, refresh);
  connect(&session_, &Session::run_changed, this, refresh);
  connect(&session_, &Session::workspace_opened, this, refresh);
  for (const auto changed : {&Session::run_changed, &Session::workspace_opened}) connect(&session_, changed, this, &JobsBar::show_reach);
  show_reach();
  show_idle();
}

QToolButton* JobsBar::add_button(QAction* action, const QString& name) {
  auto* button = new QToolButton;
  button->setObjectName(name);
  button->setDefaultAction(action);
  button->setToolButtonStyle(Qt::ToolButtonTextOnly);
  button->setFocusPolicy(Qt::StrongFocus);
  return button;
}

void JobsBar::show_progress(const core::Progress& progress, bool paused) {
  set_busy(true);
  set_paused(paused);
  const QString stage = stage_name(progress.stage);
  stage_->setText(paused ? tr("%1 (paused)").arg(stage) : stage);
  if (progress.total > 0) {
    progress_->setRange(0, steps);
    progress_->setValue(int(double(steps) * double(progress.done) / double(progress.total)));
  } else {
    progress_->setRange(0, 0);
  }
  amounts_->setText(amounts(progress));
}

void JobsBar::set_busy(bool busy) {
  for (QWidget* widget : std::initializer_list<QWidget*>{progress_, pause_button_, cancel_button_}) widget->setVisible(busy);
  for (QAction* action : {pause_, cancel_}) action->setEnabled(busy);
}

void JobsBar::set_paused(bool paused) {
  paused_ = paused;
  pause_->setText(paused ? tr("&Resume the job") : tr("&Pause the job"));
  pause_->setIconText(paused ? tr("Resume") : tr("Pause"));
  pause_->setToolTip(tr("%1 the job (%2)").arg(pause_->iconText(), pause_->shortcut().toString(QKeySequence::NativeText)));
  pause_button_->setAccessibleName(pause_->toolTip());
}

void JobsBar::show_reach() {
  const auto reach = session_.reach();
  reach_->setVisible(reach.has_value());
  if (!reach) return;
  reach_->setText(reach_text(*reach));
  reach_->setToolTip(reach_words(*reach) + tr("\nClick to see how much each distance saves."));
  reach_->setAccessibleName(tr("How far back the model uses its context: %1").arg(reach_->text()));
}

void JobsBar::show_idle() {
  set_busy(false);
  set_paused(false);
  amounts_->clear();
  if (!session_.is_open()) {
    stage_->clear();
    return;
  }
  const auto& summary = session_.summary();
  QStringList parts{summary.documents == 1 ? tr("1 document") : tr("%1 documents").arg(grouped(summary.documents)),
                    ui::size(summary.text_bytes)};
  parts << (summary.tokens_complete ? tr("%1 tokens").arg(grouped(summary.tokens)) : tr("not tokenized yet"));
  if (summary.skipped > 0) parts << tr("%1 skipped").arg(grouped(summary.skipped));
  if (const auto run = session_.run()) {
    const QString model = to_text(run->model);
    parts << (run->complete() ? tr("read by %1 in %2").arg(model, duration(run->seconds))
                              : tr("%1 % read by %2").arg(run->done * 100 / std::max<qint64>(run->tokens, 1)).arg(model));
  } else if (summary.tokens_complete) {
    parts << tr("not read by a model yet");
  }
  parts << tr("workspace %1").arg(ui::size(summary.workspace_bytes));
  stage_->setText(parts.join(QStringLiteral("  ·  ")));
}

}  // namespace corpuscope::ui
