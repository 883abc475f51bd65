#pragma once
// Questions to the model, answered beside the window: the answer comes piece by piece, and is kept in the workspace.

#include <QObject>
#include <QString>
#include <memory>

#include "explore/ask.h"
#include "ui/background.h"

namespace corpuscope::ui {

class Session;

struct QuestionWish {
  qint64 run = 0;
  QString question;
  explore::AskSettings settings;
};

class Answering : public QObject {
  Q_OBJECT

 public:
  explicit Answering(Session& session, QObject* parent = nullptr);
  ~Answering() override;  // stops

  void ask(const QuestionWish& wish);                 // stops what is under way
  void go_on(const explore::AskSettings& settings);   // where the last answer stopped
  void check(int source);                             // of the last answer
  void how(int token, int source);                    // it came about, of the last answer
  void stop();                                        // keeps what there is
  bool is_busy() const { return background_.is_busy(); }

 signals:
  void progressed(qint64 tokens, qint64 all);         // of the sequence, that are read again before an answer can begin
  void piece(const QByteArray& bytes);
  void answered(const corpuscope::explore::Answer& answer, qint64 id);
  void checked(int source, const corpuscope::workspace::LinkCheck& check);
  void explained(const corpuscope::explore::AnswerHow& how);
  void failed(const QString& what, const QString& remedy);
  void busy_changed(bool busy);

 private:
  class Shared;
  using Task = std::function<std::function<void(Answering&)>(Shared& shared, core::Job& job)>;
  void start(Task task);
  explore::Asker::OnText tell_pieces();  // to be called on any thread
  void show_progress(const core::Progress& now);

  Session& session_;
  Background background_;
  std::shared_ptr<Shared> shared_;
  qint64 last_told_ = -1;
};

}  // namespace corpuscope::ui
