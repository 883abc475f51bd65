#include "ui/paths_view.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/error.h"
#include "explore/path_table.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/link_checking.h"
#include "ui/names.h"
#include "ui/path_ladder.h"
#include "ui/paths_asks.h"
#include "ui/paths_controls.h"
#include "ui/paths_cures.h"
#include "ui/paths_export.h"
#include "ui/paths_kept.h"
#include "ui/paths_reach.h"
#include "ui/paths_steps.h"
#include "ui/picture_file.h"
#include "ui/session.h"

namespace corpuscope::ui {

struct PathsView::Impl {
  Impl(PathsView& owner, Session& s) : view(owner), session(s) {}

  PathsView& view;
  Session& session;
  PathsControls* controls = nullptr;
  PathsKept* kept = nullptr;
  PathLadder *structural = nullptr, *strongest = nullptr;
  PathsAsks* asks = nullptr;
  PathsReach* reach = nullptr;
  PathsSteps* steps = nullptr;
  QList<QAction*> exports;
  PathsCures* cures = nullptr;
  QLabel* problem = nullptr;
  ChooseFile choose_file;

  PathsFound found;
  int opened = -1;  // which other pattern is shown
  std::int64_t reopened = 0;  // paths that were kept; 0: these are not

  // ---- parts ----

  void build() {
    auto* column = new QVBoxLayout(&view);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addWidget(make_controls());
    problem = new ElidedLabel(Qt::ElideRight);
    problem->setObjectName(QStringLiteral("paths_problem"));
    problem->setContentsMargins(6, 0, 6, 0);
    problem->setVisible(false);
    column->addWidget(problem);
    column->addWidget(make_ladders(), 1);
    steps = new PathsSteps(session, *structural, *strongest);
    reach = new PathsReach(session);
    column->addWidget(reach);
    column->addWidget(steps);
    connect_all();
    enable();
  }

  QWidget* make_controls() {
    auto* box = new QWidget;
    auto* row = new FlowLayout(box, 10, 3);
    row->setContentsMargins(6, 4, 6, 0);
    controls = new PathsControls(session, *row, view);
    kept = new PathsKept(session, *row, view);
    auto* more = new QToolButton;
    more->setText(tr("More"));
    more->setObjectName(QStringLiteral("paths_more"));
    more->setAccessibleName(tr("Rename, forget, export the paths"));
    more->setPopupMode(QToolButton::InstantPopup);
    more->setMenu(make_menu());
    row->addWidget(more);
    return box;
  }

  QMenu* make_menu() {
    auto* menu = new QMenu(&view);
    menu->addActions(kept->actions());
    menu->addSeparator();
    const auto add = [&](const QString& text, const char* object_name, const QString& keys, const std::function<void()>& run) {
      QAction* action = menu->addAction(text);
      action->setObjectName(QLatin1String(object_name));
      action->setShortcut(QKeySequence(keys));
      action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
      view.addAction(action);
      QObject::connect(action, &QAction::triggered, &view, run);
      exports << action;
    };
    add(tr("Picture as &PNG…"), "paths_png", tr("Ctrl+Alt+P"), [this] { save(QStringLiteral("paths.png")); });
    add(tr("Picture as &SVG…"), "paths_svg", tr("Ctrl+Alt+S"), [this] { save(QStringLiteral("paths.svg")); });
    add(tr("Steps as &CSV…"), "paths_csv", tr("Ctrl+Alt+C"), [this] { save(QStringLiteral("paths.csv")); });
    add(tr("Everything as &JSON…"), "paths_json", tr("Ctrl+Alt+J"), [this] { save(QStringLiteral("paths.json")); });
    add(tr("C&opy the picture"), "paths_copy", tr("Ctrl+Alt+Y"), [this] {
      QApplication::clipboard()->setImage(ladders_image(pictures(), structural->size(), view.font()));
    });
    return menu;
  }

  QWidget* make_ladders() {
    structural = new PathLadder(tr("The fewest hops by the pattern"));
    structural->setObjectName(QStringLiteral("paths_structural"));
    strongest = new PathLadder(tr("The strongest paths of the model"));
    strongest->setObjectName(QStringLiteral("paths_strongest"));
    cures = new PathsCures;
    asks = new PathsAsks(session);
    asks->set_most([this] { return controls->most(); });
    asks->set_name([this] { return kept->name(); });
    // One grid, so that both ladders stay equally high whatever stands below them.
    auto* box = new QWidget;
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(2);
    grid->addWidget(structural, 0, 0);
    grid->addWidget(strongest, 0, 1);
    grid->addWidget(cures, 1, 0, Qt::AlignTop);
    grid->addWidget(asks, 1, 1, Qt::AlignTop);
    grid->setRowStretch(0, 1);
    for (const int column : {0, 1}) grid->setColumnStretch(column, 1);
    for (QWidget* below : std::initializer_list<QWidget*>{cures, asks}) below->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    return box;
  }

