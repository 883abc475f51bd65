#include "ui/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/ask_view.h"
#include "core/error.h"
#include "ui/attention_view.h"
#include "ui/changes_bar.h"
#include "ui/chosen_model.h"
#include "ui/corpus_panel.h"
#include "ui/device_chooser.h"
#include "ui/echoes_view.h"
#include "ui/exclusions_dialog.h"
#include "ui/inspector.h"
#include "ui/jobs_bar.h"
#include "ui/keys_dialog.h"
#include "ui/message_bar.h"
#include "ui/models_dialog.h"
#include "ui/names.h"
#include "ui/paths_view.h"
#include "ui/read_dialog.h"
#include "ui/reader_view.h"
#include "ui/search_panel.h"
#include "ui/sequence_bar.h"
#include "ui/session.h"
#include "ui/start_page.h"
#include "ui/words_view.h"

namespace corpuscope::ui {

namespace {

constexpr int most_recent = 12;
constexpr int typing_pause = 180;  // milliseconds after the last key before a search begins
const QString workspace_suffix = QStringLiteral("corpuscope");

QString settings_geometry() { return QStringLiteral("window/geometry"); }
QString settings_state() { return QStringLiteral("window/state"); }
QString settings_theme() { return QStringLiteral("window/theme"); }
QString settings_recent() { return QStringLiteral("recent"); }

}  // namespace

MainWindow::MainWindow(Session& session, External external, QWidget* parent)
    : QMainWindow(parent), session_(session), external_(std::move(external)), typing_(new QTimer(this)) {
  setObjectName(QStringLiteral("main_window"));
  setAcceptDrops(true);
  setDockNestingEnabled(true);
  make_center();
  make_docks();
  jobs_ = new JobsBar(session_);
  statusBar()->addWidget(jobs_, 1);
  statusBar()->setSizeGripEnabled(false);
  make_actions();
  make_toolbar();
  make_menus();
  connect_views();
  restore();
  restore_model();
  refresh_recent();
  set_open(false);
  update_title();
}

// ---- parts ----

void MainWindow::make_center() {
  reader_ = new ReaderView(session_);
  attention_ = new AttentionView(session_);
  paths_ = new PathsView(session_);
  const auto text = std::make_shared<KeptText>();
  search_ = new SearchPanel(session_, text);
  words_ = new WordsView(session_, text);
  asking_ = new AskView(session_);
  echoes_ = new EchoesView(session_);
  views_ = new QTabWidget;
  views_->setObjectName(QStringLiteral("views"));
  views_->setAccessibleName(tr("Views"));
  views_->setDocumentMode(true);
  views_->addTab(reader_, tr("Reader"));
  views_->addTab(attention_, tr("Attention"));
  views_->addTab(paths_, tr("Paths"));
  views_->addTab(search_, tr("Search"));
  views_->addTab(words_, tr("Words"));
  views_->addTab(asking_, tr("Ask"));
  views_->addTab(echoes_, tr("Echoes"));
  start_ = new StartPage;
  pages_ = new QStackedWidget;
  pages_->setObjectName(QStringLiteral("pages"));
  pages_->addWidget(start_);
  pages_->addWidget(views_);
  message_ = new MessageBar;
  auto* center = new QWidget;
  auto* column = new QVBoxLayout(center);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(message_);
  column->addWidget(new ChangesBar(session_));
  column->addWidget(pages_, 1);
  setCentralWidget(center);
}

QDockWidget* MainWindow::add_dock(Qt::DockWidgetArea area, const QString& title, const QString& name, QWidget* widget) {
  auto* dock = new QDockWidget(title);
  dock->setObjectName(name);
  dock->setWidget(widget);
  addDockWidget(area, dock);
  return dock;
}

void MainWindow::make_docks() {
  sequence_ = new SequenceBar(session_);
  sequence_->setObjectName(QStringLiteral("sequence_bar"));
  corpus_ = new CorpusPanel(session_);
  inspector_ = new Inspector(session_);
  sequence_dock_ = add_dock(Qt::TopDockWidgetArea, tr("Sequence"), QStringLiteral("sequence_dock"), sequence_);
  sequence_dock_->setTitleBarWidget(new QWidget);
  sequence_dock_->setFeatures(QDockWidget::NoDockWidgetFeatures);
  sequence_dock_->toggleViewAction()->setVisible(false);
  corpus_dock_ = add_dock(Qt::LeftDockWidgetArea, tr("Corpus"), QStringLiteral("corpus_dock"), corpus_);
  inspector_dock_ = add_dock(Qt::RightDockWidgetArea, tr("Inspector"), QStringLiteral("inspector_dock"), inspector_);
  resizeDocks({corpus_dock_, inspector_dock_}, {270, 330}, Qt::Horizontal);
}

QAction* MainWindow::add_action(const QString& text, const QString& name, const QKeySequence& keys,
                                const std::function<void()>& run) {
  auto* action = new QAction(text, this);
  action->setObjectName(name);
  action->setShortcut(keys);
  if (!keys.isEmpty()) action->setToolTip(tr("%1 (%2)").arg(QString(text).remove(u'&'), keys.toString(QKeySequence::NativeText)));
  connect(action, &QAction::triggered, this, run);
  addAction(action);
  return action;
}

QAction* MainWindow::dock_action(QDockWidget* dock, const QString& name, const QKeySequence& keys) {
  QAction* action = dock->toggleViewAction();
  action->setObjectName(name);
  action->setShortcut(keys);
  addAction(action);
  return action;
}

void MainWindow::make_actions() {
  open_ = add_action(tr("&Open folder…"), QStringLiteral("action_open"), QKeySequence::Open, [this] { choose_folder(); });
  open_file_ = add_action(tr("Open &file or workspace…"), QStringLiteral("action_open_file"), QKeySequence(tr("Ctrl+Shift+O")),
                          [this] { choose_workspace(); });
  quit_ = add_action(tr("&Quit"), QStringLiteral("action_quit"), QKeySequence(tr("Ctrl+Q")), [this] { close(); });
  back_ = add_action(tr("Back"), QStringLiteral("action_back"), QKeySequence(tr("Alt+Left")),
                     [this] { session_.selection().back(); });
  forward_ = add_action(tr("Forward"), QStringLiteral("action_forward"), QKeySequence(tr("Alt+Right")),
                        [this] { session_.selection().forward(); });
  find_ = add_action(tr("&Find in the corpus"), QStringLiteral("action_find"), QKeySequence::Find, [this] {
    search_box_->setFocus(Qt::ShortcutFocusReason);
    search_box_->selectAll();
  });
  update_ = add_action(tr("&Update from the folders"), QStringLiteral("action_update"), QKeySequence::Refresh,
                       [this] { session_.update(); });
  add_folder_ = add_action(tr("&Add a folder to the corpus…"), QStringLiteral("action_add_folder"),
                           QKeySequence(tr("Ctrl+Shift+A")), [this] { choose_further_folder(); });
  excluded_ = add_action(tr("&Excluded files…"), QStringLiteral("action_excluded"), QKeySequence(tr("Ctrl+Alt+X")),
                         [this] { make_exclusions_dialog(session_, this)->show(); });
  const auto list = [this](EchoList wanted) {
    views_->setCurrentWidget(echoes_);
    echoes_->find_now(wanted);
  };
  like_ = add_action(tr("&More like this"), QStringLiteral("action_like"), QKeySequence(tr("Ctrl+L")), [list] { list(EchoList::like); });
  echoes_of_ = add_action(tr("E&choes of this"), QStringLiteral("action_echoes"), QKeySequence(tr("Ctrl+Shift+E")), [list] { list(EchoList::echoes); });
  for (int i = 0; i < views_->count(); ++i)
    view_actions_ << add_action(views_->tabText(i), QStringLiteral("action_view_%1").arg(i + 1),
                                QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)), [this, i] {
                                  views_->setCurrentIndex(i);
                                  views_->currentWidget()->setFocus(Qt::ShortcutFocusReason);
                                });
}

