#include "ui/paths_view.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/error.h"
#include "explore/path_table.h"
#include "explore/rollout.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/link_checking.h"
#include "ui/names.h"
#include "ui/path_ladder.h"
#include "ui/paths_export.h"
#include "ui/paths_found.h"
#include "ui/session.h"
#include "ui/wording.h"
#include "workspace/writer.h"

namespace corpuscope::ui {
namespace {

constexpr int most_paths = 20;
constexpr qint64 least_in_view = 48;  // tokens that the linked views show around a hop at least

QString place_text(qint64 first, qint64 count) {
  return count > 1 ? QStringLiteral("%1+%2").arg(first).arg(count) : QString::number(first);
}

// A passage of the text: short enough to be searched from each of its tokens, and to be meant as one.
constexpr qint64 longest_passage = 100'000;

}  // namespace

struct PathsView::Impl {
  Impl(PathsView& owner, Session& s) : view(owner), session(s) {}

  PathsView& view;
  Session& session;
  QLineEdit *from = nullptr, *to = nullptr, *name = nullptr;
  QSpinBox* most = nullptr;
  QPushButton* find = nullptr;
  QComboBox *kept = nullptr, *pattern_choice = nullptr;
  QToolButton *keep = nullptr, *more = nullptr;
  QAction *rename = nullptr, *forget = nullptr;
  QList<QAction*> exports;
  PathLadder *structural = nullptr, *strongest = nullptr;
  QWidget *cures = nullptr, *asks = nullptr;
  FlowLayout* cure_row = nullptr;
  QPushButton *ask_all = nullptr, *roll_out = nullptr, *check = nullptr;
  QLabel *step_text = nullptr, *problem = nullptr;
  QToolButton *previous = nullptr, *next = nullptr;
  ChooseFile choose_file;

  PathsFound found;
  std::vector<workspace::SavedPaths> saved;
  int opened = -1;              // which other pattern is shown
  PathLadder* chosen = nullptr;  // the ladder in which a step is chosen
  std::optional<workspace::SavedPaths> reopened;
  std::shared_ptr<std::optional<workspace::SavedPaths>> expected;  // of a job that asks all weights

  // ---- parts ----

  template <typename Button>
  Button* button(const QString& text, const char* object_name, const QString& tip, const std::function<void()>& run) {
    auto* out = new Button;
    out->setText(text);
    out->setObjectName(QLatin1String(object_name));
    out->setToolTip(tip);
    out->setAccessibleName(tip);
    QObject::connect(out, &Button::clicked, &view, [run] { run(); });
    return out;
  }

  QLineEdit* edit(const QString& label, const char* object_name, const QString& placeholder) {
    auto* out = new QLineEdit;
    out->setObjectName(QLatin1String(object_name));
    out->setAccessibleName(label);
    out->setPlaceholderText(placeholder);
    out->setMinimumWidth(out->fontMetrics().averageCharWidth() * 14);
    return out;
  }

  static QWidget* labelled(const QString& text, const QList<QWidget*>& widgets) {
    auto* all = new QWidget;
    auto* row = new QHBoxLayout(all);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto* label = new QLabel(text);
    label->setBuddy(widgets.front());
    label->setMinimumWidth(label->sizeHint().width() + 4);  // the hint is short of what letters with an underline take
    row->addWidget(label);
    for (QWidget* widget : widgets) row->addWidget(widget);
    return all;
  }

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
    column->addWidget(make_steps());
    connect_all();
    enable();
  }

