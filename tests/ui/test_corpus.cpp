// The corpus panel: what it lists, filtering, and where a click leads. All models keep Qt's rules.

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTreeView>

#include "ui/corpus_model.h"
#include "ui/search_model.h"
#include "ui/skipped_model.h"
#include "ui/sources_model.h"
#include "ui/wording.h"
#include "window_support.h"

namespace corpuscope::ui {

namespace {

constexpr auto strictly = QAbstractItemModelTester::FailureReportingMode::QtTest;

QModelIndex child(const QAbstractItemModel& model, const QString& name, const QModelIndex& parent = {}) {
  for (int row = 0; row < model.rowCount(parent); ++row)
    if (model.index(row, 0, parent).data().toString() == name) return model.index(row, 0, parent);
  return {};
}

std::vector<workspace::Document> many_documents(int count) {
  std::vector<workspace::Document> documents;
  for (int i = 0; i < count; ++i) {
    workspace::Document document;
    document.id = i + 1;
    document.name = "folder" + std::to_string(i / 10) + "/deeper/file" + std::to_string(i) + ".txt";
    document.tokens = i;
    document.first_token = i % 7 ? i * 100 : -1;
    documents.push_back(document);
  }
  std::sort(documents.begin(), documents.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return documents;
}

}  // namespace

class Corpus : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

 private slots:
  void initTestCase() { file_ = read_workspace("corpus"); }
  void init() { QSettings().clear(); }

  // ---- models ----

  void the_models_keep_the_rules() {
    CorpusModel corpus;
    SkippedModel skipped;
    SearchModel search;
    SourcesModel sources;
    const QAbstractItemModelTester of_corpus(&corpus, strictly), of_skipped(&skipped, strictly),
        of_search(&search, strictly), of_sources(&sources, strictly);
    for (const int count : {0, 1, 200, 3}) {
      corpus.set_documents(many_documents(count), {});
      corpus.set_documents(many_documents(count), "file1");
      std::vector<workspace::Skipped> files(std::size_t(count), {"name", "reason"});
      skipped.set_skipped(files);
      search.clear();
      search.append(std::vector<explore::Match>(std::size_t(count / 2)));
      search.append(std::vector<explore::Match>(std::size_t(count - count / 2)));
      search.set_line({}, 0, {});
      search.set_line({}, count + 5, {});  // an answer for rows that are gone
      sources.set_lines(std::vector<SourceLine>(std::size_t(count)));
      QCOMPARE(skipped.rowCount(), count);
      QCOMPARE(search.rowCount(), count);
      QCOMPARE(sources.rowCount(), count);
    }
    const QModelIndex folder = corpus.index(0, 0);
    QCOMPARE(corpus.rowCount(corpus.index(0, CorpusModel::tokens_column)), 0);
    QVERIFY(corpus.rowCount(folder) > 0);
  }

  void the_window_s_models_keep_the_rules_while_it_is_used() {
    Window at;
    std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
    for (const char* view : {"corpus_tree", "skipped_table", "search_results", "inspector_sources"})
      testers.push_back(std::make_unique<QAbstractItemModelTester>(at.find<QAbstractItemView>(view).model(), strictly));
    at.open(file_);
    at.find<QLineEdit>("search_box").setText("harbour");
    QTest::keyClick(&at.find<QLineEdit>("search_box"), Qt::Key_Return);
    at.settle();
    at.session.selection().set_cursor(at.session.selection().length() - 20);
    at.find<QLineEdit>("corpus_filter").setText("o");
    at.settle();
    at.open(write_texts(home() / "corpus-other"));
    QCOMPARE(at.find<QTableView>("search_results").model()->rowCount(), 0);
  }

  // ---- the tree ----

  void the_tree_counts_tokens() {
    Window at;
    at.open(file_);
    const auto& model = *at.find<QTreeView>("corpus_tree").model();
    QCOMPARE(model.rowCount(), 2);
    const auto tokens = [&](const QModelIndex& index) {
      return QLocale().toLongLong(index.siblingAtColumn(CorpusModel::tokens_column).data().toString());
    };
    const QModelIndex books = child(model, "books"), code = child(model, "code");
    QCOMPARE(model.rowCount(books), 2);
    qint64 sum = 0;
    for (const auto& document : at.session.documents()) sum += document.tokens;
    QCOMPARE(tokens(books) + tokens(code), sum);
    QCOMPARE(tokens(books), tokens(child(model, "sea.txt", books)) + tokens(child(model, "forest.txt", books)));
    QVERIFY(model.index(0, 0, books).data(Qt::ToolTipRole).toString().contains("books/forest.txt"));
  }

  void filtering() {
    Window at;
    at.open(file_);
    auto& filter = at.find<QLineEdit>("corpus_filter");
    const auto& model = *at.find<QTreeView>("corpus_tree").model();
    at.trigger("action_filter");
    QVERIFY(filter.hasFocus());
    QTest::keyClicks(&filter, "SEA book");
    QTRY_COMPARE(model.rowCount(), 1);
    QCOMPARE(model.rowCount(child(model, "books")), 1);
    QCOMPARE(at.text("corpus_count"), "1 of 4 files");
    QVERIFY(at.find<QTreeView>("corpus_tree").isExpanded(child(model, "books")));
    filter.clear();
    QTest::keyClicks(&filter, "no such file");
    QTRY_COMPARE(model.rowCount(), 0);
    QVERIFY(!at.text("corpus_count").isEmpty());
    filter.clear();
    QTRY_COMPARE(model.rowCount(), 2);
    QVERIFY(!at.find<QLabel>("corpus_count").isVisible());
  }

  void a_click_opens_a_document() {
    Window at;
    at.open(file_);
    auto& tree = at.find<QTreeView>("corpus_tree");
    const QModelIndex sea = child(*tree.model(), "sea.txt", child(*tree.model(), "books"));
    tree.scrollTo(sea);
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, {}, tree.visualRect(sea).center());
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "books/sea.txt", patience);
    at.settle();
    const auto* document = at.session.document(sea.data(CorpusModel::document_role).toLongLong());
    QCOMPARE(at.session.selection().cursor(), document->first_token);
    // With the keys, too.
    tree.setFocus();
    QTest::keyClick(&tree, Qt::Key_Up);
    QTest::keyClick(&tree, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "books/forest.txt", patience);
  }

  void the_skipped_files_have_reasons() {
    Window at;
    at.open(file_);
    auto& tabs = at.find<QTabWidget>("corpus_tabs");
    QCOMPARE(tabs.tabText(1), "Skipped (1)");
    tabs.setCurrentIndex(1);
    const auto& model = *at.find<QTableView>("skipped_table").model();
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, 0).data().toString(), "picture.png");
    QVERIFY(!model.index(0, 1).data().toString().isEmpty());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Corpus>(argc, argv); }
#include "test_corpus.moc"
