// Opening: by a path of the command line, by the dialogs, by dropping, from the recent ones; and what cannot be opened.

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <fstream>

#include "window_support.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

namespace {

void drop(QWidget& widget, const QList<QUrl>& urls) {
  QMimeData data;
  data.setUrls(urls);
  const QPoint middle = widget.rect().center();
  QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&widget, &enter);
  if (!enter.isAccepted()) return;
  QDropEvent event(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&widget, &event);
}

QUrl url_of(const std::filesystem::path& path) { return QUrl::fromLocalFile(path_text(path)); }

bool shows_message(const Window& at) { return at.find<QWidget>("message_bar").isVisible(); }

}  // namespace

class Opening : public QObject {
  Q_OBJECT

 private slots:
  void init() { QSettings().clear(); }

  void nothing_is_open_at_first() {
    Window at;
    QCOMPARE(at.find<QStackedWidget>("pages").currentWidget()->objectName(), "start_page");
    QVERIFY(!at.find<QLineEdit>("search_box").isEnabled());
    QVERIFY(!at.find<QWidget>("corpus_dock").isVisible());
    QVERIFY(!at.find<QAction>("action_update").isEnabled());
    QVERIFY(!at.find<QMenu>("recent_menu").isEnabled());
  }

  void a_path_of_the_command_line() {
    Window at;
    at.window->open_path(path_text(write_texts(home() / "path")));
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
    QCOMPARE(at.find<QStackedWidget>("pages").currentWidget()->objectName(), "views");
    QVERIFY(at.find<QWidget>("corpus_dock").isVisible());
    QVERIFY(at.window->windowTitle().startsWith("path"));
    at.settle();
    QVERIFY(at.session.run() && at.session.run()->complete());
    QVERIFY(!shows_message(at));
  }

  void the_dialogs() {
    Window at;
    at.outside.folder = path_text(write_texts(home() / "dialog"));
    QTest::keySequence(at.window.get(), QKeySequence::Open);
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
    at.settle();
    at.outside.workspace = path_text(read_workspace("dialog-read"));
    at.trigger("action_open_file");
    QTRY_COMPARE_WITH_TIMEOUT(path_text(at.session.file()), at.outside.workspace, patience);
    at.settle();
    QCOMPARE(at.session.documents().size(), std::size_t(4));
    // A dialog that was cancelled changes nothing.
    at.outside.folder.clear();
    at.trigger("action_open");
    QCOMPARE(path_text(at.session.file()), at.outside.workspace);
  }

