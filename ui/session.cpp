#include "ui/session.h"

#include <QEventLoop>
#include <QHash>
#include <QTimer>
#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "explore/context_reach.h"
#include "explore/models.h"
#include "explore/open.h"
#include "explore/read.h"
#include "ui/asking.h"
#include "ui/bookmarks.h"
#include "ui/insight.h"
#include "ui/jobs.h"
#include "ui/names.h"
#include "ui/watching.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

namespace {

// Whose question it is; views take other names.
const QString look_key = QStringLiteral("session");

// What a look into the workspace found.
struct Contents {
  std::vector<workspace::Folder> folders;
  std::vector<std::string> exclusions;
  workspace::Summary summary;
  std::vector<workspace::Document> documents;
  std::vector<workspace::Skipped> skipped;
  std::vector<workspace::Run> runs;
  std::vector<workspace::ContextReach> reaches;  // of those of which it is known
};

bool same_document(const workspace::Document& a, const workspace::Document& b) {
  return a.id == b.id && a.first_token == b.first_token && a.tokens == b.tokens && a.text_bytes == b.text_bytes &&
         a.modified_ns == b.modified_ns && a.name == b.name && a.hash == b.hash;
}

bool same_skipped(const workspace::Skipped& a, const workspace::Skipped& b) {
  return a.name == b.name && a.reason == b.reason;
}

bool same_documents(const Contents& a, const Contents& b) {
  const auto same_folder = [](const workspace::Folder& x, const workspace::Folder& y) {
    return x.path == y.path && x.name == y.name;
  };
  return std::equal(a.folders.begin(), a.folders.end(), b.folders.begin(), b.folders.end(), same_folder) &&
         a.exclusions == b.exclusions && a.summary.text_complete == b.summary.text_complete &&
         a.summary.tokens_complete == b.summary.tokens_complete &&
         std::equal(a.documents.begin(), a.documents.end(), b.documents.begin(), b.documents.end(), same_document) &&
         std::equal(a.skipped.begin(), a.skipped.end(), b.skipped.begin(), b.skipped.end(), same_skipped);
}

bool same_runs(const Contents& a, const Contents& b) {
  return std::ranges::equal(a.reaches, b.reaches, {}, &workspace::ContextReach::octaves, &workspace::ContextReach::octaves) &&
         std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(),
                    [](const workspace::Run& x, const workspace::Run& y) {
                      return x.id == y.id && x.done == y.done && x.tokens == y.tokens;
                    });
}

// What of the contents is another.
struct Difference {
  bool documents = false, runs = false;
  bool replaced = false;  // what was asked about before may be gone; a run that reads on is the same one
  bool any() const { return documents || runs; }
};

Difference difference(const Contents& before, const Contents& now) {
  Difference found{!same_documents(before, now), !same_runs(before, now)};
  const auto goes_on = [&](const workspace::Run& run) {
    return std::ranges::any_of(now.runs, [&](const auto& one) { return one.id == run.id && one.tokens == run.tokens && one.done >= run.done; });
  };
  found.replaced = found.documents || !std::ranges::all_of(before.runs, goes_on);
  return found;
}

Contents look_into(const workspace::Workspace& workspace) {
  Contents found{workspace.folders(),   workspace.exclusions(), workspace.summary(), workspace.documents(),
                 workspace.skipped(),   workspace.runs(),       {}};
  for (const workspace::Run& run : found.runs)
    if (auto reach = workspace.context_reach(run.id)) found.reaches.push_back(std::move(*reach));
  return found;
}

}  // namespace

struct Session::Impl {
  explicit Impl(Session& session) : self(session) {}

