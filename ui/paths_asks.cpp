#include "ui/paths_asks.h"

#include <QPushButton>

#include "explore/rollout.h"
#include "ui/flow_layout.h"
#include "ui/link_checking.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/wording.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

workspace::SavedPaths to_keep(const PathsFound& found, const QString& name) {
  workspace::SavedPaths paths;
  paths.run = found.run;
  paths.name = name.trimmed().toStdString();
  paths.first = found.first;
  paths.count = found.count;
  paths.target = found.target;
  paths.exact = found.exact;
  if (found.as_read()) paths.structural = found.structural;
  paths.strongest = found.strongest;
  return paths;
}

PathsAsks::PathsAsks(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
  auto* row = new FlowLayout(this, 6, 2);
  row->setContentsMargins(6, 0, 6, 0);
  ask_all_ = make_button<QPushButton>(tr("Ask all weights"), "paths_ask_all", tr("Read again to ask all weights"), this,
                                      [this] { ask_all(); });
  roll_out_ = make_button<QPushButton>(tr("Roll out"), "paths_roll_out",
                                       tr("Compute how much of the passage every later token holds, and keep it"), this,
                                       [this] { roll_out(); });
  check_ = make_button<QPushButton>(tr("Check the hops"), "paths_check",
                                    tr("Is it true? Read again without the passage, and without the source of each hop, and see "
                                       "what that changes for the token behind the target"),
                                    this, [this] { check_links(session_, found_->run, found_->unchecked); });
  row->addWidget(check_);
  row->addWidget(ask_all_);
  row->addWidget(roll_out_);
  connect(&session, &Session::job_finished, this, [this](const QString& what) {
    if (what.startsWith(asking_job()) || what.startsWith(rollout_job())) take();
  });
  connect(&session, &Session::busy_changed, this, [this](bool busy) {
    if (!busy) take();  // it failed, or will not begin any more
    enable();
  });
  enable();
}

void PathsAsks::set_most(std::function<int()> most) { most_ = std::move(most); }
void PathsAsks::set_name(std::function<QString()> name) { name_ = std::move(name); }

void PathsAsks::set_found(std::shared_ptr<const PathsFound> found) {
  found_ = std::move(found);
  enable();
}

void PathsAsks::forget() {
  paths_.reset();
  rollout_.reset();
  enable();
}

void PathsAsks::enable() {
  const PathsFound& found = *found_;
  const bool read = found.first >= 0 && found.run > 0, later = read && found.target >= found.first;
  const bool idle = !paths_ && !rollout_;
  check_->setVisible(later && (!found.unchecked.empty() || !found.checks.empty()));
  check_->setEnabled(!found.unchecked.empty() && !session_.is_busy());
  ask_all_->setVisible(later && !found.exact && !(found.blind && found.as_read()));
  ask_all_->setEnabled(idle);
  roll_out_->setVisible(read);
  roll_out_->setEnabled(idle);
  ask_all_->setText(tr("Ask all weights ≈ %1").arg(duration(found.cost.seconds)));
  ask_all_->setToolTip(tr("Reads %1 tokens again, which took %2, with up to %3 of memory; you can go on meanwhile")
                           .arg(grouped(found.cost.tokens), duration(found.cost.seconds), ui::size(found.cost.bytes)));
  roll_out_->setText(tr("Roll out ≈ %1").arg(duration(found.rollout_cost.seconds)));
}

QString PathsAsks::own_name() const {
  const auto text = [&](std::int64_t token) {
    const auto known = found_->texts.find(token);
    return known == found_->texts.end() ? grouped(token) : known->second.place.section(u'/', -1);
  };
  return tr("%1 → %2").arg(text(found_->first), text(found_->target));
}

// What took minutes is kept without being asked.
void PathsAsks::ask_all() {
  const auto question = question_of(*found_, most_());
  if (!question) return;
  auto result = std::make_shared<std::optional<workspace::SavedPaths>>();
  paths_ = result;
  auto paths = to_keep(*found_, name_().isEmpty() ? own_name() : name_());
  session_.work(asking_job(), [=, file = session_.file()](core::Job& job) mutable {
    paths.exact = true;
    paths.strongest = explore::strongest_paths(file, *question, job);
    auto workspace = workspace::Workspace::open(file);
    paths.id = workspace.writer().save_paths(paths);
    *result = paths;
  });
  enable();
}

void PathsAsks::roll_out() {
  if (found_->run == 0) return;
  const QString name = name_().isEmpty() ? tr("from %1").arg(own_name().section(QStringLiteral(" → "), 0, 0)) : name_();
  const explore::RolloutQuestion question{found_->run, found_->first, found_->count, name.toStdString(), {}};
  auto result = std::make_shared<std::optional<std::int64_t>>();
  rollout_ = result;
  session_.work(rollout_job(),
                [=, file = session_.file()](core::Job& job) { *result = explore::roll_out(file, question, job); });
  enable();
}

// Also after a job that failed or was cancelled: then there is nothing. No job writes to them any more.
void PathsAsks::take() {
  const auto paths = std::exchange(paths_, nullptr);
  const auto rollout = std::exchange(rollout_, nullptr);
  if (paths && *paths) emit paths_found(**paths);
  if (rollout && *rollout) emit rolled_out(**rollout);
  enable();
}

}  // namespace corpuscope::ui
