// The search: the grammar of its box, portions, orders, one document alone, copies, files, and where a click leads.

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

#include "ui/found_documents_model.h"
#include "ui/search_model.h"
#include "window_support.h"

namespace corpuscope::ui {

class Search : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  // Types it, and gives the number of rows.
  static int found(Window& at, const QString& query) {
    auto& box = at.find<QLineEdit>("search_box");
    box.setText(query);
    QTest::keyClick(&box, Qt::Key_Return);
    at.settle();
    return results(at).model()->rowCount();
  }
  static QTableView& results(Window& at) { return at.find<QTableView>("search_results"); }
  static void press(Window& at, const char* button) {
    QTest::mouseClick(&at.find<QToolButton>(button), Qt::LeftButton);
    at.settle();
  }
  static QString cell(Window& at, int row, int column, int role = Qt::DisplayRole) {
    return results(at).model()->index(row, column).data(role).toString();
  }
  // Of every row: views ask for those in sight alone.
  static QStringList column(Window& at, int role) {
    const int rows = results(at).model()->rowCount();
    for (int row = 0; row < rows; ++row) cell(at, row, SearchModel::text_column);
    at.settle();
    QStringList all;
    for (int row = 0; row < rows; ++row) all << cell(at, row, SearchModel::text_column, role);
    return all;
  }

 private slots:
  void initTestCase() { file_ = read_workspace("search"); }
  void init() { QSettings().clear(); }