  Session& self;
  Selection selection;
  std::filesystem::path file, folder;
  std::shared_ptr<const Contents> contents = std::make_shared<Contents>();
  bool open = false;
  qint64 run = 0;             // 0: the newest
  std::string device = "auto";
  std::filesystem::path model;
  std::vector<int> by_id;     // indices of documents, by id
  std::vector<int> by_place;  // those that have tokens, in the order of the sequence
  QTimer look_again;
  std::optional<std::pair<QString, QString>> wrong;  // a question's failure, and its remedy, until the next look
  quint64 version = 0;                               // of the contents: how often they replaced others
  QHash<QString, quint64> asked_of;                  // the version, by the key of the question; none: asked once
  Asking asking{3};
  Jobs jobs;  // after `asking`, so that it ends first
  std::unique_ptr<Insight> insight;
  std::unique_ptr<Bookmarks> bookmarks;
  quint64 changes = 0;  // none may replace another
  Watching watching;
  std::weak_ptr<bool> updating;  // there while a job brings the workspace up to date, or waits to

  explore::OpenSettings open_settings() const;
  void add_update(const QString& name, std::function<void(core::Job&)> work);
  void start_afresh(const std::filesystem::path& workspace);
  void look();
  void take(std::shared_ptr<const Contents> found, const Difference& other);
  void index_documents();
  void connect_all();
};

void Session::Impl::connect_all() {
  look_again.setInterval(1000);
  connect(&look_again, &QTimer::timeout, &self, [this] { look(); });
  connect(&jobs, &Jobs::progressed, &self, &Session::job_progressed);
  connect(&jobs, &Jobs::busy_changed, &self, [this](bool busy) {
    busy ? look_again.start() : look_again.stop();
    emit self.busy_changed(busy);
  });
  connect(&watching, &Watching::found, &self, [this](const explore::Changes& changes) {
    if (updating.expired()) emit self.files_changed(changes);
  });
  connect(&jobs, &Jobs::succeeded, &self, [this](const QString& name) {
    look();
    watching.look_again();
    emit self.job_finished(name);
  });
  connect(&jobs, &Jobs::cancelled, &self, [this](const QString& name) {
    look();
    watching.look_again();
    emit self.job_finished(Session::tr("%1: stopped").arg(name));
  });
  connect(&jobs, &Jobs::failed, &self, [this](const QString& what, const QString& remedy) {
    look();
    watching.look_again();
    emit self.failed(what, remedy);
  });
  connect(&asking, &Asking::failed, &self, [this](const QString& key, const QString& what, const QString& remedy) {
    // While a job is still making the workspace there may be nothing to look into.
    if (key == look_key && jobs.is_busy()) return;
    const auto asked = asked_of.constFind(key);
    if (key == look_key) wrong.reset();  // in vain was it looked what that is about
    if (asked == asked_of.constEnd()) return emit self.failed(what, remedy);
    // Of a text or a run that a job has replaced nobody needs to hear: they are asked about anew.
    if (*asked != version) return;
    wrong = {what, remedy};
    look();
  });
}

// The corpus is cut with the tokenizer of the model that was chosen to read it.
explore::OpenSettings Session::Impl::open_settings() const {
  explore::OpenSettings settings;
  if (!model.empty()) settings.tokenizer = explore::tokenizer_of(model);
  return settings;
}

void Session::Impl::start_afresh(const std::filesystem::path& workspace) {
  jobs.cancel();
  watching.stop();
  file = workspace;
  folder.clear();
  contents = std::make_shared<Contents>();
  open = false;
  run = 0;
  wrong.reset();
  index_documents();
  asking.set_file(workspace);
  selection.set_length(0);
  emit self.workspace_opened();
}

void Session::Impl::look() {
  asking.ask(look_key, [this, before = contents](const workspace::Workspace& workspace, explore::Passages&) {
    auto found = std::make_shared<const Contents>(look_into(workspace));
    return [this, found, other = difference(*before, *found)] { take(found, other); };
  });
}

void Session::Impl::take(std::shared_ptr<const Contents> found, const Difference& other) {
  const bool first = !open;
  open = true;
  contents = std::move(found);
  if (first || other.replaced) ++version;
  if (!contents->folders.empty()) folder = contents->folders.front().path;
  if (first) watching.watch(file);
  if (first || other.documents) {
    index_documents();
    if (!first) asking.set_documents_changed();
    selection.set_length(contents->summary.tokens_complete ? contents->summary.tokens : 0);
    emit self.documents_changed();
  }
  const auto failure = std::exchange(wrong, std::nullopt);
  if (first || other.any()) emit self.run_changed();
  if (failure && !first && !other.replaced) emit self.failed(failure->first, failure->second);
}

