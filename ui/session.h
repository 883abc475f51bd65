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
#include "explore/open.h"
#include "explore/passages.h"
#include "ui/selection.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

class Bookmarks;
class Insight;

class Session : public QObject {
  Q_OBJECT

 public:
  explicit Session(QObject* parent = nullptr);
  ~Session() override;

  // Opens a folder (bringing its workspace up to date as a job, then reading it by the model as another job) or an
  // existing workspace file. Jobs of what was open before are cancelled.
  void open_folder(std::filesystem::path folder);  // by value: it may be this session's own
  void open_folders(std::vector<std::filesystem::path> folders);  // one corpus of several
  void open_workspace(std::filesystem::path file);
  void read(workspace::Detail detail);  // on the device that was chosen
  // Adds and removes folders, excludes files, and reads the new text by the model. A job under way is cancelled: the text
  // that it works on is no longer the corpus.
  void change(explore::CorpusChange change);
  void update();       // from the folders, and read by the model what is new
  void update_text();  // the same without the model
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
  const std::filesystem::path& folder() const;                // the first of the corpus; empty while not known
  const std::vector<workspace::Folder>& folders() const;
  const std::vector<std::string>& exclusions() const;
  std::filesystem::path file_of(const std::string& document) const;  // by its name; empty where it is not known
  const std::vector<workspace::Document>& documents() const;  // a copy kept here, in the order of the sequence
  const workspace::Document* document(qint64 id) const;       // null: none such
  const workspace::Document* document_at(qint64 token) const;
  const std::vector<workspace::Skipped>& skipped() const;
  const workspace::Summary& summary() const;
  const std::vector<workspace::Run>& runs() const;  // newest first
  std::optional<workspace::Run> run() const;        // the one looked at
  void set_run(qint64 id);
  // How far back that one uses its context, where it was measured (explore/context_reach.h).
  std::optional<workspace::ContextReach> reach() const;
  // What lies further back than so many tokens is not used, by the measurement and its error; -1: not known.
  qint64 farthest_used() const;
  Selection& selection();
  Insight& insight();  // into the cursor's token
  Bookmarks& bookmarks();

  // `key` names the asker: a newer question with the same key makes the older one's answer be dropped. Questions
  // are dropped while nothing is open.
  using Query = std::function<std::function<void()>(const workspace::Workspace&, explore::Passages&)>;
  void ask(const QString& key, Query query);
  // The same for what a person wants done, which no view will ask for again: that it failed is told in any case. Other
  // failures are not where a job has replaced meanwhile what they are about.
  void ask_once(const QString& key, Query query);
  // A short change of the workspace, through a connection of its own: those that answer questions only read. `done` gets
  // on the window's thread what `work` returned.
  using Change = std::function<std::int64_t(workspace::Workspace::Writer&, explore::Passages&)>;
  void change(Change work, std::function<void(qint64)> done);

 public slots:
  void pause_job();
  void resume_job();
  void cancel_job();  // and those that wait behind it

 signals:
  void workspace_opened();   // another workspace: start afresh
  void documents_changed();  // also skipped files and the summary
  // How files differ from what was read of them, each time that it becomes another difference. Never while a job brings
  // the workspace up to date.
  void files_changed(const corpuscope::explore::Changes& changes);
  void run_changed();        // another run, or the same with more tokens read or its reach measured
  void job_progressed(const corpuscope::core::Progress& progress, bool paused);
  void job_finished(const QString& what);
  void busy_changed(bool busy);
  void failed(const QString& what, const QString& remedy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
