#include "ui/jobs.h"

#include <deque>
#include <thread>

#include "core/error.h"
#include "ui/names.h"

namespace corpuscope::ui {

struct Jobs::Impl {
  struct Waiting {
    QString name;
    Work work;
  };
  std::deque<Waiting> waiting;
  QString name;
  std::shared_ptr<core::Job> job;  // null: none runs
  std::thread thread;

  void start(Jobs& self);
  void end(Jobs& self, const std::function<void()>& tell, bool go_on);
};

// All members are used by the window's thread alone; the worker sees its job and its work.
void Jobs::Impl::start(Jobs& self) {
  auto [next, work] = std::move(waiting.front());
  waiting.pop_front();
  name = next;
  job = std::make_shared<core::Job>([&self, this](const core::Progress& progress) {
    const auto tell = [&self, this, progress] {
      if (job) emit self.progressed(progress, job->paused());
    };
    QMetaObject::invokeMethod(&self, tell, Qt::QueuedConnection);
  });
  if (thread.joinable()) thread.join();
  thread = std::thread([&self, this, done = next, work = std::move(work), job = job] {
    std::function<void()> tell = [&self, done] { emit self.succeeded(done); };
    bool go_on = true;
    try {
      work(*job);
    } catch (const core::Cancelled&) {
      tell = [&self, done] { emit self.cancelled(done); };
    } catch (const core::Error& error) {
      go_on = false;
      tell = [&self, what = to_text(error.what()), remedy = to_text(error.remedy())] {
        emit self.failed(what, remedy);
      };
    } catch (const std::exception& error) {
      go_on = false;
      tell = [&self, done, what = to_text(error.what())] {
        emit self.failed(Jobs::tr("%1 stopped: %2").arg(done, what),
                         Jobs::tr("Free memory or disk space, then open it again."));
      };
    }
    QMetaObject::invokeMethod(
        &self, [&self, this, tell, go_on] { end(self, tell, go_on); }, Qt::QueuedConnection);
  });
}

void Jobs::Impl::end(Jobs& self, const std::function<void()>& tell, bool go_on) {
  job.reset();
  if (!go_on) waiting.clear();
  tell();
  if (job) return;  // whoever was told began another
  if (!waiting.empty()) {
    start(self);
  } else {
    emit self.busy_changed(false);
  }
}

Jobs::Jobs(QObject* parent) : QObject(parent), impl_(std::make_unique<Impl>()) {}

Jobs::~Jobs() {
  cancel();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void Jobs::add(const QString& name, Work work) {
  impl_->waiting.push_back({name, std::move(work)});
  if (impl_->job) return;
  impl_->start(*this);
  emit busy_changed(true);
}

void Jobs::pause() {
  if (!impl_->job) return;
  impl_->job->pause();
  emit progressed(impl_->job->progress(), true);
}

void Jobs::resume() {
  if (!impl_->job) return;
  impl_->job->resume();
  emit progressed(impl_->job->progress(), false);
}

void Jobs::cancel() {
  impl_->waiting.clear();
  if (impl_->job) impl_->job->cancel();
}

bool Jobs::is_busy() const { return impl_->job || !impl_->waiting.empty(); }

}  // namespace corpuscope::ui
