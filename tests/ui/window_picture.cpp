// Makes pictures of the real window. The one in the README, of a workspace of the 25 books that was read to the end:
//   QT_QPA_PLATFORM=offscreen build/release/tests/ui/window_picture books.corpuscope resources/pictures/window.png
//       --view 1 --token 2063300 --part 2062000,2600 --layer 1

#include <QApplication>
#include <QCommandLineParser>
#include <QComboBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QAction>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <cstdio>

#include "ui/attention_canvas.h"
#include "ui/main_window.h"
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
  constexpr int longest = 60'000;
  const auto* canvas = window.findChild<AttentionCanvas*>();
  QElapsedTimer clock;
  clock.start();
  do {
    let_run(settled);
    if (!session.is_busy()) session.wait_for_jobs();
  } while (canvas->isVisible() && !canvas->is_up_to_date() && clock.elapsed() < longest);
}

void describe(QCommandLineParser& parser) {
  parser.addPositionalArgument("target", "What to open.");
  parser.addPositionalArgument("picture", "The file to write.");
  parser.addOptions({{"size", "Of the window.", "WxH", "1600x1000"},
                     {"dark", "Instead of light."},
                     {"token", "Where the cursor goes.", "position", "-1"},
                     {"view", "Which of the views: 0, 1, 2.", "index", "0"},
                     {"search", "Words to search.", "words"},
                     {"inspector", "Which tab of the inspector.", "index", "0"},
                     {"trigger", "An action, by its name; may be given again.", "name"},
                     {"layer", "Which layer.", "index", "-1"},
                     {"head", "Which entry of the heads.", "index", "-1"},
                     {"part", "Which part of the sequence is seen.", "first,count"},
                     {"font", "Size of the letters in percent.", "percent", "100"},
                     {"tab", "Which tab of the corpus panel.", "index", "0"},
                     {"focus", "Which widget has the focus.", "name"},
                     {"wait", "So long, instead of until all jobs are done.", "milliseconds", "-1"}});
  parser.addHelpOption();
}

void choose(const MainWindow& window, const char* name, int index) {
  if (index >= 0) window.findChild<QComboBox*>(QLatin1String(name))->setCurrentIndex(index);
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
  return window.grab().save(options.positionalArguments()[1]) ? 0 : 1;
}
