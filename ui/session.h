#pragma once
// What the window has open: a workspace, the run that is looked at, and the jobs under way. Views read from it and
// never write. Queries that may take more than a few milliseconds go through `ask`, which runs them on another
// thread with a workspace of its own and delivers the answer to the window's thread, or drops it when it is stale.

#include <QObject>
#include <QString>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "ui/selection.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

class Insight;

class Session : public QObject {
  Q_OBJECT

 public:
  explicit Session(QObject* parent = nullptr);
  ~Session() override;

  // Opens a folder (bringing its workspace up to date as a job, then reading it by the model as another job) or an
  // existing workspace file. Jobs of what was open before are cancelled.
  void open_folder(std::filesystem::path folder);  // by value: it may be this session's own
  void open_workspace(std::filesystem::path file);
  void read(workspace::Detail detail);  // on the device that was chosen
  // Another long piece of work; told of by job_finished(name) when it is done, or by failed.
  void work(const QString& name, std::function<void(core::Job&)> work);
  void set_device(std::string choice);  // as in explore::ReadSettings
  const std::string& device() const;
  void set_model(std::filesystem::path folder);  // for the next reading; empty: the one that comes along
  const std::filesystem::path& model() const;
  void wait_for_jobs();  // for tests and the end of the program: cancels nothing, returns when idle

  bool is_open() const;  // false until the workspace could be looked into
  bool is_busy() const;  // a job runs or waits
  const std::filesystem::path& file() const;
  const std::filesystem::path& folder() const;                // of the corpus; empty while not known
  const std::vector<workspace::Document>& documents() const;  // a copy kept here, in the order of the sequence
  const workspace::Document* document(qint64 id) const;       // null: none such
  const workspace::Document* document_at(qint64 token) const;
  const std::vector<workspace::Skipped>& skipped() const;
  const workspace::Summary& summary() const;
  const std::vector<workspace::Run>& runs() const;  // newest first
  std::optional<workspace::Run> run() const;        // the one looked at
  void set_run(qint64 id);
  Selection& selection();
  Insight& insight();  // into the cursor's token

  // `key` names the asker: a newer question with the same key makes the older one's answer be dropped. Questions
  // are dropped while nothing is open.
  using Query = std::function<std::function<void()>(const workspace::Workspace&, explore::Passages&)>;
  void ask(const QString& key, Query query);

 public slots:
  void pause_job();
  void resume_job();
  void cancel_job();  // and those that wait behind it

 signals:
  void workspace_opened();   // another workspace: start afresh
  void documents_changed();  // also skipped files and the summary
  void run_changed();        // another run, or the same with more tokens read
  void job_progressed(const corpuscope::core::Progress& progress, bool paused);
  void job_finished(const QString& what);
  void busy_changed(bool busy);
  void failed(const QString& what, const QString& remedy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
