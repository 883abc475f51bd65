// Repeats, twists, echoes and more like this: the lists, their filters, both places side by side, arcs over the sequence.

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>

#include "explore/open.h"
#include "ui/echoes_view.h"
#include "ui/reader_pane.h"
#include "ui/reader_view.h"
#include "ui/sequence_bar.h"
#include "ui/sequence_content.h"
#include "window_support.h"

namespace corpuscope::ui {

class Echoes : public QObject {
  Q_OBJECT

  std::filesystem::path file_, unread_;

  static std::string quoted() { return prose(1, 99); }
  static std::string code(const std::string& what, const std::string& returned) {
    return "int sum_of_" + what + "(const std::vector<Item>& items, int discount) {\n  int total = 0;\n  for (const Item& item : items) {\n"
           "    if (item." + what + " < 0) continue;\n    total += item." + what + " * item.count;\n  }\n  if (discount > total) discount = total;\n"
           "  if (items.empty() || discount < 0) return 0;\n  print_" + what + "(items.front(), discount, items.back());\n"
           "  for (int i = 0; i < 3; ++i) store_" + what + "(items, i, discount * i, items.size() - i);\n"
           "  log_" + what + "(total, items.size());\n  return " + returned + " - discount;\n}\n\nint count_of(const std::vector<Item>& items) {\n  return int(items.size());\n}\n";
  }
  static std::filesystem::path write_echoing(const std::filesystem::path& folder) {
    test::write_file(folder / "a.txt", prose(12, 1) + quoted() + prose(12, 2));
    test::write_file(folder / "b.txt", prose(8, 3) + quoted() + prose(8, 4) + "An albatross came to the harbour.\n");
    test::write_file(folder / "c.cpp", "// Prices.\n" + code("price", "total"));
    test::write_file(folder / "d.cpp", "// Weights.\n" + code("weight", "discount"));
    return folder;
  }
  static QTableWidget& table(Window& at) { return at.find<QTableWidget>("echoes_table"); }
  static QString cell(Window& at, int row, int column) { return table(at).item(row, column)->text(); }
  static void list(Window& at, EchoList wanted) {
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("echoes_view"));
    auto& box = at.find<QComboBox>("echoes_list");
    box.setCurrentIndex(box.findData(int(wanted)));
  }
  static void find(Window& at) {
    auto& button = at.find<QPushButton>("echoes_find");
    QVERIFY(button.isVisible());
    QVERIFY(button.isEnabled());
    QTest::mouseClick(&button, Qt::LeftButton);
    at.settle();
  }
  static void click(Window& at, int row) {
    const QRect where = table(at).visualItemRect(table(at).item(row, EchoesView::text_column));
    QTest::mouseClick(table(at).viewport(), Qt::LeftButton, Qt::NoModifier, where.center());
    at.settle();
  }

 private slots:
  void initTestCase() {
    const auto folder = write_echoing(home() / "echoing");
    file_ = home() / "echoes.corpuscope";
    unread_ = home() / "unread.corpuscope";
    core::Job job;
    explore::open_corpus(folder, file_, {}, job);
    explore::open_corpus(folder, unread_, {}, job);
    explore::ReadSettings settings;
    settings.detail = workspace::Detail::full;
    explore::read_corpus(file_, settings, job);
  }
  void init() { QSettings().clear(); }