  void connect_all() {
    QObject::connect(controls, &PathsControls::find_wanted, &view, [this] { search(); });
    QObject::connect(controls, &PathsControls::pattern_chosen, &view, [this] {
      if (found.first >= 0) search();
    });
    QObject::connect(controls, &PathsControls::no_cursor, &view, [this] {
      show_problem(tr("No token is chosen yet."), tr("Click one in the reader first."));
    });
    QObject::connect(kept, &PathsKept::paths_chosen, &view, [this](const workspace::SavedPaths& paths) { reopen(paths); });
    QObject::connect(kept, &PathsKept::rollout_chosen, &view, [this](const workspace::Rollout& rollout) { reopen(rollout); });
    QObject::connect(kept, &PathsKept::forgotten, &view, [this] {
      reopened = 0;
      ask_again();
    });
    QObject::connect(cures, &PathsCures::chosen, &view, [this](int index) { show_opened(index); });
    QObject::connect(asks, &PathsAsks::paths_found, &view, [this](const workspace::SavedPaths& paths) { reopen(paths); });
    QObject::connect(asks, &PathsAsks::rolled_out, &view, [this] { ask_again(); });
    QObject::connect(steps, &PathsSteps::step_shown, &view, &PathsView::step_shown);
    for (PathLadder* ladder : {structural, strongest})
      QObject::connect(ladder, &PathLadder::token_hovered, &session.selection(), &Selection::set_hover);
    const auto cursors = [this] {
      for (PathLadder* ladder : {structural, strongest})
        ladder->set_cursors(session.selection().cursor(), session.selection().hover());
    };
    QObject::connect(&session.selection(), &Selection::cursor_changed, &view, cursors);
    QObject::connect(&session.selection(), &Selection::hover_changed, &view, cursors);
    QObject::connect(&session, &Session::workspace_opened, &view, [this] { start_afresh(); });
    QObject::connect(&session, &Session::documents_changed, &view, [this] { refresh(); });
    QObject::connect(&session, &Session::run_changed, &view, [this] { refresh(); });
    QObject::connect(&session, &Session::job_finished, kept, &PathsKept::refresh);
    QObject::connect(&session, &Session::job_finished, &view, [this](const QString& what) {
      if (what.startsWith(link_job())) ask_checks();
    });
    QObject::connect(&session, &Session::busy_changed, &view, [this] { enable(); });
  }

  // ---- what is open ----

  void start_afresh() {
    controls->set_places({}, {});
    kept->clear_name();
    asks->forget();
    take({});
    refresh();
  }

  std::optional<Geometry> geometry() const {
    const auto run = session.run();
    return run ? geometry_of(run->config) : planned_geometry(session.selection().length());
  }

  void refresh() {
    for (PathLadder* ladder : {structural, strongest}) ladder->set_documents(document_spans(session.documents()));
    if (found.run != 0 && (!session.run() || session.run()->id != found.run)) take({});
    if (found.first < 0) show_pictures();
    kept->refresh();
    enable();
  }

  void enable() {
    controls->enable();
    for (QAction* action : exports) action->setEnabled(found.first >= 0);
  }

  // ---- finding ----

  PathsWish wish() const {
    PathsWish out;
    out.from = controls->from();
    out.to = controls->to();
    out.run = session.run();
    out.geometry = geometry().value_or(Geometry());
    out.length = session.selection().length();
    out.pattern = controls->pattern(out.geometry);
    out.most = controls->most();
    out.farthest_used = session.farthest_used();
    return out;
  }

  void search() {
    if (!controls->can_find()) return;
    reopened = 0;
    ask(wish());
  }

  void reopen(const workspace::SavedPaths& paths) {
    controls->set_own_pattern();
    controls->set_places(place_text(paths.first, paths.count), place_text(paths.target, 1));
    reopened = paths.id;
    PathsWish again = wish();
    again.saved = paths;
    ask(again);
  }

  void reopen(const workspace::Rollout& rollout) {
    controls->set_own_pattern();
    reopened = 0;
    PathsWish again = wish();
    again.rollout = rollout;
    ask(again);
  }

  // The same paths, be they found anew or kept, with what was rolled out or forgotten meanwhile.
  void ask_again() {
    if (found.first < 0) return;
    PathsWish again = wish();
    again.pattern = found.pattern;
    again.saved = to_keep(found, {});
    ask(again);
  }

  void ask(const PathsWish& wish) {
    if (wish.geometry.pattern.levels.empty())
      return show_problem(tr("No model is installed whose pattern could be searched."), tr("Read the corpus by a model first."));
    const QPointer<PathsView> guard(&view);
    session.ask(QStringLiteral("paths"),
                [guard, wish](const workspace::Workspace& workspace, explore::Passages& passages) -> std::function<void()> {
                  auto found = std::make_shared<PathsFound>(find_paths(wish, workspace, passages));
                  return [guard, found, is_rollout = bool(wish.rollout)] {
                    if (!guard) return;
                    guard->impl_->take(*found);
                    if (is_rollout) guard->impl_->show_places();
                  };
                });
  }