  QWidget* make_controls() {
    from = edit(tr("From: what is known of"), "paths_from", tr("token, file:line"));
    to = edit(tr("To: who knows"), "paths_to", tr("a later token"));
    find = button<QPushButton>(tr("Find"), "paths_find", tr("Find the paths from one to the other"), [this] { search(); });
    most = new QSpinBox;
    most->setObjectName(QStringLiteral("paths_most"));
    most->setRange(1, most_paths);
    most->setValue(5);
    most->setAccessibleName(tr("How many of the strongest paths"));
    most->findChild<QLineEdit*>()->setAccessibleName(most->accessibleName());
    make_pattern_choice();
    make_kept();
    auto* box = new QWidget;
    auto* row = new FlowLayout(box, 10, 3);
    row->setContentsMargins(6, 4, 6, 0);
    row->addWidget(labelled(tr("&From"), {from, button<QToolButton>(tr("Cursor"), "paths_from_cursor",
                                                                   tr("From the token or passage that is chosen now"),
                                                                   [this] { take_cursor(from); })}));
    row->addWidget(labelled(tr("&To"), {to, button<QToolButton>(tr("Cursor"), "paths_to_cursor",
                                                               tr("To the token that is chosen now"),
                                                               [this] { take_cursor(to); })}));
    row->addWidget(button<QToolButton>(tr("Swap"), "paths_swap", tr("Exchange the two places"), [this] {
      const QString text = from->text();
      from->setText(to->text());
      to->setText(text);
    }));
    row->addWidget(labelled(tr("P&attern"), {pattern_choice}));
    row->addWidget(labelled(tr("&Strongest"), {most}));
    row->addWidget(find);
    row->addWidget(labelled(tr("&Kept"), {kept}));
    row->addWidget(labelled(tr("&Name"), {name, keep}));
    row->addWidget(more);
    return box;
  }

  // Other rules over the same levels: which blind spots would they have?
  void make_pattern_choice() {
    pattern_choice = new QComboBox;
    pattern_choice->setObjectName(QStringLiteral("paths_pattern"));
    pattern_choice->setAccessibleName(tr("The pattern in which the fewest hops are searched"));
    pattern_choice->setToolTip(pattern_choice->accessibleName());
    pattern_choice->addItem(tr("as read"));
    for (const auto rule : {pattern::OffsetRule::modulo, pattern::OffsetRule::both_ends, pattern::OffsetRule::block})
      for (const bool staggered : {false, true}) {
        const QString rule_name = to_text(pattern::name(rule));
        pattern_choice->addItem(staggered ? tr("%1, staggered").arg(rule_name) : rule_name,
                                QPoint(int(rule), staggered ? 1 : 0));
      }
  }

  std::optional<pattern::Pattern> chosen_pattern(const Geometry& geometry) const {
    const QVariant choice = pattern_choice->currentData();
    if (!choice.isValid()) return std::nullopt;
    pattern::Pattern pattern = geometry.pattern;
    pattern.rule = pattern::OffsetRule(choice.toPoint().x());
    pattern.staggered = choice.toPoint().y() == 1;
    return pattern;
  }

  void make_kept() {
    kept = new QComboBox;
    kept->setObjectName(QStringLiteral("paths_kept"));
    kept->setAccessibleName(tr("Paths that were kept"));
    kept->setMinimumContentsLength(10);
    kept->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    name = edit(tr("Name under which paths are kept"), "paths_name", tr("name"));
    keep = button<QToolButton>(tr("Keep"), "paths_keep", tr("Keep these paths in the workspace"), [this] { keep_paths(); });
    more = new QToolButton;
    more->setText(tr("More"));
    more->setObjectName(QStringLiteral("paths_more"));
    more->setAccessibleName(tr("Rename, forget, export the paths"));
    more->setPopupMode(QToolButton::InstantPopup);
    more->setMenu(make_menu());
  }