void Session::Impl::index_documents() {
  const auto& documents = contents->documents;
  by_id.resize(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) by_id[i] = int(i);
  by_place.clear();
  for (const int i : by_id)
    if (documents[i].first_token >= 0) by_place.push_back(i);
  std::sort(by_id.begin(), by_id.end(), [&](int a, int b) { return documents[a].id < documents[b].id; });
  std::sort(by_place.begin(), by_place.end(),
            [&](int a, int b) { return documents[a].first_token < documents[b].first_token; });
}

Session::Session(QObject* parent) : QObject(parent), impl_(std::make_unique<Impl>(*this)) {
  impl_->connect_all();
  impl_->insight = std::make_unique<Insight>(*this);
  impl_->bookmarks = std::make_unique<Bookmarks>(*this);
}

Session::~Session() {
  // No signal may leave while the parts go.
  impl_->watching.disconnect(this);
  impl_->asking.disconnect(this);
  impl_->jobs.disconnect(this);
  impl_->insight.reset();  // while the selection is still there
}

void Session::Impl::add_update(const QString& name, std::function<void(core::Job&)> work) {
  auto mark = updating.lock();
  if (!mark) mark = std::make_shared<bool>(true);
  updating = mark;
  jobs.add(name, [mark, work = std::move(work)](core::Job& job) mutable {
    const auto until_done = std::move(mark);
    work(job);
  });
}

void Session::open_folder(std::filesystem::path folder) { open_folders({std::move(folder)}); }

void Session::open_folders(std::vector<std::filesystem::path> folders) {
  std::filesystem::path file;
  try {
    file = explore::default_workspace(folders.front());
  } catch (const core::Error& error) {
    emit failed(to_text(error.what()), to_text(error.remedy()));
    return;
  }
  impl_->start_afresh(file);
  impl_->folder = folders.front();
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) impl_->look();
  impl_->add_update(tr("Opening %1").arg(path_text(folders.front().filename())),
                    [folders, file, settings = impl_->open_settings()](core::Job& job) { explore::open_corpus(folders, file, settings, job); });
  read(workspace::Detail::balanced);
}

void Session::change(explore::CorpusChange change) {
  if (!is_open()) return;
  impl_->jobs.cancel();
  explore::OpenSettings settings = impl_->open_settings();
  settings.change = std::move(change);
  impl_->add_update(tr("Changing the corpus"), [file = impl_->file, settings](core::Job& job) {
    explore::update_corpus(file, settings, job);
  });
  read(workspace::Detail::balanced);
}

void Session::update_text() {
  if (!is_open()) return;
  impl_->jobs.cancel();
  impl_->add_update(tr("Updating"), [file = impl_->file, settings = impl_->open_settings()](core::Job& job) {
    explore::update_corpus(file, settings, job);
  });
}

void Session::update() {
  if (!is_open()) return;
  update_text();
  read(workspace::Detail::balanced);
}

void Session::open_workspace(std::filesystem::path file) {
  impl_->start_afresh(file);
  impl_->look();
}

void Session::read(workspace::Detail detail) {
  impl_->jobs.add(tr("Reading by the model"), [file = impl_->file, detail, device = impl_->device, model = impl_->model](core::Job& job) {
    explore::ReadSettings settings;
    settings.model = model;
    settings.detail = detail;
    settings.device = device;
    const auto run = explore::read_corpus(file, settings, job);
    explore::measure_reach_once(file, run, settings.model, job);
  });
}

void Session::work(const QString& name, std::function<void(core::Job&)> work) { impl_->jobs.add(name, std::move(work)); }
void Session::set_device(std::string choice) { impl_->device = std::move(choice); }
const std::string& Session::device() const { return impl_->device; }
void Session::set_model(std::filesystem::path folder) { impl_->model = std::move(folder); }
const std::filesystem::path& Session::model() const { return impl_->model; }

