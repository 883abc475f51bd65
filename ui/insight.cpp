#include "ui/insight.h"

#include <QTimer>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.h"
#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {

namespace {

constexpr int pause = 120;  // milliseconds that the cursor must rest

struct Wish {
  quint64 ticket = 0;
  std::filesystem::path file;
  qint64 run = 0, token = -1;
  bool whatever_it_costs = false;
};

}  // namespace

struct Insight::Impl {
  Impl(Insight& owner, Session& opened) : self(owner), session(opened) {}

  Insight& self;
  Session& session;

  // Used by the window's thread alone.
  State state = State::nothing;
  std::shared_ptr<const explore::TokenView> view;
  explore::RereadCost cost;
  core::Progress progress;
  QString what, remedy;
  quint64 tickets = 0;
  QTimer rest;

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Wish> wish;
  std::shared_ptr<core::Job> job;  // of the wish that is being fulfilled
  bool over = false;
  std::thread thread;

  void set(State now) {
    state = now;
    if (now != State::ready) view.reset();
    emit self.changed();
  }

  // The cursor moved: what was under way is about another token.
  void look_anew() {
    stop();
    ++tickets;
    const auto run = session.run();
    const qint64 token = session.selection().cursor();
    rest.stop();
    if (!run || token < 0 || token >= run->done) return set(State::nothing);
    set(State::preparing);
    rest.start();
  }

  void ask(bool whatever_it_costs) {
    const auto run = session.run();
    if (!run) return;
    {
      const std::lock_guard lock(mutex);
      wish = Wish{++tickets, session.file(), run->id, session.selection().cursor(), whatever_it_costs};
    }
    changed.notify_one();
  }

  void stop() {
    const std::lock_guard lock(mutex);
    wish.reset();
    if (job) job->cancel();
  }

  // To the window's thread, where it is dropped unless it is about the newest wish.
  void tell(quint64 ticket, std::function<void()> answer) {
    QMetaObject::invokeMethod(
        &self, [this, ticket, answer = std::move(answer)] { if (ticket == tickets) answer(); }, Qt::QueuedConnection);
  }

  void fulfil(const Wish& wanted, core::Job& work, std::unique_ptr<explore::TokenReader>& reader,
              std::filesystem::path& file);
  void work();
};

// On the thread.
void Insight::Impl::fulfil(const Wish& wanted, core::Job& work, std::unique_ptr<explore::TokenReader>& reader,
                           std::filesystem::path& file) {
  if (!reader || file != wanted.file || reader->run().id != wanted.run || reader->run().done <= wanted.token) {
    reader.reset();
    reader = std::make_unique<explore::TokenReader>(wanted.file, wanted.run);
    file = wanted.file;
  }
  const explore::RereadCost costs = reader->cost(wanted.token, ahead);
  const bool offer = costs.seconds > moment && !wanted.whatever_it_costs;
  tell(wanted.ticket, [this, costs, offer] {
    cost = costs;
    progress = {};
    set(offer ? State::offered : State::running);
  });
  if (offer) return;
  auto found = std::make_shared<const explore::TokenView>(reader->view(wanted.token, ahead, work));
  tell(wanted.ticket, [this, found] {
    view = found;
    set(State::ready);
  });
}

void Insight::Impl::work() {
  std::unique_ptr<explore::TokenReader> reader;
  std::filesystem::path file;
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return over || wish; });
    if (over) return;
    const Wish wanted = *std::exchange(wish, std::nullopt);
    job = std::make_shared<core::Job>([this, ticket = wanted.ticket](const core::Progress& now) {
      tell(ticket, [this, now] {
        progress = now;
        if (state == State::running) emit self.changed();
      });
    });
    const auto mine = job;
    lock.unlock();
    const auto fail = [&](const QString& said, const QString& help) {
      reader.reset();  // it may have stopped anywhere
      tell(wanted.ticket, [this, said, help] {
        what = said;
        remedy = help;
        set(State::failed);
      });
    };
    try {
      fulfil(wanted, *mine, reader, file);
    } catch (const core::Cancelled&) {
    } catch (const core::Error& error) {
      fail(to_text(error.what()), to_text(error.remedy()));
    } catch (const std::exception& error) {
      fail(to_text(error.what()), {});
    }
    lock.lock();
    job.reset();
  }
}

Insight::Insight(Session& session) : impl_(std::make_unique<Impl>(*this, session)) {
  Impl& i = *impl_;
  i.rest.setSingleShot(true);
  i.rest.setInterval(pause);
  connect(&i.rest, &QTimer::timeout, this, [this] { impl_->ask(false); });
  const auto look = [this] { impl_->look_anew(); };
  connect(&session.selection(), &Selection::cursor_changed, this, look);
  connect(&session, &Session::workspace_opened, this, look);
  connect(&session, &Session::run_changed, this, [this] {
    // While a run goes on only what it has just reached is new.
    const auto known = view();
    const auto run = impl_->session.run();
    if (known && run && known->run == run->id) return;
    if (impl_->state == State::running) return;
    impl_->look_anew();
  });
  i.thread = std::thread([this] { impl_->work(); });
}

Insight::~Insight() {
  impl_->stop();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->over = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

Insight::State Insight::state() const { return impl_->state; }
std::shared_ptr<const explore::TokenView> Insight::view() const { return impl_->view; }
const explore::RereadCost& Insight::cost() const { return impl_->cost; }
const core::Progress& Insight::progress() const { return impl_->progress; }
std::pair<QString, QString> Insight::error() const { return {impl_->what, impl_->remedy}; }
bool Insight::is_busy() const { return impl_->state == State::preparing || impl_->state == State::running; }

void Insight::compute() {
  if (impl_->state != State::offered && impl_->state != State::failed) return;
  impl_->set(State::preparing);
  impl_->ask(true);
}

void Insight::stop() {
  if (!is_busy()) return;
  impl_->rest.stop();
  impl_->stop();
  ++impl_->tickets;
  impl_->set(State::offered);
}

}  // namespace corpuscope::ui