  QMenu* make_menu() {
    auto* menu = new QMenu(&view);
    const auto add = [&](const QString& text, const char* object_name, const QString& keys,
                         const std::function<void()>& run) {
      QAction* action = menu->addAction(text);
      action->setObjectName(QLatin1String(object_name));
      action->setShortcut(QKeySequence(keys));
      action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
      view.addAction(action);
      QObject::connect(action, &QAction::triggered, &view, run);
      return action;
    };
    rename = add(tr("&Give the kept paths this name"), "paths_rename", tr("Ctrl+Alt+R"), [this] { rename_paths(); });
    forget = add(tr("&Forget the kept paths"), "paths_forget", tr("Ctrl+Alt+F"), [this] { forget_paths(); });
    menu->addSeparator();
    exports << add(tr("Picture as &PNG…"), "paths_png", tr("Ctrl+Alt+P"), [this] { save(QStringLiteral("paths.png")); });
    exports << add(tr("Picture as &SVG…"), "paths_svg", tr("Ctrl+Alt+S"), [this] { save(QStringLiteral("paths.svg")); });
    exports << add(tr("Steps as &CSV…"), "paths_csv", tr("Ctrl+Alt+C"), [this] { save(QStringLiteral("paths.csv")); });
    exports << add(tr("Everything as &JSON…"), "paths_json", tr("Ctrl+Alt+J"), [this] { save(QStringLiteral("paths.json")); });
    exports << add(tr("C&opy the picture"), "paths_copy", tr("Ctrl+Alt+Y"), [this] {
      QApplication::clipboard()->setImage(ladders_image(pictures(), structural->size(), view.font()));
    });
    return menu;
  }

  QWidget* make_ladders() {
    structural = new PathLadder(tr("The fewest hops by the pattern"));
    structural->setObjectName(QStringLiteral("paths_structural"));
    strongest = new PathLadder(tr("The strongest paths of the model"));
    strongest->setObjectName(QStringLiteral("paths_strongest"));
    cures = new QWidget;
    cures->setObjectName(QStringLiteral("paths_cures"));
    cure_row = new FlowLayout(cures, 6, 2);
    cure_row->setContentsMargins(6, 0, 6, 0);
    asks = new QWidget;
    auto* ask_row = new FlowLayout(asks, 6, 2);
    ask_row->setContentsMargins(6, 0, 6, 0);
    ask_all = button<QPushButton>(tr("Ask all weights"), "paths_ask_all", tr("Read again to ask all weights"),
                                  [this] { ask_all_weights(); });
    roll_out = button<QPushButton>(tr("Roll out"), "paths_roll_out",
                                   tr("Compute how much of the passage every later token holds, and keep it"),
                                   [this] { start_rollout(); });
    check = button<QPushButton>(tr("Check the hops"), "paths_check",
                                tr("Is it true? Read again without the passage, and without the source of each hop, and see what "
                                   "that changes for the token behind the target"),
                                [this] { check_links(session, found.run, found.unchecked); });
    ask_row->addWidget(check);
    ask_row->addWidget(ask_all);
    ask_row->addWidget(roll_out);
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
    for (QWidget* below : {cures, asks}) below->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    return box;
  }

  QWidget* make_steps() {
    previous = button<QToolButton>(QString(), "paths_previous", tr("To the step before"), [this] { go(-1); });
    next = button<QToolButton>(QString(), "paths_next", tr("To the next step"), [this] { go(1); });
    previous->setArrowType(Qt::LeftArrow);
    next->setArrowType(Qt::RightArrow);
    step_text = new ElidedLabel(Qt::ElideRight);
    step_text->setObjectName(QStringLiteral("paths_step"));
    step_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    step_text->setMinimumHeight(2 * step_text->fontMetrics().height() + 4);
    step_text->setAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(6, 0, 6, 4);
    row->addWidget(previous);
    row->addWidget(next);
    row->addWidget(step_text, 1);
    return box;
  }

