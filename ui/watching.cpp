#include "ui/watching.h"

#include <new>
#include <thread>

#include "explore/watch.h"

namespace corpuscope::ui {

struct Watching::Watcher {
  Watcher(Watching& owner, const std::filesystem::path& workspace) : watch(workspace) {
    thread = std::thread([this, &owner] { run(owner); });
  }
  ~Watcher() {
    job.cancel();
    thread.join();
  }

  void run(Watching& owner) try {
    while (true) {
      auto changes = watch.next(job);
      QMetaObject::invokeMethod(&owner, [this, &owner, changes = std::move(changes)] {
        if (owner.watcher_.get() == this) emit owner.found(changes);
      });
    }
  } catch (const core::Cancelled&) {
  } catch (const std::bad_alloc&) {  // then it watches no more
  }

  explore::Watch watch;
  core::Job job;
  std::thread thread;
};

Watching::Watching(QObject* parent) : QObject(parent) {}
Watching::~Watching() = default;

void Watching::watch(const std::filesystem::path& workspace) {
  stop();
  watcher_ = std::make_unique<Watcher>(*this, workspace);
}

void Watching::stop() { watcher_.reset(); }

void Watching::look_again() {
  if (watcher_) watcher_->watch.look_again();
}

}  // namespace corpuscope::ui
