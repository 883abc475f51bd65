#include "ui/jobs_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "ui/names.h"
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
      stage_(new QLabel),
      amounts_(new QLabel),
      progress_(new QProgressBar),
      pause_(new QToolButton),
      cancel_(new QToolButton) {
  setObjectName(QStringLiteral("jobs_bar"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 2, 4, 2);
  row->setSpacing(10);
  stage_->setObjectName(QStringLiteral("job_stage"));
  amounts_->setObjectName(QStringLiteral("job_amounts"));
  amounts_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  progress_->setObjectName(QStringLiteral("job_progress"));
  progress_->setAccessibleName(tr("Progress of the job"));
  progress_->setFixedWidth(180);
  progress_->setRange(0, steps);
  pause_->setObjectName(QStringLiteral("job_pause"));
  pause_->setAutoRaise(true);
  cancel_->setObjectName(QStringLiteral("job_cancel"));
  cancel_->setAutoRaise(true);
  cancel_->setText(tr("Cancel"));
  cancel_->setToolTip(tr("Stop the job; what is done is kept"));
  cancel_->setAccessibleName(tr("Cancel the job"));
  row->addWidget(stage_);
  row->addWidget(progress_);
  row->addWidget(amounts_, 1);
  row->addWidget(pause_);
  row->addWidget(cancel_);
  connect(pause_, &QToolButton::clicked, &session_, [this] {
    paused_ ? session_.resume_job() : session_.pause_job();
  });
  connect(cancel_, &QToolButton::clicked, &session_, &Session::cancel_job);
  connect(&session_, &Session::job_progressed, this, &JobsBar::show_progress);
  const auto refresh = [this] {
    if (!session_.is_busy()) show_idle();
  };
  connect(&session_, &Session::busy_changed, this, refresh);
  connect(&session_, &Session::documents_changed, this, refresh);
  connect(&session_, &Session::run_changed, this, refresh);
  connect(&session_, &Session::workspace_opened, this, refresh);
  show_idle();
}

void JobsBar::show_progress(const core::Progress& progress, bool paused) {
  for (QWidget* widget : std::initializer_list<QWidget*>{progress_, pause_, cancel_}) widget->show();
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

void JobsBar::set_paused(bool paused) {
  paused_ = paused;
  pause_->setText(paused ? tr("Resume") : tr("Pause"));
  pause_->setAccessibleName(paused ? tr("Resume the job") : tr("Pause the job"));
}

void JobsBar::show_idle() {
  for (QWidget* widget : std::initializer_list<QWidget*>{progress_, pause_, cancel_}) widget->hide();
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
