#include "ui/answering.h"

#include <QPointer>
#include <ctime>
#include <mutex>

#include "explore/answer_details.h"
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
    : QObject(parent), session_(session), background_(session, QStringLiteral("question")), shared_(std::make_shared<Shared>()) {
  connect(&background_, &Background::busy_changed, this, &Answering::busy_changed);
  connect(&background_, &Background::failed, this, &Answering::failed);
  connect(&background_, &Background::progressed, this, &Answering::show_progress);
}

Answering::~Answering() = default;

void Answering::stop() { background_.hurry(); }

void Answering::show_progress(const core::Progress& now) {
  if (now.unit != "tokens" || now.stage == "answering" || now.done == last_told_) return;
  last_told_ = now.done;
  emit progressed(now.done, now.total);
}

void Answering::start(Task task) {
  last_told_ = -1;
  background_.start([this, task = std::move(task), shared = shared_](const workspace::Workspace&, explore::Passages&, core::Job& job) {
    const std::lock_guard lock(shared->in_use);
    return std::function<void()>([this, then = task(*shared, job)] { then(*this); });  // called only while this is there
  });
}

explore::Asker::OnText Answering::tell_pieces() {
  return [self = QPointer(this), session = &session_](std::string_view bytes) {
    QMetaObject::invokeMethod(
        session, [self, piece = QByteArray(bytes.data(), qsizetype(bytes.size()))] { if (self) emit self->piece(piece); },
        Qt::QueuedConnection);
  };
}

void Answering::ask(const QuestionWish& wish) {
  start([tell = tell_pieces(), file = session_.file(), wish](Shared& shared, core::Job& job) {
    explore::Asker& asker = shared.of(file, wish.run);
    shared.question = 0;
    shared.settings = wish.settings;
    const auto answer = asker.ask(wish.question.toStdString(), wish.settings, job, tell);
    shared.keep(answer);
    return [answer, id = shared.question](Answering& here) { emit here.answered(answer, id); };
  });
}

void Answering::go_on(const explore::AskSettings& settings) {
  start([tell = tell_pieces(), settings](Shared& shared, core::Job& job) -> std::function<void(Answering&)> {
    if (!shared.asker) return [](Answering&) {};
    const auto answer = shared.asker->more(settings, job, tell);
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