  // Checks that another view asked for tell of hops too.
  void ask_checks() {
    if (found.first < 0 || found.run == 0) return;
    const QPointer<PathsView> guard(&view);
    session.ask(QStringLiteral("checked hops"),
                [guard, found = found](const workspace::Workspace& workspace, explore::Passages&) mutable -> std::function<void()> {
                  find_checks(found, workspace);
                  return [guard, found] {
                    if (guard) guard->impl_->take_checks(found);
                  };
                });
  }

  void take_checks(const PathsFound& now) {
    if (now.first != found.first || now.target != found.target || now.run != found.run) return;
    found.checks = now.checks;
    found.whole = now.whole;
    found.unchecked = now.unchecked;
    show_pictures();
    asks->set_found(std::make_shared<const PathsFound>(found));
  }

  void show_places() {
    if (found.first >= 0) controls->set_places(place_text(found.first, found.count), place_text(found.target, 1));
  }

  void take(PathsFound now) {
    if (!now.error.isEmpty()) return show_problem(now.error, now.remedy);
    found = std::move(now);
    problem->setVisible(false);
    opened = -1;
    if (found.first < 0) reopened = 0;
    show_pictures();
    cures->set_found(found);
    reach->set_found(found);
    const auto shared = std::make_shared<const PathsFound>(found);
    asks->set_found(shared);
    steps->set_found(shared);
    kept->set_found(found.first >= 0 && found.run > 0 ? std::optional(to_keep(found, {})) : std::nullopt);
    kept->show_open(reopened, reopened > 0 ? 0 : found.rollout);
    enable();
  }

  void show_problem(const QString& what, const QString& remedy) {
    problem->setText(what + u' ' + remedy);
    problem->setVisible(true);
  }

  void show_pictures() {
    LadderPicture left = structural_picture(found, opened), right = strongest_picture(found, strongest->picture().path);
    if (found.first < 0) {
      left.message = session.is_open() && session.selection().length() > 0
                         ? tr("Choose two tokens: click one in the reader and press “Cursor” beside From, click a later one "
                              "and press “Cursor” beside To. Then find the paths between them.")
                         : tr("Paths appear here.\nOpen a folder of text or code, then choose two of its tokens.");
      right.message = tr("Beside the fewest hops that the pattern allows, this side will show by which path the model "
                         "really came to know.");
    }
    structural->set_picture(std::move(left));
    strongest->set_picture(std::move(right));
  }

  std::vector<LadderPicture> pictures() const {
    std::vector<LadderPicture> all{structural->picture(), strongest->picture()};
    for (LadderPicture& picture : all) picture.dark = is_dark(view.palette());
    return all;
  }

  void show_opened(int index) {
    opened = index;
    show_pictures();
    steps->set_opened();
  }

  // ---- export ----

  void save(const QString& suggestion) {
    const QString file = choose_file(&view, suggestion);
    if (file.isEmpty()) return;
    if (suggestion.endsWith(QLatin1String(".csv")) || suggestion.endsWith(QLatin1String(".json"))) return save_texts(file, suggestion);
    try {
      save_ladders(file, pictures(), structural->size(), view.font());
    } catch (const core::Error& error) {
      show_problem(to_text(error.what()), to_text(error.remedy()));
    }
  }

  void save_texts(const QString& file, const QString& kind) {
    session.ask_once(QStringLiteral("paths as text"),
                [file, found = found, table = kind.endsWith(QLatin1String(".csv"))](
                    const workspace::Workspace&, explore::Passages& passages) -> std::function<void()> {
                  save_bytes(file, table ? QByteArray::fromStdString(explore::path_table(
                                               found.structural, found.strongest, found.geometry.heads, &passages))
                                         : paths_json(found, passages));
                  return {};
                });
  }
};

PathsView::PathsView(Session& session, QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(*this, session)) {
  setObjectName(QStringLiteral("paths_view"));
  setAccessibleName(tr("Paths"));
  impl_->choose_file = [](QWidget* parent, const QString& suggestion) {
    return QFileDialog::getSaveFileName(parent, PathsView::tr("Export"), suggestion);
  };
  impl_->build();
  setFocusProxy(impl_->controls->first());
  impl_->refresh();
}

PathsView::~PathsView() = default;

void PathsView::find(const QString& from, const QString& to) {
  impl_->controls->set_places(from, to);
  impl_->search();
}

void PathsView::set_choose_file(ChooseFile choose) { impl_->choose_file = std::move(choose); }

}  // namespace corpuscope::ui
