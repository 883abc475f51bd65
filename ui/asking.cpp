#include "ui/asking.h"

#include <QHash>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"
#include "ui/frame_maker.h"
#include "ui/names.h"

namespace corpuscope::ui {

namespace {

struct Question {
  QString key;
  quint64 ticket = 0, generation = 0;
  Session::Query query;
};

// What a thread holds open; made anew when the file or its documents changed.
struct Connection {
  explicit Connection(const std::filesystem::path& file) : workspace(workspace::Workspace::open(file)) {}
  workspace::Workspace workspace;
  explore::Passages passages{workspace};
};

}  // namespace

struct Asking::Impl {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Question> waiting;
  std::filesystem::path file;
  quint64 version = 0;  // of the file and its documents
  bool stop = false;
  std::vector<std::thread> threads;

  // Used by the window's thread alone.
  QHash<QString, quint64> newest;
  quint64 tickets = 0, generation = 0;
  int open_questions = 0;

  void answer(Asking& self);
  void deliver(Asking& self, const Question& question, std::function<void()> answer);
  void fail(Asking& self, const Question& question, const QString& what, const QString& remedy);
  bool take_up(const QString& key, quint64 ticket, quint64 asked_generation);
};

// On a thread of its own, until `stop`.
void Asking::Impl::answer(Asking& self) {
  give_way_to_the_window();
  std::unique_ptr<Connection> connection;
  quint64 connected = 0;
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return stop || !waiting.empty(); });
    if (stop) return;
    const Question question = std::move(waiting.front());
    waiting.pop_front();
    const auto path = file;
    const auto version_asked = version;
    lock.unlock();
    try {
      if (!connection || connected != version_asked) {
        connection.reset();
        connection = std::make_unique<Connection>(path);
        connected = version_asked;
      }
      deliver(self, question, question.query(connection->workspace, connection->passages));
    } catch (const core::Error& error) {
      fail(self, question, to_text(error.what()), to_text(error.remedy()));
    } catch (const std::exception& error) {
      fail(self, question, to_text(error.what()), {});
    }
    lock.lock();
  }
}

bool Asking::Impl::take_up(const QString& key, quint64 ticket, quint64 asked_generation) {
  --open_questions;
  if (asked_generation != generation || newest.value(key) != ticket) return false;
  newest.remove(key);
  return true;
}

void Asking::Impl::deliver(Asking& self, const Question& question, std::function<void()> answer) {
  const auto show = [this, &self, key = question.key, ticket = question.ticket, asked = question.generation,
                     answer = std::move(answer)] {
    if (take_up(key, ticket, asked) && answer) answer();
    emit self.delivered();
  };
  QMetaObject::invokeMethod(&self, show, Qt::QueuedConnection);
}

void Asking::Impl::fail(Asking& self, const Question& question, const QString& what, const QString& remedy) {
  const auto show = [this, &self, key = question.key, ticket = question.ticket, asked = question.generation, what,
                     remedy] {
    if (take_up(key, ticket, asked)) emit self.failed(key, what, remedy);
    emit self.delivered();
  };
  QMetaObject::invokeMethod(&self, show, Qt::QueuedConnection);
}

Asking::Asking(int threads, QObject* parent) : QObject(parent), impl_(std::make_unique<Impl>()) {
  for (int i = 0; i < threads; ++i) impl_->threads.emplace_back([this] { impl_->answer(*this); });
}

Asking::~Asking() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->changed.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

void Asking::set_file(const std::filesystem::path& file) {
  const std::lock_guard lock(impl_->mutex);
  impl_->file = file;
  ++impl_->version;
  ++impl_->generation;
  impl_->open_questions -= int(impl_->waiting.size());
  impl_->waiting.clear();
}

void Asking::set_documents_changed() {
  const std::lock_guard lock(impl_->mutex);
  ++impl_->version;
}

void Asking::ask(const QString& key, Session::Query query) {
  Question question{key, ++impl_->tickets, impl_->generation, std::move(query)};
  impl_->newest[key] = question.ticket;
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& older : impl_->waiting)
      if (older.key == key) {
        older = std::move(question);
        return;
      }
    impl_->waiting.push_back(std::move(question));
  }
  ++impl_->open_questions;
  impl_->changed.notify_one();
}

bool Asking::is_idle() const { return impl_->open_questions == 0; }

}  // namespace corpuscope::ui