  void repeats_open_side_by_side() {
    Window at;
    at.open(file_);
    list(at, EchoList::repeats);
    find(at);
    QVERIFY(table(at).rowCount() >= 1);
    QCOMPARE(cell(at, 0, EchoesView::place_column).section(':', 0, 0), "b.txt");
    QCOMPARE(cell(at, 0, EchoesView::other_column).section(':', 0, 0), "a.txt");
    // It may begin a word or two before, which happen to be the same.
    QVERIFY(quoted().find(cell(at, 0, EchoesView::text_column).mid(20, 30).toStdString()) != std::string::npos);
    QVERIFY2(at.text("echoes_state").contains("texts stand in several places"), qPrintable(at.text("echoes_state")));
    const auto& picture = at.find<SequenceBar>("sequence_bar").content().picture();
    QCOMPARE(int(picture.arcs.size()), table(at).rowCount());
    QVERIFY(picture.arcs[0].earlier < picture.arcs[0].later);

    const qint64 height = at.find<QWidget>("sequence_bar").height();
    click(at, 0);
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "reader");
    QVERIFY(at.find<ReaderView>("reader").is_split());
    QCOMPARE(at.text("reader_title"), "b.txt");
    QCOMPARE(at.text("reader_title_2"), "a.txt");
    QVERIFY(at.session.selection().count() >= 32);
    QVERIFY(picture.arcs[0].chosen);
    QCOMPARE(at.session.document_at(at.session.selection().cursor())->name, std::string("b.txt"));