  void connect_all() {
    for (QLineEdit* line : {from, to}) {
      QObject::connect(line, &QLineEdit::returnPressed, &view, [this] { search(); });
      QObject::connect(line, &QLineEdit::textChanged, &view, [this] { enable(); });
    }
    QObject::connect(pattern_choice, &QComboBox::activated, &view, [this] {
      if (found.first >= 0) search();
    });
    QObject::connect(name, &QLineEdit::textChanged, &view, [this] { enable(); });
    QObject::connect(name, &QLineEdit::returnPressed, &view, [this] { keep_paths(); });
    QObject::connect(kept, &QComboBox::activated, &view, [this](int index) { reopen(index); });
    for (PathLadder* ladder : {structural, strongest}) {
      QObject::connect(ladder, &PathLadder::step_chosen, &view, [this, ladder] { step_chosen(ladder); });
      QObject::connect(ladder, &PathLadder::token_hovered, &session.selection(), &Selection::set_hover);
    }
    const auto cursors = [this] {
      for (PathLadder* ladder : {structural, strongest})
        ladder->set_cursors(session.selection().cursor(), session.selection().hover());
    };
    QObject::connect(&session.selection(), &Selection::cursor_changed, &view, cursors);
    QObject::connect(&session.selection(), &Selection::hover_changed, &view, cursors);
    QObject::connect(&session, &Session::workspace_opened, &view, [this] { start_afresh(); });
    QObject::connect(&session, &Session::documents_changed, &view, [this] { refresh(); });
    QObject::connect(&session, &Session::run_changed, &view, [this] { refresh(); });
    QObject::connect(&session, &Session::job_finished, &view, [this](const QString& what) {
      if (what.startsWith(asking_job())) take_expected();
      if (what == rollout_job()) show_rollout();
      if (what.startsWith(link_job())) ask_checks();
      ask_kept();
    });
    QObject::connect(&session, &Session::failed, &view, [this] { take_expected(); });
    QObject::connect(&session, &Session::busy_changed, &view, [this] { enable(); });
  }

  // ---- what is open ----

  void start_afresh() {
    from->clear();
    to->clear();
    name->clear();
    expected.reset();
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
    ask_kept();
    enable();
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
    enable();
  }

  void ask_kept() {
    const auto run = session.run();
    if (!run) return show_kept({});
    const QPointer<PathsView> guard(&view);
    session.ask(QStringLiteral("kept paths"),
                [guard, id = run->id](const workspace::Workspace& workspace, explore::Passages&) -> std::function<void()> {
                  auto all = workspace.saved_paths(id);
                  return [guard, all = std::move(all)] {
                    if (guard) guard->impl_->show_kept(all);
                  };
                });
  }

  void show_kept(std::vector<workspace::SavedPaths> all) {
    saved = std::move(all);
    const QSignalBlocker quiet(kept);
    kept->clear();
    kept->addItem(saved.empty() ? tr("none yet") : tr("choose one of %1").arg(saved.size()));
    for (const auto& paths : saved) kept->addItem(to_text(paths.name));
    for (std::size_t i = 0; reopened && i < saved.size(); ++i)
      if (saved[i].id == reopened->id) kept->setCurrentIndex(int(i) + 1);
    enable();
  }

  void enable() {
    const bool open = session.is_open() && session.selection().length() > 0;
    const bool any = found.first >= 0, read = any && found.run > 0;
    find->setEnabled(open && !from->text().trimmed().isEmpty() && !to->text().trimmed().isEmpty());
    keep->setEnabled(read && !name->text().trimmed().isEmpty());
    rename->setEnabled(reopened && !name->text().trimmed().isEmpty());
    forget->setEnabled(bool(reopened));
    for (QAction* action : exports) action->setEnabled(any);
    kept->setEnabled(!saved.empty());
    const bool later = read && found.target >= found.first;
    ask_all->setVisible(later && !found.exact && !(found.blind && found.as_read()));
    ask_all->setEnabled(later && !expected);
    check->setVisible(later && (!found.unchecked.empty() || !found.checks.empty()));
    check->setEnabled(!found.unchecked.empty() && !session.is_busy());
    roll_out->setVisible(read);
    roll_out->setEnabled(read && !expected);
    ask_all->setText(tr("Ask all weights ≈ %1").arg(duration(found.cost.seconds)));
    ask_all->setToolTip(tr("Reads %1 tokens again, which took %2, with up to %3 of memory; you can go on meanwhile")
                            .arg(grouped(found.cost.tokens), duration(found.cost.seconds), ui::size(found.cost.bytes)));
    roll_out->setText(tr("Roll out ≈ %1").arg(duration(found.rollout_cost.seconds)));
    const bool steps = structural->picture().paths.size() + strongest->picture().paths.size() > 0;
    previous->setEnabled(steps);
    next->setEnabled(steps);
  }