void MainWindow::make_toolbar() {
  auto* bar = addToolBar(tr("Tools"));
  bar->setObjectName(QStringLiteral("toolbar"));
  bar->setMovable(false);
  bar->setContextMenuPolicy(Qt::PreventContextMenu);
  bar->toggleViewAction()->setVisible(false);
  auto* open = new QToolButton;
  open->setDefaultAction(open_);
  open->setText(tr("Open…"));
  open->setToolButtonStyle(Qt::ToolButtonTextOnly);
  open->setAccessibleName(tr("Open a folder"));
  bar->addWidget(open);
  recent_ = new QMenu(tr("&Recent"), this);
  recent_->setObjectName(QStringLiteral("recent_menu"));
  auto* recent = new QToolButton;
  recent->setText(tr("Recent"));
  recent->setAccessibleName(tr("Open something recent"));
  recent->setMenu(recent_);
  recent->setPopupMode(QToolButton::InstantPopup);
  recent->setAutoRaise(true);
  bar->addWidget(recent);
  bar->addSeparator();
  for (const auto& [action, arrow] : {std::pair(back_, Qt::LeftArrow), std::pair(forward_, Qt::RightArrow)}) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setArrowType(arrow);
    button->setAccessibleName(action->text());
    bar->addWidget(button);
  }
  search_box_ = new QLineEdit;
  search_box_->setObjectName(QStringLiteral("search_box"));
  search_box_->setPlaceholderText(tr("Search the whole corpus"));
  search_box_->setAccessibleName(tr("Search the whole corpus"));
  search_box_->setClearButtonEnabled(true);
  bar->addWidget(search_box_);
  auto* devices = new DeviceChooser;
  session_.set_device(devices->choice());
  connect(devices, &DeviceChooser::chosen, this, [this](const std::string& choice) { session_.set_device(choice); });
  bar->addWidget(devices);
}