void Session::wait_for_jobs() {
  QEventLoop loop;
  while (is_busy() || !impl_->asking.is_idle() || impl_->insight->is_busy()) loop.processEvents(QEventLoop::WaitForMoreEvents);
}

bool Session::is_open() const { return impl_->open; }
bool Session::is_busy() const { return impl_->jobs.is_busy(); }
const std::filesystem::path& Session::file() const { return impl_->file; }
const std::filesystem::path& Session::folder() const { return impl_->folder; }
const std::vector<workspace::Folder>& Session::folders() const { return impl_->contents->folders; }
const std::vector<std::string>& Session::exclusions() const { return impl_->contents->exclusions; }
std::filesystem::path Session::file_of(const std::string& document) const {
  return explore::file_of(folders(), document);
}
const std::vector<workspace::Document>& Session::documents() const { return impl_->contents->documents; }
const std::vector<workspace::Skipped>& Session::skipped() const { return impl_->contents->skipped; }
const workspace::Summary& Session::summary() const { return impl_->contents->summary; }
const std::vector<workspace::Run>& Session::runs() const { return impl_->contents->runs; }
Selection& Session::selection() { return impl_->selection; }
Insight& Session::insight() { return *impl_->insight; }
Bookmarks& Session::bookmarks() { return *impl_->bookmarks; }

const workspace::Document* Session::document(qint64 id) const {
  const auto& all = documents();
  const auto at = std::lower_bound(impl_->by_id.begin(), impl_->by_id.end(), id,
                                   [&](int i, qint64 wanted) { return all[i].id < wanted; });
  return at != impl_->by_id.end() && all[*at].id == id ? &all[*at] : nullptr;
}

const workspace::Document* Session::document_at(qint64 token) const {
  const auto& all = documents();
  const auto behind = std::upper_bound(impl_->by_place.begin(), impl_->by_place.end(), token,
                                       [&](qint64 wanted, int i) { return wanted < all[i].first_token; });
  if (token < 0 || behind == impl_->by_place.begin()) return nullptr;
  const auto& found = all[*std::prev(behind)];
  return token <= found.first_token + found.tokens ? &found : nullptr;  // the separator behind it counts
}

std::optional<workspace::Run> Session::run() const {
  for (const auto& run : runs())
    if (impl_->run == 0 || run.id == impl_->run) return run;
  return std::nullopt;
}

std::optional<workspace::ContextReach> Session::reach() const {
  const auto run = this->run();
  for (const auto& reach : impl_->contents->reaches)
    if (run && reach.run == run->id) return reach;
  return std::nullopt;
}

qint64 Session::farthest_used() const {
  const auto measured = reach();
  if (!measured) return -1;
  const auto used = explore::used_context(*measured);
  return used.at_least || used.most >= double(measured->window) ? -1 : qint64(used.most);
}

void Session::set_run(qint64 id) {
  if (id == impl_->run) return;
  impl_->run = id;
  emit run_changed();
}

void Session::ask(const QString& key, Query query) {
  if (!impl_->open) return;
  impl_->asked_of[key] = impl_->version;
  impl_->asking.ask(key, std::move(query));
}

void Session::ask_once(const QString& key, Query query) {
  if (!impl_->open) return;
  impl_->asked_of.remove(key);
  impl_->asking.ask(key, std::move(query));
}

void Session::change(Change work, std::function<void(qint64)> done) {
  ask_once(QStringLiteral("change %1").arg(++impl_->changes),
      [work = std::move(work), done = std::move(done)](const workspace::Workspace& reading, explore::Passages& passages) -> std::function<void()> {
        auto writing = workspace::Workspace::open(reading.file());
        const std::int64_t result = work(writing.writer(), passages);
        return [done, result] { done(result); };
      });
}

void Session::pause_job() { impl_->jobs.pause(); }
void Session::resume_job() { impl_->jobs.resume(); }
void Session::cancel_job() { impl_->jobs.cancel(); }

}  // namespace corpuscope::ui