  // ---- finding ----

  void take_cursor(QLineEdit* line) {
    const Selection& selection = session.selection();
    if (selection.cursor() < 0) return show_problem(tr("No token is chosen yet."), tr("Click one in the reader first."));
    const qint64 count = line == from ? std::min(selection.count(), longest_passage) : 1;
    line->setText(place_text(selection.cursor(), count));
  }

  PathsWish wish() const {
    PathsWish out;
    out.from = from->text();
    out.to = to->text();
    out.run = session.run();
    out.geometry = geometry().value_or(Geometry());
    out.length = session.selection().length();
    out.pattern = chosen_pattern(out.geometry);
    out.most = most->value();
    out.farthest_used = session.farthest_used();
    return out;
  }

  void search() {
    if (!find->isEnabled()) return;
    reopened.reset();
    ask(wish());
  }

  void ask(const PathsWish& wish) {
    if (wish.geometry.pattern.levels.empty())
      return show_problem(tr("No model is installed whose pattern could be searched."), tr("Read the corpus by a model first."));
    const QPointer<PathsView> guard(&view);
    session.ask(QStringLiteral("paths"),
                [guard, wish](const workspace::Workspace& workspace, explore::Passages& passages) -> std::function<void()> {
                  auto found = std::make_shared<PathsFound>(find_paths(wish, workspace, passages));
                  return [guard, found] {
                    if (guard) guard->impl_->take(*found);
                  };
                });
  }