void MainWindow::make_menus() {
  QMenu* corpus = menuBar()->addMenu(tr("&Corpus"));
  corpus->addActions({open_, open_file_});
  corpus->addMenu(recent_);
  corpus->addSeparator();
  corpus->addActions({update_, add_folder_, excluded_});
  make_read_menu(corpus->addMenu(tr("Read by the &model")));
  corpus->addAction(add_action(tr("Mo&dels…"), QStringLiteral("action_models"), QKeySequence(tr("Ctrl+Shift+M")),
                               [this] { show_models(); }));
  corpus->addActions({jobs_->pause_action(), jobs_->cancel_action()});
  corpus->addSeparator();
  corpus->addAction(quit_);
  QMenu* go = menuBar()->addMenu(tr("&Go"));
  go->addActions({back_, forward_});
  go->addSeparator();
  go->addAction(find_);
  go->addActions({like_, echoes_of_});
  go->addAction(add_action(tr("Fi&lter the files"), QStringLiteral("action_filter"), QKeySequence(tr("Ctrl+P")), [this] {
    corpus_dock_->show();
    corpus_->focus_filter();
  }));
  go->addAction(add_action(tr("Open in &editor"), QStringLiteral("action_editor"), QKeySequence(tr("Ctrl+E")),
                           [this] { reader_->open_in_editor(); }));
  go->addSeparator();
  go->addAction(add_action(tr("Next pane"), QStringLiteral("action_next_pane"), QKeySequence(Qt::Key_F6),
                           [this] { focus_next_pane(1); }));
  go->addAction(add_action(tr("Previous pane"), QStringLiteral("action_previous_pane"), QKeySequence(tr("Shift+F6")),
                           [this] { focus_next_pane(-1); }));
  QMenu* view = menuBar()->addMenu(tr("&View"));
  view->addActions(view_actions_);
  view->addSeparator();
  view->addAction(dock_action(corpus_dock_, QStringLiteral("action_corpus"), QKeySequence(tr("Ctrl+Shift+C"))));
  view->addAction(dock_action(inspector_dock_, QStringLiteral("action_inspector"), QKeySequence(tr("Ctrl+Shift+I"))));
  view->addSeparator();
  make_theme_menu();
  view->addMenu(findChild<QMenu*>(QStringLiteral("theme_menu")));
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(add_action(tr("&Keyboard"), QStringLiteral("action_keys"), QKeySequence::HelpContents,
                             [this] { make_keys_dialog(findChildren<QAction*>(), this)->show(); }));
}

void MainWindow::make_theme_menu() {
  auto* menu = new QMenu(tr("&Theme"), this);
  menu->setObjectName(QStringLiteral("theme_menu"));
  themes_ = new QActionGroup(this);
  const std::pair<ThemeChoice, QString> choices[] = {
      {ThemeChoice::system, tr("&System")}, {ThemeChoice::light, tr("&Light")}, {ThemeChoice::dark, tr("&Dark")}};
  const ThemeChoice now = theme_choice(QSettings().value(settings_theme()).toString());
  for (const auto& [choice, text] : choices) {
    QAction* action = add_action(text, QStringLiteral("action_theme_") + theme_name(choice),
                                 QKeySequence(QStringLiteral("Ctrl+Alt+%1").arg(themes_->actions().size() + 1)),
                                 [this, choice = choice] { choose_theme(choice); });
    action->setCheckable(true);
    action->setChecked(choice == now);
    themes_->addAction(action);
    menu->addAction(action);
  }
}

