#include "ui/answering.h"

#include <QPointer>
#include <ctime>
#include <mutex>

#include "core/error.h"
#include "explore/answer_details.h"
#include "ui/names.h"
#include "ui/session.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

// What the threads that answer have in common: the model stays loaded from question to question.
class Answering::Shared {
 public:
  std::mutex in_use;  // one question at a time
  std::filesystem::path file;
  qint64 run = 0, question = 0;
  std::unique_ptr<explore::Asker> asker;
  explore::AskSettings settings;

  explore::Asker& of(const std::filesystem::path& wanted, qint64 wanted_run) {
    if (!asker || file != wanted || run != wanted_run) {
      asker.reset();
      asker = std::make_unique<explore::Asker>(wanted, wanted_run);
      file = wanted;
      run = wanted_run;
    }
    return *asker;
  }

  // Under the number of the question that it answers.
  void keep(const explore::Answer& answer) {
    auto workspace = workspace::Workspace::open(file);
    question = workspace.writer().put_question({question, answer.run, std::int64_t(std::time(nullptr)), answer.as_of,
                                                answer.question, answer.text, explore::answer_details(answer, settings)});
  }
};

Answering::Answering(Session& session, QObject* parent)
    : QObject(parent), session_(session), shared_(std::make_shared<Shared>()) {}

Answering::~Answering() { stop(); }

void Answering::stop() {
  if (job_) job_->cancel();
}

void Answering::set_busy(bool busy) {
  if (busy_ == busy) return;
  busy_ = busy;
  emit busy_changed(busy);
}

// Runs the task on another thread; what it gives is done here, unless something newer was started meanwhile.
void Answering::start(Task task) {
  stop();
  const QPointer self(this);
  const auto last_told = std::make_shared<qint64>(-1);
  const auto job = std::make_shared<core::Job>([self, session = &session_, last_told](const core::Progress& now) {
    if (now.unit != "tokens" || now.stage == "answering" || now.done == *last_told) return;
    *last_told = now.done;
    QMetaObject::invokeMethod(
        session, [self, now] { if (self) emit self->progressed(now.done, now.total); }, Qt::QueuedConnection);
  });
  job_ = job;
  set_busy(true);
  session_.ask(QStringLiteral("question"), [self, job, task = std::move(task), shared = shared_](
                                               const workspace::Workspace&, explore::Passages&) {
    std::function<void(Answering&)> then = [](Answering&) {};
    try {
      const std::lock_guard lock(shared->in_use);
      then = task(*shared, *job);
    } catch (const core::Cancelled&) {
    } catch (const core::Error& error) {
      then = [what = to_text(error.what()), remedy = to_text(error.remedy())](Answering& here) { emit here.failed(what, remedy); };
    }
    return [self, job, then = std::move(then)] {
      if (!self || self->job_ != job) return;
      self->set_busy(false);
      then(*self);
    };
  });
}

void Answering::ask(const QuestionWish& wish) {
  const QPointer self(this);
  start([self, session = &session_, file = session_.file(), wish](Shared& shared, core::Job& job) {
    explore::Asker& asker = shared.of(file, wish.run);
    shared.question = 0;
    shared.settings = wish.settings;
    const auto answer = asker.ask(wish.question.toStdString(), wish.settings, job, [&](std::string_view bytes) {
      QMetaObject::invokeMethod(
          session, [self, piece = QByteArray(bytes.data(), qsizetype(bytes.size()))] { if (self) emit self->piece(piece); },
          Qt::QueuedConnection);
    });
    shared.keep(answer);
    return [answer, id = shared.question](Answering& here) { emit here.answered(answer, id); };
  });
}

void Answering::go_on(const explore::AskSettings& settings) {
  const QPointer self(this);
  start([self, session = &session_, settings](Shared& shared, core::Job& job) -> std::function<void(Answering&)> {
    if (!shared.asker) return [](Answering&) {};
    const auto answer = shared.asker->more(settings, job, [&](std::string_view bytes) {
      QMetaObject::invokeMethod(
          session, [self, piece = QByteArray(bytes.data(), qsizetype(bytes.size()))] { if (self) emit self->piece(piece); },
          Qt::QueuedConnection);
    });
    shared.keep(answer);
    return [answer, id = shared.question](Answering& here) { emit here.answered(answer, id); };
  });
}

void Answering::check(int source) {
  start([source](Shared& shared, core::Job& job) -> std::function<void(Answering&)> {
    if (!shared.asker) return [](Answering&) {};
    const auto check = shared.asker->check(std::size_t(source), job);
    shared.keep(shared.asker->last());
    return [source, check](Answering& here) { emit here.checked(source, check); };
  });
}

void Answering::how(int token, int source) {
  start([token, source](Shared& shared, core::Job& job) -> std::function<void(Answering&)> {
    if (!shared.asker) return [](Answering&) {};
    const auto how = shared.asker->how(std::size_t(token), std::size_t(source), job);
    return [how](Answering& here) { emit here.explained(how); };
  });
}

}  // namespace corpuscope::ui
