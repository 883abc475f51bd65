#include "ui/background.h"

#include <QPointer>

#include "core/error.h"
#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {

Background::Background(Session& session, const QString& key, QObject* parent) : QObject(parent), session_(session), key_(key) {}

Background::~Background() { hurry(); }

void Background::stop() {
  if (!job_) return;
  job_->cancel();
  job_.reset();
  emit busy_changed(false);
}

void Background::hurry() {
  if (job_) job_->cancel();
}

void Background::start(Task task) {
  hurry();
  const bool was_busy = is_busy();
  const QPointer self(this);
  // The session outlives this and takes what other threads say; whether it is still wanted is asked in its thread.
  const auto tell = [self, session = &session_](const core::Job* about, std::function<void(Background&)> what) {
    QMetaObject::invokeMethod(
        session, [self, about, what = std::move(what)] { if (self && self->job_.get() == about) what(*self); }, Qt::QueuedConnection);
  };
  const auto own = std::make_shared<core::Job*>(nullptr);
  const auto job = std::make_shared<core::Job>([tell, own](const core::Progress& now) {
    tell(*own, [now](Background& here) { emit here.progressed(now); });
  });
  *own = job.get();
  job_ = job;
  if (!was_busy) emit busy_changed(true);
  session_.ask(key_, [self, job, task = std::move(task)](const workspace::Workspace& workspace, explore::Passages& passages) {
    std::function<void()> then;
    QString what, remedy;
    try {
      then = task(workspace, passages, *job);
    } catch (const core::Cancelled&) {
    } catch (const core::Error& error) {
      what = to_text(error.what());
      remedy = to_text(error.remedy());
    }
    return [self, job, then = std::move(then), what, remedy] {
      if (!self || self->job_ != job) return;
      self->job_.reset();
      emit self->busy_changed(false);
      if (then) then();
      if (!what.isEmpty()) emit self->failed(what, remedy);
    };
  });
}

}  // namespace corpuscope::ui
