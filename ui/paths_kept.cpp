#include "ui/paths_kept.h"

#include <QAction>
#include <QComboBox>
#include <QPointer>
#include <QToolButton>

#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

PathsKept::PathsKept(Session& session, FlowLayout& row, QWidget& view) : QObject(&view), session_(session), list_(new QComboBox) {
  list_->setObjectName(QStringLiteral("paths_kept"));
  list_->setAccessibleName(tr("Paths and rollouts that were kept"));
  list_->setToolTip(list_->accessibleName());
  list_->setMinimumContentsLength(10);
  list_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  name_ = make_line(tr("Name under which paths and rollouts are kept"), "paths_name", tr("name"));
  keep_ = make_button<QToolButton>(tr("Keep"), "paths_keep", tr("Keep these paths in the workspace"), this, [this] { keep(); });
  row.addWidget(with_label(tr("&Kept"), {list_}));
  row.addWidget(with_label(tr("&Name"), {name_, keep_}));
  rename_ = add_action(view, tr("&Give what is kept this name"), "paths_rename", tr("Ctrl+Alt+R"), &PathsKept::rename);
  forget_ = add_action(view, tr("&Forget what is kept"), "paths_forget", tr("Ctrl+Alt+F"), &PathsKept::forget);
  connect(list_, &QComboBox::activated, this, &PathsKept::choose);
  connect(name_, &QLineEdit::textChanged, this, &PathsKept::enable);
  connect(name_, &QLineEdit::returnPressed, this, &PathsKept::keep);
  take({}, {});
}

QAction* PathsKept::add_action(QWidget& view, const QString& text, const char* name, const QString& keys, void (PathsKept::*run)()) {
  auto* action = new QAction(text, &view);
  action->setObjectName(QLatin1String(name));
  action->setShortcut(QKeySequence(keys));
  action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  view.addAction(action);
  connect(action, &QAction::triggered, this, run);
  return action;
}

QString PathsKept::name() const { return name_->text().trimmed(); }
void PathsKept::clear_name() { name_->clear(); }

void PathsKept::refresh() {
  const auto run = session_.run();
  if (!run) return take({}, {});
  const QPointer<PathsKept> guard(this);
  session_.ask(QStringLiteral("kept paths"), [guard, id = run->id](const workspace::Workspace& workspace, explore::Passages&) {
    return [guard, paths = workspace.saved_paths(id), rollouts = workspace.rollouts(id)] {
      if (guard) guard->take(paths, rollouts);
    };
  });
}

void PathsKept::take(std::vector<workspace::SavedPaths> paths, std::vector<workspace::Rollout> rollouts) {
  paths_ = std::move(paths);
  rollouts_ = std::move(rollouts);
  list_->clear();
  const std::size_t all = paths_.size() + rollouts_.size();
  list_->addItem(all == 0 ? tr("none yet") : tr("choose one of %1").arg(all));
  for (const auto& one : paths_) list_->addItem(to_text(one.name));
  for (const auto& one : rollouts_) list_->addItem(tr("Rollout: %1").arg(to_text(one.name)));
  show_open(open_paths_, open_rollout_);
}

void PathsKept::set_found(std::optional<workspace::SavedPaths> paths) {
  found_ = std::move(paths);
  enable();
}

void PathsKept::show_open(std::int64_t paths, std::int64_t rollout) {
  open_paths_ = paths;
  open_rollout_ = rollout;
  int index = 0;
  for (std::size_t i = 0; i < paths_.size(); ++i)
    if (paths > 0 && paths_[i].id == paths) index = int(i) + 1;
  for (std::size_t i = 0; i < rollouts_.size(); ++i)
    if (rollout > 0 && rollouts_[i].id == rollout) index = int(paths_.size() + i) + 1;
  list_->setCurrentIndex(index);
  enable();
}

void PathsKept::choose(int index) {
  if (index < 1) return;
  const auto at = std::size_t(index - 1);
  const bool is_rollout = at >= paths_.size();
  if (is_rollout && at - paths_.size() >= rollouts_.size()) return;
  name_->setText(to_text(is_rollout ? rollouts_[at - paths_.size()].name : paths_[at].name));
  name_->setCursorPosition(0);
  if (is_rollout)
    emit rollout_chosen(rollouts_[at - paths_.size()]);
  else
    emit paths_chosen(paths_[at]);
}

void PathsKept::keep() {
  if (!keep_->isEnabled()) return;
  workspace::SavedPaths paths = *found_;
  paths.name = name().toStdString();
  session_.change([paths](workspace::Workspace::Writer& writer, explore::Passages&) { return writer.save_paths(paths); },
                  [this](qint64 id) {
                    show_open(id, 0);
                    refresh();
                  });
}

void PathsKept::rename() {
  const std::string text = name().toStdString();
  session_.change([text, paths = open_paths_, rollout = open_rollout_](workspace::Workspace::Writer& writer, explore::Passages&) {
    if (paths > 0) writer.rename_paths(paths, text);
    if (rollout > 0) writer.rename_rollout(rollout, text);
    return 0;
  }, [this](qint64) { refresh(); });
}

void PathsKept::forget() {
  session_.change([paths = open_paths_, rollout = open_rollout_](workspace::Workspace::Writer& writer, explore::Passages&) {
    if (paths > 0) writer.remove_paths(paths);
    if (rollout > 0) writer.remove_rollout(rollout);
    return 0;
  }, [this](qint64) {
    show_open(0, 0);
    refresh();
    emit forgotten();
  });
}

void PathsKept::enable() {
  const bool named = !name().isEmpty(), open = open_paths_ > 0 || open_rollout_ > 0;
  keep_->setEnabled(found_ && named);
  rename_->setEnabled(open && named);
  forget_->setEnabled(open);
  list_->setEnabled(!paths_.empty() || !rollouts_.empty());
}

}  // namespace corpuscope::ui
