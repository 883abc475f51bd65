// Words: the four lists on real widgets, their orders and files, and where a click leads.

#include <QHeaderView>
#include <QCheckBox>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <map>

#include "ui/dispersion_plot.h"
#include "ui/table_model.h"
#include "ui/words_view.h"
#include "window_support.h"

namespace corpuscope::ui {

class Words : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static QTableView& table(Window& at) { return at.find<QTableView>("words_table"); }
  static DispersionPlot& plot(Window& at) { return at.find<DispersionPlot>("dispersion_plot"); }
  static QString view(Window& at) { return at.find<QTabWidget>("views").currentWidget()->objectName(); }
  static QString cell(Window& at, int row, int column) { return table(at).model()->index(row, column).data().toString(); }
  static int row_of(Window& at, const QString& word) {
    for (int row = 0; row < table(at).model()->rowCount(); ++row)
      if (cell(at, row, 0) == word) return row;
    return -1;
  }
  static void show(Window& at, const char* list) {
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("words_view"));
    QTest::mouseClick(&at.find<QToolButton>(list), Qt::LeftButton);
    at.settle();
  }
  static void type(Window& at, const QString& query) {
    auto& box = at.find<QLineEdit>("search_box");
    box.setText(query);
    QTest::keyClick(&box, Qt::Key_Return);
    at.settle();
  }
  static void name_documents(Window& at, const QString& paths) {
    auto& line = at.find<QLineEdit>("words_paths");
    line.setText(paths);
    QTest::keyClick(&line, Qt::Key_Return);
    at.settle();
  }
  static void set(Window& at, const char* box, int value) {
    at.find<QSpinBox>(box).setValue(value);
    at.settle();
  }
  static std::string saved(Window& at, const char* name) {
    at.outside.exported = path_text(home() / name);
    QTest::mouseClick(&at.find<QToolButton>("words_save"), Qt::LeftButton);
    return test::read_file(home() / name);
  }
  // Words of the sea's document in small letters; it has no apostrophes.
  static QStringList words_of_sea() {
    QString text = to_text(test::read_file(home() / "words-texts/books/sea.txt"));
    return text.toLower().replace(QChar('.'), QChar(' ')).split(QRegularExpression("\\s+"), Qt::SkipEmptyParts);
  }

 private slots:
  void initTestCase() { file_ = read_workspace("words", workspace::Detail::light); }
  void init() { QSettings().clear(); }

  void collocates_stand_beside_the_query_and_a_click_searches_one() {
    Window at;
    at.open(file_);
    show(at, "words_collocates");
    QVERIFY(at.text("words_state").contains("search"));
    QVERIFY(!at.find<QToolButton>("words_save").isEnabled());
    type(at, "albatross");
    QCOMPARE(view(at), "words_view");  // what is looked at stays
    QCOMPARE(table(at).model()->rowCount(), 0);  // it stands once, and nothing thrice beside it
    set(at, "words_least", 1);
    QVERIFY(row_of(at, "harbour") >= 0 && row_of(at, "an") >= 0);
    QCOMPARE(cell(at, row_of(at, "harbour"), 1), "1");
    set(at, "words_right", 3);  // came to the
    QCOMPARE(row_of(at, "harbour"), -1);
    QVERIFY(row_of(at, "came") >= 0);
    set(at, "words_right", 5);
    const QModelIndex harbour = table(at).model()->index(row_of(at, "harbour"), 0);
    table(at).scrollTo(harbour);
    QTest::mouseClick(table(at).viewport(), Qt::LeftButton, {}, table(at).visualRect(harbour).center());
    at.settle();
    QCOMPARE(view(at), "search_panel");
    QCOMPARE(at.find<QLineEdit>("search_box").text(), "\"harbour\" word:yes");
    QCOMPARE(at.find<QTableView>("search_results").model()->rowCount(), 2);
  }

  void rows_of_words_are_counted_in_the_named_documents_and_ordered_by_any_column() {
    Window at;
    at.open(file_);
    show(at, "words_ngrams");
    QVERIFY(at.find<QSpinBox>("words_length").isVisible());
    QVERIFY(!at.find<QSpinBox>("words_left").isVisible());
    set(at, "words_length", 1);
    set(at, "words_least", 1);
    name_documents(at, "sea.txt");
    std::map<QString, int> counts;
    for (const QString& word : words_of_sea()) ++counts[word];
    QCOMPARE(table(at).model()->rowCount(), int(counts.size()));
    for (int row = 0; row < table(at).model()->rowCount(); ++row) QCOMPARE(cell(at, row, 1), QString::number(counts.at(cell(at, row, 0))));

    auto& heading = *table(at).horizontalHeader();
    QTest::mouseClick(heading.viewport(), Qt::LeftButton, {}, QPoint(heading.sectionViewportPosition(0) + 20, heading.height() / 2));
    at.settle();
    QStringList words;
    for (int row = 0; row < table(at).model()->rowCount(); ++row) words << cell(at, row, 0);
    QStringList sorted = words;
    std::sort(sorted.begin(), sorted.end());
    if (heading.sortIndicatorOrder() == Qt::DescendingOrder) std::reverse(sorted.begin(), sorted.end());
    QCOMPARE(words, sorted);
    const std::string csv = saved(at, "grams.csv");
    QVERIFY(csv.starts_with("words,count,documents\n" + words.front().toStdString() + ","));
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t(counts.size()) + 1);

    name_documents(at, "sea.txt; tool.py");
    QVERIFY(row_of(at, "ship") >= 0);
    QCOMPARE(cell(at, row_of(at, "harbour"), 2), "2");
  }

  // Columns of numbers are whole; names of code and words with either apostrophe are found where they were counted.
  void all_columns_are_seen_and_a_row_of_words_finds_its_places() {
    const auto folder = home() / "rows-texts";
    test::write_file(folder / "a.cpp", "std::string a;\nstd::string b; std\n// string\nconst int64_t x = read_file();\nint64_t y = read_file();\nint64_t z;\n");
    test::write_file(folder / "b.txt", "I don\xe2\x80\x99t know. I don't know; I DON'T, know I?\n");
    Window at;
    at.open(folder);
    show(at, "words_ngrams");
    const auto places = [&](const QString& words) {
      show(at, "words_ngrams");
      const QModelIndex row = table(at).model()->index(row_of(at, words), 0);
      if (!row.isValid()) return qMakePair(QString(), 0);
      const QString count = cell(at, row.row(), 1);
      table(at).scrollTo(row);
      QTest::mouseClick(table(at).viewport(), Qt::LeftButton, {}, table(at).visualRect(row).center());
      at.settle();
      return qMakePair(count, at.find<QTableView>("search_results").model()->rowCount());
    };
    set(at, "words_least", 1);
    for (const auto& [words, times] : {std::pair("std string", 3), std::pair("don't know", 3), std::pair("know i", 3), std::pair("x read_file", 1)}) {
      const auto [count, found] = places(words);
      QVERIFY2(count == QString::number(times) && found == times, qPrintable(QStringLiteral("%1: %2 times, %3 places").arg(words, count).arg(found)));
    }
    show(at, "words_ngrams");
    set(at, "words_length", 1);
    for (const auto& [words, times] : {std::pair("int64_t", 3), std::pair("don't", 3), std::pair("read_file", 2)}) {
      const auto [count, found] = places(words);
      QVERIFY2(count == QString::number(times) && found == times, qPrintable(QStringLiteral("%1: %2 times, %3 places").arg(words, count).arg(found)));
    }
    name_documents(at, "b.txt");
    for (const char* list : {"words_collocates", "words_keyness"}) {
      show(at, list);
      type(at, "know");
      at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("words_view"));
      at.settle();
      QVERIFY(table(at).model()->rowCount() > 0);
      const auto& heading = *table(at).horizontalHeader();
      const QFontMetrics letters(heading.font());
      QVERIFY2(heading.length() <= table(at).viewport()->width(), list);
      QVERIFY2(heading.sectionSize(0) > letters.horizontalAdvance("incomprehensible"), list);
      for (int column = 1; column < heading.count(); ++column) {
        QVERIFY2(heading.sectionSize(column) > letters.size(0, table(at).model()->headerData(column, Qt::Horizontal).toString()).width(), list);
        for (int row = 0; row < table(at).model()->rowCount(); ++row)
          QVERIFY2(heading.sectionSize(column) > letters.horizontalAdvance(cell(at, row, column)), list);
      }
    }
  }

  void keywords_need_documents_and_mark_them() {
    Window at;
    at.open(file_);
    show(at, "words_keyness");
    QCOMPARE(table(at).model()->rowCount(), 0);
    QVERIFY(at.text("words_state").contains("compared"));
    name_documents(at, "code/");
    QVERIFY(cell(at, 0, 0) == "total" || cell(at, 0, 0) == "all" || cell(at, 0, 0) == "more");
    QCOMPARE(cell(at, 0, 2), "0");
    name_documents(at, "nosuchfolder");
    QCOMPARE(table(at).model()->rowCount(), 0);
    QVERIFY2(at.text("words_state").contains("nothing to compare"), qPrintable(at.text("words_state")));
  }

  void the_dispersion_plot_opens_places_and_leaves_as_a_picture() {
    Window at;
    at.open(file_);
    show(at, "words_dispersion");
    type(at, "harbour");
    QVERIFY(plot(at).isVisible());
    const auto& rows = plot(at).picture().rows->rows;
    QCOMPARE(rows.size(), 2u);
    QCOMPARE(rows[0].name, "books/sea.txt");
    const QStringList words = words_of_sea();
    QCOMPARE(rows[0].words, words.size());
    QCOMPARE(rows[0].places.size(), 1u);
    QCOMPARE(rows[0].places[0].word, words.indexOf("harbour"));
    QVERIFY2(at.text("words_state").contains("2 places in 2 of 4 documents") && at.text("words_state").contains("DP 0."), qPrintable(at.text("words_state")));

    const std::string svg = saved(at, "harbour.svg");
    for (const char* label : {"harbour", "books/sea.txt", "code/tool.py", "Per million", "Words from the document"})
      QVERIFY2(svg.find(label) != std::string::npos, label);
    saved(at, "harbour.png");
    const QImage png(path_text(home() / "harbour.png"));
    QVERIFY(png.width() > 1000);
    QVERIFY(saved(at, "harbour.csv").starts_with("document,words,places,per_million\nbooks/sea.txt,"));
    at.outside.exported = path_text(home() / "harbour.gif");
    QTest::mouseClick(&at.find<QToolButton>("words_save"), Qt::LeftButton);
    QVERIFY2(at.text("message_text").contains("harbour.gif") && !at.text("message_text").startsWith("Saved"), qPrintable(at.text("message_text")));

    at.find<QCheckBox>("words_all").click();
    at.settle();
    QCOMPARE(plot(at).picture().rows->rows.size(), 4u);
    at.find<QCheckBox>("words_all").click();
    at.settle();
    QTest::mouseClick(plot(at).viewport(), Qt::LeftButton, {}, plot(at).point_of(0, 0));
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "books/sea.txt", patience);
    at.settle();
    QCOMPARE(view(at), "reader");
    QVERIFY(at.text("inspector_place").startsWith("books/sea.txt:3:"));
  }

  void keys_walk_the_plot() {
    Window at;
    at.open(file_);
    show(at, "words_dispersion");
    type(at, "harbour");
    QVERIFY(plot(at).hasFocus());
    QTest::keyClick(&plot(at), Qt::Key_Down);
    QTest::keyClick(&plot(at), Qt::Key_Down);
    QCOMPARE(plot(at).picture().row, 1);
    QVERIFY(plot(at).accessibleDescription().contains("code/tool.py"));
    QTest::keyClick(&plot(at), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "code/tool.py", patience);
  }

  void wrong_grammar_and_stopping_leave_the_view_usable() {
    Window at;
    at.open(file_);
    show(at, "words_dispersion");
    type(at, "/(/");
    QVERIFY(at.text("words_state").contains("("));
    QVERIFY(!at.find<QToolButton>("words_save").isEnabled());
    type(at, "\"the\"");
    QVERIFY(plot(at).picture().rows);
    set(at, "words_least", 1);
    show(at, "words_ngrams");
    at.find<QSpinBox>("words_length").setValue(9);
    auto& stop = at.find<QToolButton>("words_stop");
    QVERIFY(stop.isEnabled());  // it counts until answers are delivered
    QTest::mouseClick(&stop, Qt::LeftButton);
    at.settle();
    QVERIFY(at.text("words_state").startsWith("Stopped"));
    QCOMPARE(table(at).model()->rowCount(), 0);
    at.find<QSpinBox>("words_length").setValue(1);
    at.settle();
    QVERIFY(row_of(at, "the") >= 0);
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Words>(argc, argv); }
#include "test_words.moc"