  void take(PathsFound now) {
    if (!now.error.isEmpty()) return show_problem(now.error, now.remedy);
    found = std::move(now);
    problem->setVisible(false);
    opened = -1;
    chosen = nullptr;
    if (found.first < 0) reopened.reset();
    show_pictures();
    show_cures();
    show_step();
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

  void show_cures() {
    while (QLayoutItem* item = cure_row->takeAt(0)) {
      item->widget()->deleteLater();
      delete item;
    }
    if (found.opened.empty()) return;
    cure_row->addWidget(new QLabel(tr("Opened by")));
    for (int i = 0; i < int(found.opened.size()); ++i) {
      const Opened& other = found.opened[std::size_t(i)];
      auto* cure = button<QToolButton>(tr("%1: %2").arg(other.short_change, hops_text(int(other.path.size()))), "paths_cure",
                                       tr("Show the path with %1").arg(other.change), [this, i] { show_opened(i); });
      cure->setCheckable(true);
      cure_row->addWidget(cure);
    }
  }

  void show_opened(int index) {
    opened = opened == index ? -1 : index;
    const auto all = cures->findChildren<QToolButton*>(QStringLiteral("paths_cure"));
    for (int i = 0; i < int(all.size()); ++i) all[i]->setChecked(i == opened);
    if (chosen == structural) chosen = nullptr;
    show_pictures();
    show_step();
    enable();
  }

  // ---- steps ----

  void step_chosen(PathLadder* ladder) {
    chosen = ladder;
    PathLadder* other = ladder == structural ? strongest : structural;
    other->choose(other->picture().path, -1);
    if (ladder == strongest) {  // its title tells of the chosen path
      const int step = strongest->picture().step;
      strongest->set_picture(strongest_picture(found, strongest->picture().path));
      strongest->choose(strongest->picture().path, step);
    }
    show_step();
    follow(*ladder->step());
  }

  // Cursor and part in sight of all linked views go with the step.
  void follow(const workspace::PathStep& step) {
    const qint64 low = std::min(step.from, step.to), high = std::max(step.from, step.to);
    const qint64 count = std::max((high - low + 1) * 5 / 4, least_in_view);
    session.selection().set_view(low - (count - (high - low + 1)) / 2, count);
    session.selection().set_cursor(step.to);
  }

  void go(int by) {
    PathLadder* ladder = chosen ? chosen : structural->picture().paths.empty() ? strongest : structural;
    const auto& picture = ladder->picture();
    if (picture.paths.empty()) return;
    const int steps = int(picture.paths[std::size_t(picture.path)].size());
    const int step = picture.step < 0 ? (by > 0 ? 0 : steps - 1) : std::clamp(picture.step + by, 0, steps - 1);
    ladder->choose(picture.path, step);
    step_chosen(ladder);
  }

  QString told(std::int64_t token) const {
    const auto text = found.texts.find(token);
    if (text == found.texts.end()) return grouped(token);
    return QStringLiteral("%1  “%2”  %3").arg(text->second.place, text->second.token.trimmed(), grouped(token));
  }

  void show_step() {
    const workspace::PathStep* step = chosen ? chosen->step() : nullptr;
    if (!step) {
      if (found.first >= 0 && structural->picture().paths.empty() && !found.why.isEmpty()) return step_text->setText(found.why);
      step_text->setText(found.first < 0 ? QString()
                                         : tr("Walk along a path with the arrows: reader, sequence and attention follow.\n"
                                              "Up and down choose among the strongest paths."));
      return;
    }
    const QString number = chosen == strongest ? tr("Layer %1").arg(step->layer + 1) : tr("Hop %1").arg(step->layer + 1);
    const auto& pattern = chosen->picture().pattern;
    if (step->stays()) {
      step_text->setText(tr("%1: stays where it is, on the residual stream\n%2").arg(number, told(step->to)));
      return;
    }
    const auto& level = pattern.levels[std::size_t(step->level)];
    const QString rows = level.dilation == 1 ? tr("every token") : tr("one token in %1").arg(grouped(level.dilation));
    step_text->setText(tr("%1: %2  ·  segments of %3, %4  ·  %5 tokens on\n%6   →   %7")
                           .arg(number, step_words(*step), segment_text(level.segment), rows,
                                grouped(step->to - step->from), told(step->from), told(step->to)));
  }

  // ---- keeping ----

  workspace::SavedPaths to_keep(const QString& as) const {
    workspace::SavedPaths paths;
    paths.run = found.run;
    paths.name = as.trimmed().toStdString();
    paths.first = found.first;
    paths.count = found.count;
    paths.target = found.target;
    paths.exact = found.exact;
    if (found.as_read()) paths.structural = found.structural;
    paths.strongest = found.strongest;
    return paths;
  }

  // A short change of the workspace, on a connection of its own; `done` on the window's thread, with its result.
  void change(const std::function<std::int64_t(workspace::Workspace::Writer&)>& work,
              const std::function<void(std::int64_t)>& done) {
    const QPointer<PathsView> guard(&view);
    static quint64 changes = 0;  // none may replace another
    session.ask(QStringLiteral("change of paths %1").arg(++changes),
                [guard, work, done, file = session.file()](const workspace::Workspace&,
                                                           explore::Passages&) -> std::function<void()> {
                  auto workspace = workspace::Workspace::open(file);
                  const std::int64_t result = work(workspace.writer());
                  return [guard, done, result] {
                    if (guard) done(result);
                  };
                });
  }

  void keep_paths() {
    if (!keep->isEnabled()) return;
    auto paths = to_keep(name->text());
    change([paths](workspace::Workspace::Writer& writer) { return writer.save_paths(paths); },
           [this, paths](std::int64_t id) {
             reopened = paths;
             reopened->id = id;
             ask_kept();
           });
  }

  void rename_paths() {
    if (!reopened) return;
    const std::string text = name->text().trimmed().toStdString();
    change([id = reopened->id, text](workspace::Workspace::Writer& writer) { return writer.rename_paths(id, text), id; },
           [this](std::int64_t) { ask_kept(); });
  }

  void forget_paths() {
    if (!reopened) return;
    change([id = reopened->id](workspace::Workspace::Writer& writer) { return writer.remove_paths(id), id; },
           [this](std::int64_t) {
             reopened.reset();
             ask_kept();
           });
  }

  void reopen(int index) {
    if (index < 1 || index > int(saved.size())) return;
    reopen(saved[std::size_t(index - 1)]);
  }

  void reopen(const workspace::SavedPaths& paths) {
    reopened = paths;
    PathsWish again = wish();
    again.saved = paths;
    again.pattern.reset();
    pattern_choice->setCurrentIndex(0);
    from->setText(place_text(paths.first, paths.count));
    to->setText(place_text(paths.target, 1));
    name->setText(to_text(paths.name));
    name->setCursorPosition(0);
    ask(again);
  }

  // ---- all weights ----

  static QString asking_job() { return tr("Asking all weights"); }
  static QString rollout_job() { return tr("Rolling out attention"); }

  QString own_name() const {
    const auto text = [&](std::int64_t token) {
      const auto known = found.texts.find(token);
      return known == found.texts.end() ? grouped(token) : known->second.place.section(u'/', -1);
    };
    return tr("%1 → %2").arg(text(found.first), text(found.target));
  }

  // What took minutes is kept without being asked.
  void ask_all_weights() {
    const auto question = question_of(found, most->value());
    if (!question) return;
    auto result = std::make_shared<std::optional<workspace::SavedPaths>>();
    expected = result;
    auto paths = to_keep(name->text().trimmed().isEmpty() ? own_name() : name->text());
    session.work(asking_job(), [=, file = session.file()](core::Job& job) mutable {
      paths.exact = true;
      paths.strongest = explore::strongest_paths(file, *question, job);
      auto workspace = workspace::Workspace::open(file);
      paths.id = workspace.writer().save_paths(paths);
      *result = paths;
    });
    enable();
  }

  // Also after a job that failed or was cancelled: then there is nothing.
  void take_expected() {
    const auto result = std::exchange(expected, nullptr);
    if (result && *result) reopen(**result);
    enable();
  }

  void start_rollout() {
    if (found.run == 0) return;
    explore::RolloutQuestion question{found.run, found.first, found.count, own_name().toStdString(), {}};
    question.name = tr("from %1").arg(own_name().section(QStringLiteral(" → "), 0, 0)).toStdString();
    session.work(rollout_job(),
                 [question, file = session.file()](core::Job& job) { explore::roll_out(file, question, job); });
  }

  // Under the paths that are shown, be they found anew or kept.
  void show_rollout() {
    if (found.first < 0) return;
    PathsWish again = wish();
    again.pattern = found.pattern;
    again.saved = to_keep({});
    again.saved->strongest = found.strongest;
    ask(again);
  }

  // ---- export ----

  void save(const QString& suggestion) {
    const QString file = choose_file(&view, suggestion);
    if (file.isEmpty()) return;
    if (suggestion.endsWith(QLatin1String(".csv"))) return save_table(file);
    try {
      if (suggestion.endsWith(QLatin1String(".json")))
        save_bytes(file, paths_json(found));
      else
        save_ladders(file, pictures(), structural->size(), view.font());
    } catch (const core::Error& error) {
      show_problem(to_text(error.what()), to_text(error.remedy()));
    }
  }

  void save_table(const QString& file) {
    session.ask(QStringLiteral("paths table"),
                [file, found = found](const workspace::Workspace&, explore::Passages& passages) -> std::function<void()> {
                  save_bytes(file, QByteArray::fromStdString(explore::path_table(
                                       found.structural, found.strongest, found.geometry.heads, &passages)));
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
  setFocusProxy(impl_->from);
  impl_->refresh();
}

PathsView::~PathsView() = default;

void PathsView::find(const QString& from, const QString& to) {
  impl_->from->setText(from);
  impl_->to->setText(to);
  impl_->search();
}

void PathsView::set_choose_file(ChooseFile choose) { impl_->choose_file = std::move(choose); }

}  // namespace corpuscope::ui