void MainWindow::make_read_menu(QMenu* menu) {
  const std::pair<workspace::Detail, QString> details[] = {{workspace::Detail::light, tr("&Light: surprise…")},
                                                           {workspace::Detail::balanced, tr("&Balanced…")},
                                                           {workspace::Detail::full, tr("&Full: every head…")}};
  for (const auto& [detail, text] : details) {
    const QString name = QStringLiteral("action_read_%1").arg(int(detail));
    const QKeySequence keys(QStringLiteral("Ctrl+Shift+%1").arg(int(detail) + 1));
    menu->addAction(add_action(text, name, keys, [this, detail = detail] {
      if (session_.is_open()) (new ReadDialog(session_, detail, this))->open();
    }));
  }
}

// ---- wiring ----

void MainWindow::connect_views() {
  Selection& selection = session_.selection();
  const auto history = [this, &selection] {
    back_->setEnabled(selection.can_go_back());
    forward_->setEnabled(selection.can_go_forward());
  };
  connect(&selection, &Selection::history_changed, this, history);
  history();
  connect(&session_, &Session::failed, message_, &MessageBar::show_message);
  connect(&session_, &Session::workspace_opened, this, [this] {
    message_->dismiss();
    search_box_->clear();
    set_open(true);
    update_title();
  });
  connect(&session_, &Session::documents_changed, this, &MainWindow::update_title);
  connect(corpus_, &CorpusPanel::folder_wanted, this, &MainWindow::choose_further_folder);
  connect(corpus_, &CorpusPanel::document_chosen, this, &MainWindow::show_document);
  connect(reader_, &ReaderView::document_shown, corpus_, &CorpusPanel::show_document);
  connect(reader_, &ReaderView::editor_wanted, this, &MainWindow::open_in_editor);
  connect(search_, &SearchPanel::place_chosen, this, &MainWindow::go_to_place);
  connect(search_, &SearchPanel::like_wanted, this, [this](qint64 document, qint64 offset) {
    session_.ask_once(QStringLiteral("like a hit"), [this, document, offset](const workspace::Workspace&, explore::Passages& passages) {
      return [this, token = passages.token_at(document, offset)] {
        session_.selection().set_cursor(token);
        like_->trigger();
      };
    });
  });
  connect(search_, &SearchPanel::marks_changed, sequence_, &SequenceBar::set_marks);
  connect(search_, &SearchPanel::editor_wanted, this, &MainWindow::open_in_editor);
  connect(search_, &SearchPanel::file_wanted, this,
          [this](const QString& name) { search_->save(external_.choose_export(this, name, tr("Tables (*.csv)"))); });
  connect(search_, &SearchPanel::saved, this, [this](const QString& file) { message_->show_message(tr("Saved %1.").arg(file), {}); });
  connect(words_, &WordsView::query_wanted, this, [this](const QString& query) {
    search_box_->setText(query);
    views_->setCurrentWidget(search_);
    search_now();
  });
  connect(words_, &WordsView::place_chosen, this, &MainWindow::go_to_place);
  connect(words_, &WordsView::file_wanted, this,
          [this](const QString& name, const QString& kinds) { words_->save(external_.choose_export(this, name, kinds)); });
  connect(words_, &WordsView::saved, this, [this](const QString& file) { message_->show_message(tr("Saved %1.").arg(file), {}); });
  connect(words_, &WordsView::failed, message_, &MessageBar::show_message);
  connect(asking_, &AskView::token_chosen, this, [this](qint64 token) {
    session_.selection().set_cursor(token);
    views_->setCurrentWidget(reader_);
  });
  connect(asking_, &AskView::failed, message_, &MessageBar::show_message);
  connect(attention_, &AttentionView::path_wanted, this, [this](qint64 from, qint64 to) {
    views_->setCurrentWidget(paths_);
    paths_->find(QString::number(from), QString::number(to));
  });
  connect(paths_, &PathsView::step_shown, attention_, &AttentionView::show_step);
  connect(echoes_, &EchoesView::place_chosen, this, &MainWindow::show_places);
  connect(echoes_, &EchoesView::arcs_changed, sequence_, &SequenceBar::set_arcs);
  connect(echoes_, &EchoesView::failed, message_, &MessageBar::show_message);
  reader_->add_menu_actions({like_, echoes_of_});
  inspector_->addActions({like_, echoes_of_});
  inspector_->setContextMenuPolicy(Qt::ActionsContextMenu);
  connect(attention_, &AttentionView::layer_changed, sequence_, &SequenceBar::set_layer);
  connect(sequence_, &SequenceBar::picture_wanted, this,
          [this] { export_sequence(QStringLiteral("sequence.png"), tr("Pictures (*.png *.svg)")); });
  connect(sequence_, &SequenceBar::values_wanted, this,
          [this] { export_sequence(QStringLiteral("sequence.csv"), tr("Tables (*.csv *.json)")); });
  connect(start_, &StartPage::open_wanted, this, &MainWindow::choose_folder);
  connect(start_, &StartPage::path_chosen, this, &MainWindow::open_path);
  typing_->setSingleShot(true);
  typing_->setInterval(typing_pause);
  connect(typing_, &QTimer::timeout, this, &MainWindow::search_now);
  connect(search_box_, &QLineEdit::textEdited, typing_, qOverload<>(&QTimer::start));
  connect(search_box_, &QLineEdit::returnPressed, this, [this] {
    search_now();
    views_->currentWidget()->setFocus(Qt::OtherFocusReason);
  });
}