  void a_model_of_one_document_keeps_the_rules() {
    SearchModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto of = [](std::uint32_t document, std::int64_t offset) { return explore::Match{offset, document, 1}; };
    model.append({of(0, 1), of(1, 1), of(0, 2)});
    model.show_only(0);
    QCOMPARE(model.rowCount(), 2);
    model.append({of(1, 5), of(0, 3)});
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.match(2).offset, 3);
    model.replace({of(0, 3), of(1, 1), of(0, 1), of(1, 5), of(0, 2)});
    QCOMPARE(model.match(1).offset, 1);
    model.show_only(std::nullopt);
    QCOMPARE(model.rowCount(), 5);
    QVERIFY(!model.line(3));  // nobody made it yet
    QVERIFY(model.take_wanted().contains(3));
    model.set_line(of(1, 5), 3, {"b.txt", 7, "x", "y", "z", {}});
    QCOMPARE(model.index(3, SearchModel::place_column).data().toString(), "b.txt:7");
    QCOMPARE(model.index(3, SearchModel::text_column).data().toString(), "xyz");
    model.clear();
    QCOMPARE(model.rowCount(), 0);
  }

  void typing_searches_and_a_click_jumps() {
    Window at;
    at.open(file_);
    auto& box = at.find<QLineEdit>("search_box");
    at.trigger("action_find");
    QVERIFY(box.hasFocus());
    QTest::keyClicks(&box, "albatross");
    QTRY_COMPARE_WITH_TIMEOUT(results(at).model()->rowCount(), 1, patience);
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "search_panel");
    at.settle();
    QVERIFY(at.text("search_summary").startsWith("1 document"));
    QCOMPARE(cell(at, 0, SearchModel::place_column), "books/sea.txt:3");
    QCOMPARE(cell(at, 0, SearchModel::text_column, SearchModel::hit_role), "albatross");
    const QRect row = results(at).visualRect(results(at).model()->index(0, SearchModel::text_column));
    QTest::mouseClick(results(at).viewport(), Qt::LeftButton, {}, row.center());
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "books/sea.txt", patience);
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "reader");
    QVERIFY(at.text("inspector_place").startsWith("books/sea.txt:3:"));
  }

  void words_are_wished_for_and_everything_else_is_required() {
    Window at;
    at.open(file_);
    QCOMPARE(found(at, "harbour"), 2);
    QCOMPARE(found(at, "harbour nosuchword"), 2);
    QCOMPARE(found(at, "nosuchword"), 0);
    QVERIFY(at.text("search_summary").contains("nosuchword"));
    QCOMPARE(found(at, "\"harbour\" path:books"), 1);
    QCOMPARE(found(at, "\"to the harbour\""), 1);
    QCOMPARE(found(at, "/all\\[\\d+\\]/"), 60);
    QVERIFY(at.text("search_summary").startsWith("60 place"));
    QCOMPARE(found(at, "\"HARBOUR\""), 2);
    press(at, "search_case");
    QCOMPARE(results(at).model()->rowCount(), 0);
    press(at, "search_case");
    QCOMPARE(found(at, "\"harb\""), 2);
    press(at, "search_whole");
    QCOMPARE(results(at).model()->rowCount(), 0);
    press(at, "search_whole");
    QCOMPARE(found(at, ""), 0);
    QVERIFY(!at.text("search_summary").isEmpty());
  }

  void wrong_grammar_is_told_beside_the_box() {
    Window at;
    at.open(file_);
    for (const char* hostile : {"\"", "/(/", "' OR 1=1 --", "NEAR(", "* AND", "title:harbour^2", "((((("}) {
      found(at, hostile);
      QVERIFY2(!at.find<QWidget>("message_bar").isVisible(), hostile);
      QVERIFY2(!at.text("search_summary").isEmpty() && at.text("search_summary") != "Searching…", hostile);
    }
    found(at, "/(/");
    QVERIFY2(at.text("search_summary").contains("("), qPrintable(at.text("search_summary")));
  }

  void the_help_shows_the_grammar() {
    Window at;
    at.open(file_);
    found(at, "harbour");
    QTest::mouseClick(&at.find<QToolButton>("search_help"), Qt::LeftButton);
    auto& box = at.find<QDialog>("search_help_box");
    const QString help = at.find<QPlainTextEdit>("search_help_text").toPlainText();
    QTRY_VERIFY_WITH_TIMEOUT(box.isVisible(), patience);
    for (const char* part : {"path:", "lang:", "doc:", "case:yes", "/wh[a-z]+le/", "\"white whale\"", "OR", "NOT"})
      QVERIFY2(help.contains(part), part);
    QPointer<QDialog> open = &box;
    QTest::keyClick(&box, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(!open, patience);
  }

  void one_document_alone_and_other_orders() {
    Window at;
    at.open(file_);
    const int all = found(at, "\"the\"");
    auto& documents = at.find<QTableView>("search_documents");
    QVERIFY(documents.isVisible());
    QCOMPARE(documents.model()->rowCount(), 3);  // all of them, forest, sea
    documents.setCurrentIndex(documents.model()->index(1, 0));
    const int first = results(at).model()->rowCount();
    QVERIFY(first > 0 && first < all);
    QCOMPARE(documents.model()->index(1, FoundDocumentsModel::places_column).data().toString(), QString::number(first));
    documents.setCurrentIndex(documents.model()->index(0, 0));
    QCOMPARE(results(at).model()->rowCount(), all);

    documents.setCurrentIndex(documents.model()->index(2, 0));
    auto& order = at.find<QComboBox>("search_order");
    order.setCurrentIndex(order.findData("R1"));
    emit order.activated(order.currentIndex());
    at.settle();
    const QStringList lines = column(at, SearchModel::behind_role);
    QStringList next;
    for (const QString& line : lines) next << QRegularExpression("\\w+").match(line).captured();
    QStringList sorted = next;
    std::stable_sort(sorted.begin(), sorted.end());
    QCOMPARE(next, sorted);
    QVERIFY(next.front() != next.back());
    order.setCurrentIndex(0);
    emit order.activated(0);
    at.settle();
    QVERIFY(column(at, SearchModel::behind_role) != lines);
  }

  void keys_choose_a_result() {
    Window at;
    at.open(file_);
    QCOMPARE(found(at, "harbour"), 2);
    QVERIFY(results(at).hasFocus());
    results(at).setCurrentIndex(results(at).model()->index(1, 0));
    const QString place = results(at).currentIndex().data().toString();
    QTest::keyClick(&results(at), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(at.outside.edited.size(), 1);
    QVERIFY(at.outside.edited.front().first.endsWith(place.section(u':', 0, 0)));
    QCOMPARE(at.outside.edited.front().second, place.section(u':', 1).toLongLong());
    QTest::keyClick(&results(at), Qt::Key_Return);
    at.settle();
    QVERIFY(place.startsWith(at.text("reader_title")));
  }

  void lines_are_copied_and_saved() {
    Window at;
    at.open(file_);
    QCOMPARE(found(at, "/all\\[\\d+\\]/"), 60);
    column(at, SearchModel::hit_role);
    results(at).selectRow(1);
    press(at, "search_copy");
    QVERIFY2(QApplication::clipboard()->text().startsWith("code/main.cpp:7\t"), qPrintable(QApplication::clipboard()->text()));
    at.outside.exported = path_text(home() / "lines.csv");
    press(at, "search_save");
    const std::string saved = test::read_file(home() / "lines.csv");
    QCOMPARE(std::count(saved.begin(), saved.end(), '\n'), 61);
    QVERIFY(saved.starts_with("document,line,column,offset,length,before,hit,after,section\n"));
    QVERIFY(saved.find("code/main.cpp,7,") != std::string::npos);
    at.outside.exported = QStringLiteral("/nowhere/at/all.csv");
    press(at, "search_save");
    QVERIFY(at.find<QWidget>("message_bar").isVisible());
  }

  void a_million_places_are_listed_and_lines_made_for_those_in_sight() {
    const auto folder = home() / "many-texts";
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += i % 10 ? "ab " : "ab\n";
    test::write_file(folder / "many.txt", text);
    const auto file = home() / "many.corpuscope";  // no model has to read it
    core::Job job;
    explore::open_corpus(folder, file, {}, job);
    Window at;
    at.open(file);
    auto& model = static_cast<SearchModel&>(*results(at).model());
    const QSignalSpy made(&model, &SearchModel::dataChanged);  // one for each line
    QCOMPARE(found(at, "/ab/"), 1'000'000);
    QVERIFY(model.line(0));
    results(at).scrollToBottom();
    at.settle();
    QVERIFY(model.line(999'999));
    QCOMPARE(model.line(999'999)->line, 100'001);
    QVERIFY2(made.count() > 10 && made.count() < 500, qPrintable(QString::number(made.count())));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Search>(argc, argv); }
#include "test_search.moc"
