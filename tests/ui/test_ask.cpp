// Asking: the answer with its passages, as of the cursor, going on, checking links, and what was asked before.

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>

#include "ui/path_ladder.h"
#include "window_support.h"

namespace corpuscope::ui {

class AskTest : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static void ask(Window& at, const QString& question) {
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("ask_view"));
    at.find<QLineEdit>("ask_question").setText(question);
    QTest::mouseClick(&at.find<QPushButton>("ask_button"), Qt::LeftButton);
    at.settle();
  }
  static QString cell(Window& at, int row, int column) { return at.find<QTableWidget>("ask_sources").item(row, column)->text(); }
  static void press(Window& at, const char* name) {
    QTest::mouseClick(&at.find<QPushButton>(name), Qt::LeftButton);
    at.settle();
  }

 private slots:
  void initTestCase() { file_ = read_workspace("ask"); }
  void init() { QSettings().clear(); }

  void an_answer_comes_with_its_passages_and_one_opens() {
    Window at;
    at.open(file_);
    at.find<QSpinBox>("ask_length").setValue(12);
    ask(at, "Where did the albatross come?");
    auto& sources = at.find<QTableWidget>("ask_sources");
    QVERIFY(sources.rowCount() >= 1);
    QVERIFY(!at.find<QPlainTextEdit>("ask_answer").toPlainText().isEmpty());
    QVERIFY(at.text("ask_written_by").contains("pocket"));
    QVERIFY2(at.text("ask_state").contains("first token"), qPrintable(at.text("ask_state")));
    int row = 0;
    while (row < sources.rowCount() && !cell(at, row, 3).contains("albatross")) ++row;
    QVERIFY(row < sources.rowCount());
    QVERIFY(cell(at, row, 1).startsWith("books/sea.txt:"));
    emit sources.cellClicked(row, 0);
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "reader");
    QCOMPARE(at.text("reader_title"), "books/sea.txt");
  }

  void as_of_the_cursor_nothing_behind_is_found() {
    Window at;
    at.open(file_);
    at.find<QSpinBox>("ask_length").setValue(5);
    at.find<QCheckBox>("ask_as_of_here").setChecked(true);
    at.session.selection().set_cursor(900);  // in the forest, before the sea
    ask(at, "Where did the albatross come?");
    const auto& sources = at.find<QTableWidget>("ask_sources");
    for (int row = 0; row < sources.rowCount(); ++row) QVERIFY(!cell(at, row, 3).contains("albatross"));
    QVERIFY(!at.find<QPlainTextEdit>("ask_answer").toPlainText().isEmpty());
  }

  void it_goes_on_and_links_are_checked() {
    Window at;
    at.open(file_);
    at.find<QSpinBox>("ask_length").setValue(8);
    QVERIFY(!at.find<QPushButton>("ask_more").isEnabled());
    ask(at, "Where did the albatross come?");
    const QString first = at.find<QPlainTextEdit>("ask_answer").toPlainText();
    press(at, "ask_more");
    const QString longer = at.find<QPlainTextEdit>("ask_answer").toPlainText();
    QVERIFY(longer.size() > first.size());
    QVERIFY(longer.startsWith(first.chopped(1)));  // the last character may have been a part of one
    QCOMPARE(cell(at, 0, 2), "not checked");
    press(at, "ask_check");
    for (int row = 0; row < at.find<QTableWidget>("ask_sources").rowCount(); ++row)
      QVERIFY2(cell(at, row, 2).contains("bits"), qPrintable(cell(at, row, 2)));
    QVERIFY2(at.text("ask_state").contains("links confirmed"), qPrintable(at.text("ask_state")));
    // They are kept with the answer.
    const QString checked = cell(at, 0, 2);
    ask(at, "What did they hear?");
    at.find<QListWidget>("ask_history").setCurrentRow(1);
    QCOMPARE(cell(at, 0, 2), checked);
  }

  void show_how_tells_of_each_token_and_leads_to_the_corpus() {
    Window at;
    at.open(file_);
    at.find<QSpinBox>("ask_length").setValue(5);
    QVERIFY(!at.find<QPushButton>("ask_how").isEnabled());
    ask(at, "Where did the albatross come?");
    press(at, "ask_how");
    auto& looked_at = at.find<QTableWidget>("how_looked_at");
    QVERIFY(looked_at.rowCount() > 5);
    const auto& ladder = at.find<PathLadder>("how_ladder");
    QVERIFY(!ladder.picture().paths.empty());
    const qint64 first = ladder.picture().target;
    at.find<QSpinBox>("how_token").setValue(3);
    at.settle();
    QCOMPARE(qint64(ladder.picture().target), first + 2);
    int row = 0;
    while (row < looked_at.rowCount() && !looked_at.item(row, 2)->text().contains(".txt")) ++row;
    QVERIFY(row < looked_at.rowCount());
    emit looked_at.cellClicked(row, 0);
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "reader");
    QVERIFY(at.session.selection().cursor() >= 0);
  }

  void what_was_asked_is_kept() {
    const auto file = read_workspace("ask-kept");
    QString answer;
    int sources = 0;
    {
      Window at;
      at.open(file);
      at.find<QSpinBox>("ask_length").setValue(6);
      ask(at, "What did they hear?");
      ask(at, "Where is the harbour?");
      answer = at.find<QPlainTextEdit>("ask_answer").toPlainText();
      sources = at.find<QTableWidget>("ask_sources").rowCount();
    }
    Window at;
    at.open(file);
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("ask_view"));
    auto& history = at.find<QListWidget>("ask_history");
    QCOMPARE(history.count(), 2);
    QCOMPARE(history.item(0)->text(), "Where is the harbour?");
    history.setCurrentRow(0);
    QCOMPARE(at.find<QPlainTextEdit>("ask_answer").toPlainText(), answer);
    QCOMPARE(at.find<QTableWidget>("ask_sources").rowCount(), sources);
    QVERIFY(sources > 0);
    QVERIFY(!at.find<QPushButton>("ask_more").isEnabled());
  }

  void it_stops_and_says_when_there_is_nothing_to_ask() {
    Window at;
    at.open(file_);
    at.find<QSpinBox>("ask_length").setValue(10000);
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("ask_view"));
    at.find<QLineEdit>("ask_question").setText("Where?");
    QTest::keyClick(&at.find<QLineEdit>("ask_question"), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!at.find<QPlainTextEdit>("ask_answer").toPlainText().isEmpty(), patience);
    QTest::mouseClick(&at.find<QPushButton>("ask_stop"), Qt::LeftButton);
    at.settle();
    QVERIFY(at.find<QPlainTextEdit>("ask_answer").toPlainText().size() < 60000);
    QVERIFY(at.find<QPushButton>("ask_more").isEnabled());

    const auto folder = write_texts(home() / "ask-unread-texts");
    core::Job job;
    explore::open_corpus(folder, home() / "ask-unread.corpuscope", {}, job);
    at.open(home() / "ask-unread.corpuscope");
    QVERIFY(!at.find<QPushButton>("ask_button").isEnabled());
    QVERIFY(!at.text("ask_state").isEmpty());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::AskTest>(argc, argv); }
#include "test_ask.moc"