void MainWindow::set_open(bool open) {
  pages_->setCurrentIndex(open ? 1 : 0);
  // What a person closed stays closed.
  if (!open) {
    for (QDockWidget* dock : {sequence_dock_, corpus_dock_, inspector_dock_})
      if (!dock->isHidden()) waiting_docks_ << dock;
  }
  for (QDockWidget* dock : std::as_const(waiting_docks_)) dock->setVisible(open);
  if (open) waiting_docks_.clear();
  search_box_->setEnabled(open);
  for (QAction* action : view_actions_) action->setEnabled(open);
  for (QAction* action : {update_, add_folder_, excluded_}) action->setEnabled(open);
}

void MainWindow::search_now() {
  typing_->stop();
  const QString words = search_box_->text();
  search_->search(words);
  words_->search(words);
  if (!words.trimmed().isEmpty() && views_->currentWidget() != words_) views_->setCurrentWidget(search_);
}

void MainWindow::show_places(qint64 first, qint64 count, qint64 beside) {
  views_->setCurrentWidget(reader_);
  if (beside < 0) reader_->split(false);
  session_.selection().set_cursor(first, count);
  if (beside >= 0) reader_->show_beside(beside);
}

void MainWindow::show_document(qint64 id) { go_to_place(id, 0, -1); }

void MainWindow::go_to_place(qint64 id, qint64 offset, qint64 token) {
  const auto* document = session_.document(id);
  if (!document) return;
  views_->setCurrentWidget(reader_);
  reader_->show_place(id, offset);
  if (token < 0 && offset == 0) token = document->first_token;
  if (token >= 0) {
    session_.selection().set_cursor(token);
  } else if (document->first_token >= 0) {
    session_.ask_once(QStringLiteral("go to place"), [this, id, offset](const workspace::Workspace&, explore::Passages& passages) {
      const qint64 found = passages.token_at(id, offset);
      return [this, found] { session_.selection().set_cursor(found); };
    });
  }
}

void MainWindow::focus_next_pane(int step) {
  const QList<QWidget*> panes{search_box_, sequence_, corpus_, views_->currentWidget(), inspector_};
  const QWidget* now = QApplication::focusWidget();
  qsizetype at = 0;
  for (qsizetype i = 0; i < panes.size(); ++i)
    if (now && (panes[i] == now || panes[i]->isAncestorOf(now))) at = i;
  for (qsizetype tried = 1; tried <= panes.size(); ++tried) {
    QWidget* pane = panes[(at + tried * step + 2 * panes.size() * panes.size()) % panes.size()];
    if (!pane->isVisible() || !pane->isEnabled()) continue;
    QWidget* target = pane->focusPolicy() != Qt::NoFocus || pane->focusProxy() ? pane : pane->nextInFocusChain();
    target->setFocus(Qt::TabFocusReason);
    return;
  }
}

