#include "ui/exact_source.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/error.h"
#include "ui/frame_maker.h"
#include "ui/names.h"

namespace corpuscope::ui {

struct ExactSource::Impl {
  explicit Impl(ExactSource& owner) : self(owner) {}

  ExactSource& self;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<int, ExactWish> waiting;  // by asker
  std::optional<std::pair<int, ExactWish>> current;
  core::Job* job = nullptr;  // of the current one
  std::filesystem::path file;
  quint64 generation = 0;  // of the file
  int undelivered = 0;
  bool stop = false;
  std::thread thread;

  // The thread's own.
  std::unique_ptr<explore::ExactReader> reader;
  std::int64_t reader_run = 0;
  quint64 reader_generation = 0;

  void work();
  void answer(int asker, const ExactWish& wish, const std::filesystem::path& path, quint64 asked);

  // To the window's thread, unless another file is open by then.
  void deliver(quint64 asked, std::function<void()> tell) {
    {
      const std::lock_guard lock(mutex);
      ++undelivered;
    }
    QMetaObject::invokeMethod(
        &self,
        [this, asked, tell = std::move(tell)] {
          bool fresh = false;
          {
            const std::lock_guard lock(mutex);
            --undelivered;
            fresh = asked == generation;
          }
          if (fresh) tell();
        },
        Qt::QueuedConnection);
  }
};

void ExactSource::Impl::work() {
  give_way_to_the_window();
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return stop || !waiting.empty(); });
    if (stop) return;
    current = *waiting.begin();
    waiting.erase(waiting.begin());
    const auto [asker, wish] = *current;
    const auto path = file;
    const quint64 asked = generation;
    lock.unlock();
    answer(asker, wish, path, asked);
    lock.lock();
    current.reset();
  }
}

void ExactSource::Impl::answer(int asker, const ExactWish& wish, const std::filesystem::path& path, quint64 asked) {
  core::Job own([this, asker, asked](const core::Progress& p) {
    deliver(asked, [this, asker, p] { emit self.progressed(asker, p.done, p.total, p.seconds_left); });
  });
  {
    const std::lock_guard lock(mutex);
    job = &own;
  }
  const auto end = [&](std::function<void()> tell) {
    {
      const std::lock_guard lock(mutex);
      job = nullptr;
    }
    deliver(asked, std::move(tell));
  };
  try {
    if (!reader || reader_run != wish.run || reader_generation != asked) {
      reader.reset();
      reader = std::make_unique<explore::ExactReader>(path, wish.run);
      reader_run = wish.run;
      reader_generation = asked;
    }
    const auto cost = wish.dense ? explore::RereadCost() : reader->cost(wish.window);
    if (!wish.at_any_price && cost.seconds > free_seconds)
      return end([this, asker, cost] { emit self.too_dear(asker, cost.tokens, cost.seconds); });
    auto weights = std::make_shared<const explore::ExactWeights>(
        wish.dense ? reader->dense_weights(wish.window, explore::longest_dense_context, own)
                   : reader->weights(wish.window, own));
    end([this, asker, weights] { emit self.ready(asker, weights); });
  } catch (const core::Cancelled&) {
    end([this, asker] { emit self.cancelled(asker); });
  } catch (const core::Error& error) {
    end([this, asker, what = to_text(error.what()), remedy = to_text(error.remedy())] {
      emit self.failed(asker, what, remedy);
    });
  } catch (const std::exception& error) {
    end([this, asker, what = to_text(error.what())] { emit self.failed(asker, what, {}); });
  }
}

ExactSource::ExactSource(QObject* parent) : QObject(parent), impl_(std::make_unique<Impl>(*this)) {
  impl_->thread = std::thread([this] { impl_->work(); });
}

ExactSource::~ExactSource() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
    if (impl_->job) impl_->job->cancel();
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

void ExactSource::set_file(const std::filesystem::path& file) {
  const std::lock_guard lock(impl_->mutex);
  impl_->file = file;
  ++impl_->generation;
  impl_->waiting.clear();
  if (impl_->job) impl_->job->cancel();
}

void ExactSource::ask(int asker, const ExactWish& wish) {
  const std::lock_guard lock(impl_->mutex);
  impl_->waiting[asker] = wish;
  // What a person asked for goes on; what was begun unasked gives way.
  const auto& current = impl_->current;
  if (impl_->job && current->first == asker && !current->second.at_any_price) impl_->job->cancel();
  impl_->changed.notify_one();
}

void ExactSource::cancel(int asker) {
  const std::lock_guard lock(impl_->mutex);
  impl_->waiting.erase(asker);
  if (impl_->job && impl_->current->first == asker) impl_->job->cancel();
}

bool ExactSource::is_idle() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->waiting.empty() && !impl_->current && impl_->undelivered == 0;
}

}  // namespace corpuscope::ui
