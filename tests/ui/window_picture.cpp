// Makes pictures of the real window. The one in the README, of a workspace of the 25 books that was read to the end:
//   QT_QPA_PLATFORM=offscreen build/release/tests/ui/window_picture books.corpuscope resources/pictures/window.png
//       --view 1 --token 2063300 --part 2062000,2600 --layer 1

#include <QAbstractButton>
#include <QApplication>
#include <QCheckBox>
#include <QCommandLineParser>
#include <QDialog>
#include <QComboBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QAction>
#include <QLineEdit>
#include <QMouseEvent>
#include <QMenu>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <cstdio>

#include "ui/attention_canvas.h"
#include "ui/attention_view.h"
#include "ui/main_window.h"
#include "ui/paths_view.h"
#include "ui/session.h"
#include "ui/themes.h"

namespace {

using namespace corpuscope::ui;

constexpr int settled = 700;  // milliseconds for delayed questions and their answers

void let_run(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

// Until nothing is asked for and the attention canvas shows what it is looking at; at most so long.
void settle(const MainWindow& window, Session& session) {
  constexpr int longest = 300'000;
  const auto* attention = window.findChild<AttentionView*>();
  QElapsedTimer clock;
  clock.start();
  do {
    let_run(settled);
    if (!session.is_busy()) session.wait_for_jobs();
  } while (attention->isVisible() && !attention->is_idle() && clock.elapsed() < longest);
}

void describe(QCommandLineParser& parser) {
  parser.addPositionalArgument("target", "What to open.");
  parser.addPositionalArgument("picture", "The file to write.");
  parser.addOptions({{"size", "Of the window.", "WxH", "1600x1000"},
                     {"dark", "Instead of light."},
                     {"token", "Where the cursor goes.", "position", "-1"},
                     {"view", "Which of the views, from 0.", "index", "0"},
                     {"search", "Words to search.", "words"},
                     {"inspector", "Which tab of the inspector.", "index", "0"},
                     {"trigger", "An action, by its name; may be given again.", "name"},
                     {"layer", "Which layer.", "index", "-1"},
                     {"head", "Which entry of the heads.", "index", "-1"},
                     {"part", "Which part of the sequence is seen.", "first,count"},
                     {"font", "Size of the letters in percent.", "percent", "100"},
                     {"tab", "Which tab of the corpus panel.", "index", "0"},
                     {"path", "Find the paths between two places.", "from,to"},
                     {"step", "How many steps to walk along them.", "count", "0"},
                     {"kept", "Reopen paths that were kept, newest first.", "number", "0"},
                     {"all-weights", "Ask all weights for them."},
                     {"pattern", "Which pattern they are searched in.", "index", "0"},
                     {"opened", "Which of the patterns that open a path.", "index", "-1"},
                     {"focus", "Which widget has the focus.", "name"},
                     {"check", "Checks a box; may be given again.", "name"},
                     {"choose", "An entry of a box of choices; may be given again.", "name=index"},
                     {"type", "Text for a line; may be given again.", "name=text"},
                     {"press", "Presses a button, when all else is done; may be given again.", "name"},
                     {"hover", "The mouse over a pair.", "query,key"},
                     {"wait", "So long, instead of until all jobs are done.", "milliseconds", "-1"}});
  parser.addHelpOption();
}

void choose(const MainWindow& window, const char* name, int index) {
  if (index >= 0) window.findChild<QComboBox*>(QLatin1String(name))->setCurrentIndex(index);
}

// Of the path view; chooses it.
void arrange_paths(const QCommandLineParser& options, const MainWindow& window, Session& session) {
  const QStringList places = options.value("path").split(',');
  if (places.size() != 2) return;
  auto* paths = window.findChild<PathsView*>();
  window.findChild<QTabWidget*>("views")->setCurrentWidget(paths);
  choose(window, "paths_pattern", options.value("pattern").toInt());
  paths->find(places[0], places[1]);
  settle(window, session);
  const auto click = [&](const QString& name, int index = 0) {
    const auto buttons = paths->findChildren<QAbstractButton*>(name);
    if (index < buttons.size()) buttons[index]->click();
    settle(window, session);
  };
  if (const int kept = options.value("kept").toInt(); kept > 0) {
    choose(window, "paths_kept", kept);
    emit window.findChild<QComboBox*>("paths_kept")->activated(kept);
    settle(window, session);
  }
  if (options.isSet("all-weights")) {
    click("paths_ask_all");
    while (session.is_busy()) let_run(settled);
    settle(window, session);
  }
  if (options.value("opened").toInt() >= 0) click("paths_cure", options.value("opened").toInt());
  for (int i = 0; i < options.value("step").toInt(); ++i) click("paths_next");
}

void point_at(const MainWindow& window, const QStringList& pair) {
  auto* canvas = window.findChild<AttentionCanvas*>("attention_canvas");
  const QPointF place = attention_plot(canvas->size(), canvas->font()).topLeft() +
                        QPointF(canvas->view().keys().pixel(pair[1].toDouble() + 0.5),
                                canvas->view().queries().pixel(pair[0].toDouble() + 0.5));
  QMouseEvent move(QEvent::MouseMove, place, canvas->mapToGlobal(place), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
  QApplication::sendEvent(canvas, &move);
}

void arrange(const QCommandLineParser& options, const MainWindow& window, Session& session) {
  if (options.isSet("search")) {
    auto* box = window.findChild<QLineEdit*>("search_box");
    box->setText(options.value("search"));
    emit box->returnPressed();
    settle(window, session);
  }
  session.selection().set_cursor(options.value("token").toLongLong());
  window.findChild<QTabWidget*>("views")->setCurrentIndex(options.value("view").toInt());
  window.findChild<QTabWidget*>("corpus_tabs")->setCurrentIndex(options.value("tab").toInt());
  window.findChild<QTabWidget*>("inspector_tabs")->setCurrentIndex(options.value("inspector").toInt());
  for (const QString& name : options.values("trigger")) {
    emit window.findChild<QMenu*>("sequence_menu")->aboutToShow();  // its entries are made then
    window.findChild<QAction*>(name)->trigger();
    settle(window, session);
  }
  settle(window, session);
  const QStringList part = options.value("part").split(',');
  if (part.size() == 2) session.selection().set_view(part[0].toLongLong(), part[1].toLongLong());
  choose(window, "attention_layer", options.value("layer").toInt());
  choose(window, "attention_head", options.value("head").toInt());
  arrange_paths(options, window, session);
  for (const QString& name : options.values("check")) window.findChild<QCheckBox*>(name)->setChecked(true);
  for (const QString& choice : options.values("choose"))
    window.findChild<QComboBox*>(choice.section('=', 0, 0))->setCurrentIndex(choice.section('=', 1).toInt());
  for (const QString& line : options.values("type"))
    window.findChild<QLineEdit*>(line.section('=', 0, 0))->setText(line.section('=', 1));
  settle(window, session);
  for (const QString& name : options.values("press")) {
    window.findChild<QAbstractButton*>(name)->click();
    settle(window, session);
  }
  if (options.isSet("hover")) point_at(window, options.value("hover").split(','));
  if (options.isSet("focus")) window.findChild<QWidget*>(options.value("focus"))->setFocus(Qt::TabFocusReason);
  settle(window, session);
}

}  // namespace

int main(int argc, char** argv) {
  const QTemporaryDir settings;
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
  QApplication application(argc, argv);
  QApplication::setOrganizationName("corpuscope");
  QCommandLineParser options;
  describe(options);
  options.process(application);
  if (options.positionalArguments().size() != 2) options.showHelp(2);
  QFont font = QApplication::font();
  font.setPointSizeF(font.pointSizeF() * options.value("font").toInt() / 100);
  QApplication::setFont(font);
  prepare_themes();
  QSettings().setValue("window/theme", options.isSet("dark") ? "dark" : "light");
  Session session;
  MainWindow window(session);
  const QStringList size = options.value("size").split('x');
  window.resize(size[0].toInt(), size[1].toInt());
  window.show();
  window.activateWindow();
  if (options.positionalArguments()[0] != "-") window.open_path(options.positionalArguments()[0]);
  const int wait = options.value("wait").toInt();
  if (wait < 0) session.wait_for_jobs();
  let_run(std::max(wait, settled));
  if (session.is_open()) arrange(options, window, session);
  QWidget* wanted = &window;
  for (QDialog* dialog : window.findChildren<QDialog*>())
    if (dialog->isVisible()) wanted = dialog;  // it was asked for
  return wanted->grab().save(options.positionalArguments()[1]) ? 0 : 1;
}