void MainWindow::update_title() {
  const auto& folder = session_.folder().empty() ? session_.file() : session_.folder();
  const QString name = path_text(folder.has_filename() ? folder.filename() : folder.parent_path().filename());
  const auto more = qsizetype(session_.folders().size()) - 1;
  const QString all = more > 0 ? tr("%1 and %2 more").arg(name).arg(more) : name;
  setWindowTitle(name.isEmpty() ? tr("Corpuscope") : tr("%1 – Corpuscope").arg(all));
}

// ---- opening ----

void MainWindow::show_models() {
  auto* dialog = findChild<ModelsDialog*>();
  if (!dialog) dialog = new ModelsDialog(session_, external_, this);
  dialog->show();
  dialog->activateWindow();
}

void MainWindow::choose_folder() {
  const QString folder = external_.choose_folder(this);
  if (!folder.isEmpty()) open_path(folder);
}

void MainWindow::choose_further_folder() {
  const QString folder = external_.choose_folder(this);
  if (!folder.isEmpty())
    session_.change({.add = {to_path(folder)}, .remove = {}, .exclude = {}, .include_again = {}});
}

void MainWindow::choose_workspace() {
  const QString file = external_.choose_workspace(this);
  if (!file.isEmpty()) open_path(file);
}

void MainWindow::open_path(const QString& path) {
  const QFileInfo info(path);
  if (!info.exists()) {
    message_->show_message(tr("%1 is not there.").arg(path), tr("It may have been moved or is on a drive that is not connected."));
    return;
  }
  remember(info.absoluteFilePath());
  if (info.isFile() && info.suffix() == workspace_suffix) {
    session_.open_workspace(to_path(info.absoluteFilePath()));
  } else {
    session_.open_folder(to_path(info.absoluteFilePath()));
  }
}

void MainWindow::open_in_editor(const QString& file, qint64 line) {
  if (!external_.open_in_editor(file, line))
    message_->show_message(tr("No editor was found for %1.").arg(file), tr("Set the environment variable VISUAL to your editor."));
}

void MainWindow::export_sequence(const QString& suggested, const QString& kinds) {
  const QString file = external_.choose_export ? external_.choose_export(this, suggested, kinds) : QString();
  if (file.isEmpty()) return;
  try {
    sequence_->export_to(file);
  } catch (const core::Error& error) {
    message_->show_message(to_text(error.what()), to_text(error.remedy()));
  }
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList paths;
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) paths << url.toLocalFile();
  if (paths.isEmpty()) return;
  event->acceptProposedAction();
  if (paths.size() == 1) return open_path(paths.front());
  remember(paths.front());
  std::vector<std::filesystem::path> folders;
  for (const QString& path : paths) folders.push_back(to_path(path));
  session_.open_folders(folders);
}

void MainWindow::remember(const QString& path) {
  QSettings settings;
  QStringList recent = settings.value(settings_recent()).toStringList();
  recent.removeAll(path);
  recent.prepend(path);
  settings.setValue(settings_recent(), QStringList(recent.mid(0, most_recent)));
  refresh_recent();
}

void MainWindow::refresh_recent() {
  const QStringList recent = QSettings().value(settings_recent()).toStringList();
  recent_->clear();
  recent_->setEnabled(!recent.isEmpty());
  for (const QString& path : recent)
    connect(recent_->addAction(QDir::toNativeSeparators(path)), &QAction::triggered, this, [this, path] { open_path(path); });
  start_->set_recent(recent);
}

// ---- the window's own state ----

void MainWindow::choose_theme(ThemeChoice choice) {
  QSettings().setValue(settings_theme(), theme_name(choice));
  apply_theme(choice);
}

void MainWindow::restore() {
  const QSettings settings;
  if (!restoreGeometry(settings.value(settings_geometry()).toByteArray())) resize(1280, 800);
  restoreState(settings.value(settings_state()).toByteArray());
  apply_theme(theme_choice(settings.value(settings_theme()).toString()));
}

void MainWindow::restore_model() {
  try {
    session_.set_model(remembered_model());
  } catch (const core::Error& error) {
    message_->show_message(to_text(error.what()), to_text(error.remedy()));
  }
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue(settings_geometry(), saveGeometry());
  // What is hidden while nothing is open must not stay hidden for ever.
  if (session_.is_open()) settings.setValue(settings_state(), saveState());
  session_.cancel_job();
  event->accept();
}

}  // namespace corpuscope::ui