    list(at, EchoList::surprising);  // another list takes the arcs away
    QVERIFY(picture.arcs.empty());
    at.settle();
    QVERIFY(at.find<QWidget>("sequence_bar").height() < height);
  }

  void filters_and_least_lengths() {
    Window at;
    at.open(file_);
    list(at, EchoList::repeats);
    at.find<QSpinBox>("echoes_least").setValue(12);
    find(at);
    const int all = table(at).rowCount();
    QVERIFY(all >= 2);
    at.find<QLineEdit>("echoes_filter").setText("D.CPP");
    int shown = 0;
    for (int row = 0; row < all; ++row) {
      if (table(at).isRowHidden(row)) continue;
      ++shown;
      QVERIFY((cell(at, row, EchoesView::place_column) + cell(at, row, EchoesView::other_column) + cell(at, row, EchoesView::text_column)).contains("d.cpp", Qt::CaseInsensitive));
    }
    QVERIFY(shown >= 1 && shown < all);
    at.find<QLineEdit>("echoes_filter").clear();
    for (int row = 0; row < all; ++row) QVERIFY(!table(at).isRowHidden(row));
    at.find<QSpinBox>("echoes_least").setValue(5000);
    find(at);
    QCOMPARE(table(at).rowCount(), 0);
    QVERIFY(at.text("echoes_state").startsWith("0 texts"));
  }

  void twists_with_and_without_a_model() {
    Window at;
    at.open(unread_);
    list(at, EchoList::twists);
    QVERIFY(at.text("echoes_state").contains("Not read by a model"));
    find(at);
    QVERIFY(table(at).rowCount() >= 1);
    int row = 0;
    while (row < table(at).rowCount() && !cell(at, row, EchoesView::text_column).startsWith("discount  instead")) ++row;
    QVERIFY(row < table(at).rowCount());
    QVERIFY(cell(at, row, EchoesView::text_column).contains("instead of  total"));
    QCOMPARE(cell(at, row, EchoesView::kind_column), "● likely slip");
    QVERIFY(!table(at).isColumnHidden(EchoesView::kind_column));
    QVERIFY(at.find<QWidget>("echoes_legend").isVisible() && at.text("echoes_legend").contains("likely slip"));
    int others = 0;
    for (int i = 0; i < table(at).rowCount(); ++i) others += cell(at, i, EchoesView::kind_column) == "○ other change";
    QVERIFY(others > 0);
    QVERIFY2(cell(at, row, EchoesView::text_column).contains("elsewhere in the copy it stays (5×)"), qPrintable(cell(at, row, EchoesView::text_column)));
    click(at, row);
    QCOMPARE(at.text("reader_title"), "d.cpp");
    QCOMPARE(at.text("reader_title_2"), "c.cpp");

    Window read;
    read.open(file_);
    list(read, EchoList::twists);
    read.find<QDoubleSpinBox>("echoes_bits").setValue(0);
    find(read);
    const int all = table(read).rowCount();
    QVERIFY(all >= 1);
    // Slips first, then by bits.
    QCOMPARE(cell(read, 0, EchoesView::kind_column), "● likely slip");
    for (int i = 1; i < all; ++i) {
      const bool same_kind = cell(read, i, EchoesView::kind_column) == cell(read, i - 1, EchoesView::kind_column);
      QVERIFY(same_kind || cell(read, i, EchoesView::kind_column) == "○ other change");
      QVERIFY(!same_kind || cell(read, i, EchoesView::strength_column).toDouble() <= cell(read, i - 1, EchoesView::strength_column).toDouble());
    }
    read.find<QDoubleSpinBox>("echoes_bits").setValue(50);
    find(read);
    QVERIFY(table(read).rowCount() < all);
    for (int i = 0; i < table(read).rowCount(); ++i) QCOMPARE(cell(read, i, EchoesView::kind_column), "● likely slip");  // whatever they cost
  }

  void echoes_of_a_passage() {
    Window at;
    at.open(file_);
    list(at, EchoList::echoes);
    QVERIFY(!at.find<QPushButton>("echoes_find").isEnabled());
    QVERIFY(at.text("echoes_state").contains("Choose a passage"));
    // The quotation in b.txt, found as a repeat.
    list(at, EchoList::repeats);
    find(at);
    click(at, 0);
    at.trigger("action_echoes");
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "echoes_view");
    QVERIFY(table(at).rowCount() >= 1);
    QCOMPARE(cell(at, 0, EchoesView::other_column).section(':', 0, 0), "a.txt");
    at.find<QCheckBox>("echoes_all_weights").setChecked(true);
    find(at);
    QVERIFY(table(at).rowCount() >= 1);
    QCOMPARE(cell(at, 0, EchoesView::other_column).section(':', 0, 0), "a.txt");
    const QString kind = cell(at, 0, EchoesView::kind_column);
    QVERIFY2(kind == "● echo" || kind == "○ same text", qPrintable(kind));
    QVERIFY(at.text("echoes_state").contains("b.txt"));
    QCOMPARE(cell(at, 0, EchoesView::link_column), "not checked");
    table(at).setCurrentCell(0, EchoesView::text_column);
    QTest::mouseClick(&at.find<QPushButton>("echoes_check"), Qt::LeftButton);
    at.settle();
    QVERIFY2(cell(at, 0, EchoesView::link_column).contains("bits"), qPrintable(cell(at, 0, EchoesView::link_column)));
    click(at, 0);
    QCOMPARE(at.text("reader_title_2"), "a.txt");
  }

  void more_like_the_selection_and_like_a_hit() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(at.session.documents()[0].first_token + 100, 40);
    at.trigger("action_like");
    at.settle();
    QVERIFY(table(at).rowCount() >= 1);
    QVERIFY(table(at).isColumnHidden(EchoesView::other_column));
    click(at, 0);
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "reader");
    QVERIFY(!at.find<ReaderView>("reader").is_split());

    auto& box = at.find<QLineEdit>("search_box");
    box.setText("albatross");
    emit box.returnPressed();
    at.settle();
    auto& results = at.find<QTableView>("search_results");
    results.setCurrentIndex(results.model()->index(0, 0));
    results.setFocus();
    QTest::keyClick(&results, Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), "echoes_view");
    QCOMPARE(at.session.document_at(at.session.selection().cursor())->name, std::string("b.txt"));
    QVERIFY(table(at).rowCount() >= 1);
  }

  void nothing_without_a_model_nothing_without_a_folder() {
    Window at;
    QVERIFY(!at.find<QPushButton>("echoes_find").isEnabled());
    at.open(unread_);
    list(at, EchoList::surprising);
    QVERIFY(!at.find<QPushButton>("echoes_find").isEnabled());
    QVERIFY(at.text("echoes_state").contains("needs a model"));
    list(at, EchoList::repeats);
    QVERIFY(at.find<QPushButton>("echoes_find").isEnabled());
  }

  void another_workspace_clears_the_list() {
    Window at;
    at.open(file_);
    list(at, EchoList::repeats);
    find(at);
    QVERIFY(table(at).rowCount() >= 1);
    at.open(unread_);
    QCOMPARE(table(at).rowCount(), 0);
    QVERIFY(at.find<SequenceBar>("sequence_bar").content().picture().arcs.empty());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Echoes>(argc, argv); }
#include "test_echoes.moc"