  void the_button_of_the_first_page() {
    Window at;
    at.outside.folder = path_text(write_texts(home() / "button"));
    QTest::mouseClick(&at.find<QPushButton>("start_open"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
  }

  void dropping() {
    Window at;
    drop(*at.window, {QUrl("https://example.org/")});
    QVERIFY(!at.session.is_open() && !at.session.is_busy());
    drop(*at.window, {url_of(write_texts(home() / "drop"))});
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
    QVERIFY(!shows_message(at));
    at.settle();
    // A single file is a corpus too, and several things are one corpus together.
    drop(*at.window, {url_of(home() / "drop/books/sea.txt")});
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(1), patience);
    at.settle();
    drop(*at.window, {url_of(home() / "drop/books"), url_of(home() / "drop/code")});
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
    QVERIFY(!shows_message(at));
  }

  void recent_ones() {
    const auto first = write_texts(home() / "recent-first"), second = write_texts(home() / "recent-second");
    {
      Window at;
      at.open(first);
      at.open(second);
    }
    Window at;
    const auto& menu = at.find<QMenu>("recent_menu");
    QVERIFY(menu.isEnabled());
    QCOMPARE(menu.actions().size(), 2);
    QCOMPARE(menu.actions()[0]->text(), path_text(second));
    auto& start = at.find<QWidget>("start_page");
    QPushButton* link = nullptr;
    for (auto* button : start.findChildren<QPushButton*>())
      if (button->toolTip() == path_text(first)) link = button;
    QVERIFY(link);
    QTest::mouseClick(link, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(at.session.documents().size(), std::size_t(4), patience);
    QCOMPARE(path_text(at.session.folder()), path_text(first));
    QCOMPARE(menu.actions()[0]->text(), path_text(first));
    menu.actions()[1]->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(path_text(at.session.folder()), path_text(second), patience);
  }

  void changed_files_are_read_again() {
    Window at;
    const auto folder = write_texts(home() / "changed");
    at.open(folder);
    const auto before = at.session.summary().tokens;
    test::write_file(folder / "books/new.txt", prose(5, 9));
    std::filesystem::remove(folder / "code/tool.py");
    QTest::keySequence(at.window.get(), QKeySequence::Refresh);
    at.settle();
    QStringList names;
    for (const auto& document : at.session.documents()) names << to_text(document.name);
    QCOMPARE(names, (QStringList{"books/forest.txt", "books/new.txt", "books/sea.txt", "code/main.cpp"}));
    QVERIFY(at.session.summary().tokens != before);
    QVERIFY(at.session.run() && at.session.run()->complete());
  }

  // ---- what cannot be opened ----

  void a_folder_that_is_not_there() {
    Window at;
    at.window->open_path("/nowhere/at/all");
    QVERIFY(shows_message(at));
    QVERIFY(at.text("message_text").contains("/nowhere/at/all"));
    QVERIFY(at.text("message_text").contains('\n'));  // the remedy
    QVERIFY(!at.session.is_open());
    QVERIFY(QSettings().value("recent").toStringList().isEmpty());
    QTest::mouseClick(&at.find<QWidget>("message_close"), Qt::LeftButton);
    QVERIFY(!shows_message(at));
    at.open(write_texts(home() / "after-nowhere"));  // and the window goes on
    QCOMPARE(at.session.documents().size(), std::size_t(4));
  }

  void damaged_workspaces_data() {
    QTest::addColumn<int>("damage");
    QTest::newRow("no workspace at all") << 0;
    QTest::newRow("empty") << 1;
    QTest::newRow("cut short") << 2;
    QTest::newRow("its middle overwritten") << 3;
  }
  void damaged_workspaces() {
    QFETCH(int, damage);
    const auto file = home() / ("damaged" + std::to_string(damage) + ".corpuscope");
    static const auto whole = read_workspace("whole");
    std::string bytes = test::read_file(whole);
    if (damage == 0) bytes = std::string(5000, 'x');
    if (damage == 1) bytes.clear();
    if (damage == 2) bytes.resize(bytes.size() / 3);
    if (damage == 3) std::fill(bytes.begin() + 4096, bytes.end(), '\x5a');
    test::write_file(file, bytes);
    Window at;
    at.open(file);
    QVERIFY(shows_message(at));
    QVERIFY2(at.text("message_text").contains('\n'), qPrintable(at.text("message_text")));
    for (int view = 0; view < 3; ++view) {
      at.find<QTabWidget>("views").setCurrentIndex(view);
      QTest::qWait(20);
    }
    at.open(write_texts(home() / "after-damage"));
    QCOMPARE(at.session.documents().size(), std::size_t(4));
    QVERIFY(!shows_message(at));
  }

  void a_folder_that_may_not_be_read() {
    if (geteuid() == 0) QSKIP("everything may be read by this user");
    const auto folder = home() / "locked";
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::none);
    Window at;
    at.open(folder);
    QVERIFY(shows_message(at));
  }

  void a_folder_without_text() {
    const auto folder = home() / "nothing";
    std::filesystem::create_directory(folder);
    Window at;
    at.open(folder);
    QVERIFY(shows_message(at));  // there is nothing that a model could read
    QVERIFY(at.session.documents().empty());
  }

  void very_many_skipped_files() {
    const auto folder = home() / "skipped-many";
    test::write_file(folder / "a.txt", prose(2, 1));
    for (int i = 0; i < 3000; ++i)
      test::write_file(folder / ("binary" + std::to_string(i) + ".bin"), std::string("\0\1\2\3\0\0", 6));
    Window at;
    at.open(folder);
    QCOMPARE(at.session.skipped().size(), std::size_t(3000));
    QCOMPARE(at.find<QTabWidget>("corpus_tabs").tabText(1), "Skipped (3,000)");
    at.find<QTabWidget>("corpus_tabs").setCurrentIndex(1);
    auto& table = at.find<QTableView>("skipped_table");
    QCOMPARE(table.model()->rowCount(), 3000);
    table.scrollToBottom();
    QTest::keyClick(&table, Qt::Key_Home);
    for (int row = 0; row < 3000; row += 100) QVERIFY(!table.model()->index(row, 1).data().toString().isEmpty());
  }

  void a_model_that_is_damaged() {
    const auto config = home() / "resources/models/pocket/config.json";
    std::filesystem::rename(config, home() / "away");
    {
      Window at;
      at.open(write_texts(home() / "no-model"));
      QVERIFY(shows_message(at));
      QVERIFY(at.text("message_text").contains("pocket"));
      // The text is there all the same.
      at.find<QLineEdit>("search_box").setText("albatross");
      QTest::keyClick(&at.find<QLineEdit>("search_box"), Qt::Key_Return);
      QTRY_COMPARE_WITH_TIMEOUT(at.find<QTableView>("search_results").model()->rowCount(), 1, patience);
    }
    std::filesystem::rename(home() / "away", config);
  }

  void quitting_in_the_middle() {
    const auto folder = home() / "quit";
    for (int i = 0; i < 20; ++i) test::write_file(folder / (std::to_string(i) + ".txt"), prose(60, unsigned(i)));
    {
      Window at;
      at.window->open_path(path_text(folder));
      QTest::qWait(250);
      at.window->close();
    }
    Window at;
    at.open(folder);
    QCOMPARE(at.session.documents().size(), std::size_t(20));
    QVERIFY(at.session.run() && at.session.run()->complete());
    QCOMPARE(at.session.runs().size(), std::size_t(1));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Opening>(argc, argv); }
#include "test_opening.moc"
