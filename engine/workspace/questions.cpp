#include "workspace/questions.h"

#include "workspace/impl.h"
#include "workspace/run_values.h"

namespace corpuscope::workspace {

std::vector<AskedQuestion> Workspace::questions() const {
  Database& db = impl_->db;
  std::vector<AskedQuestion> all;
  Query query = db.query("SELECT id, run, asked_at, as_of, question, answer, details FROM questions ORDER BY id DESC");
  while (query.next())
    all.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3), query.text(4), query.text(5),
                   query.text(6)});
  return all;
}

std::int64_t Workspace::Writer::put_question(const AskedQuestion& question) {
  return impl_.write([&] {
    Database& db = impl_.db;
    require_run(db, question.run);
    if (question.id == 0) {
      db.query("INSERT INTO questions (run, asked_at, as_of, question, answer, details) VALUES (?, ?, ?, ?, ?, ?)")
          .bind_all(question.run, question.asked_at, question.as_of, question.question, question.answer, question.details)
          .run();
      return db.last_id();
    }
    db.query("UPDATE questions SET answer = ?, details = ? WHERE id = ?")
        .bind_all(question.answer, question.details, question.id)
        .run();
    return question.id;
  });
}

void Workspace::Writer::remove_question(std::int64_t id) {
  impl_.write([&] { impl_.db.query("DELETE FROM questions WHERE id = ?").bind_all(id).run(); });
}

}  // namespace corpuscope::workspace
