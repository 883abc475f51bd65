// What stands in menus, dialogs and second panes of the views, clicked as a person does: buttons that open a menu and
// the entry in it, the dialogs that ask for a file, the bar that offers single weights, the boxes of the second canvas.

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

#include "ui/attention_canvas.h"
#include "ui/attention_view.h"
#include "ui/bookmarks.h"
#include "ui/inspector_expected.h"
#include "ui/painting_attention.h"
#include "ui/path_ladder.h"
#include "ui/paths_view.h"
#include "ui/reader_text.h"
#include "ui/sequence_bar.h"
#include "ui/sequence_content.h"
#include "window_support.h"

namespace corpuscope::ui {

class ViewControls : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static AttentionCanvas& show_canvas(Window& at) {
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<AttentionView>("attention_view"));
    settle(at);
    return at.find<AttentionCanvas>("attention_canvas");
  }
  static void settle(Window& at) {
    at.settle();
    const auto busy = [&] {
      const auto of = [&](const char* name) { return at.find<AttentionCanvas>(name).is_up_to_date() ? "up to date" : "not up to date"; };
      return QStringLiteral("canvas %1, second canvas %2").arg(of("attention_canvas"), of("attention_canvas_2"));
    };
    QTRY_VERIFY2_WITH_TIMEOUT(at.find<AttentionView>("attention_view").is_idle(), qPrintable(busy()), patience);
  }
  static void click(Window& at, const char* name) {
    auto& button = at.find<QAbstractButton>(name);
    QVERIFY2(button.isVisible() && button.isEnabled(), name);
    QTest::mouseClick(&button, Qt::LeftButton);
  }

  // Clicks a button that opens a menu, and in the menu an entry.
  static void choose(Window& at, const char* button, const char* entry) {
    bool clicked = false;
    QTimer popped;
    popped.setInterval(10);
    connect(&popped, &QTimer::timeout, &popped, [&] {
      auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
      if (!menu) return;
      popped.stop();
      const auto actions = menu->actions();
      const auto found = std::ranges::find(actions, QLatin1String(entry), &QAction::objectName);
      if (found == actions.end() || !(*found)->isEnabled()) return void(menu->close());
      clicked = true;
      QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(*found).center());
    });
    popped.start();
    click(at, button);
    QTRY_VERIFY2(clicked, entry);
  }

  // The same, where the entry asks for a file.
  static QByteArray save(Window& at, const char* button, const char* entry, const std::filesystem::path& file) {
    QTimer asked;
    asked.setInterval(20);
    bool answered = false;
    connect(&asked, &QTimer::timeout, &asked, [&] {
      auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      asked.stop();
      answered = true;
      auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
      name->setText(path_text(file));
      QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save), Qt::LeftButton);
    });
    asked.start();
    choose(at, button, entry);
    at.settle();
    if (!answered) return {};
    QFile in(path_text(file));
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
  }

  static void change(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    QCOMPARE(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    QCOMPARE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

 private slots:
  void initTestCase() {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    file_ = read_workspace("controls-of-views");
  }
  void init() { QSettings().clear(); }

  void going_to_places_by_the_menu() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    at.session.selection().set_cursor(2000);
    const MatrixView whole = canvas.view();
    choose(at, "attention_go", "go_document");
    const auto* document = at.session.document_at(2000);
    QVERIFY(canvas.view().step < whole.step);
    QVERIFY(canvas.view().key <= double(document->first_token) + 1);
    choose(at, "attention_go", "go_segment");
    QVERIFY(canvas.view().step < 0.3);
    choose(at, "attention_go", "attention_bookmark");
    at.settle();
    auto* dialog = at.window->findChild<QInputDialog*>("name_dialog");
    QVERIFY(dialog);
    QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
    at.settle();
    QCOMPARE(at.session.bookmarks().all().size(), std::size_t(1));
    QCOMPARE(canvas.picture().bookmarks.size(), std::size_t(1));
  }

  void pictures_and_weights_are_saved_by_the_menu() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    at.session.selection().set_view(1000, 40);
    settle(at);
    const QImage picture = QImage::fromData(save(at, "attention_export", "attention_save_picture", home() / "saved.png"));
    QCOMPARE(picture.size(), canvas.size());
    QVERIFY(at.text("attention_readout").contains("saved.png"));
    QVERIFY(save(at, "attention_export", "attention_save_weights", home() / "saved.csv").startsWith("query,query_text,key,"));
    QVERIFY(save(at, "attention_export", "attention_save_edges", home() / "edges.csv").contains(",level,weight"));
    QApplication::clipboard()->clear();
    choose(at, "attention_export", "attention_copy_weights");
    QVERIFY(QApplication::clipboard()->text().startsWith("query,"));
    choose(at, "attention_export", "attention_copy");
    QCOMPARE(QApplication::clipboard()->image().size(), canvas.size());
  }

  // A run that took very long: single weights are offered, and come by a click.
  void dear_weights_are_computed_when_asked_for() {
    const auto slow = home() / "slow.corpuscope";
    std::filesystem::copy_file(file_, slow);
    change(slow, "UPDATE runs SET seconds = 1e7");
    Window at;
    at.open(slow);
    auto& canvas = show_canvas(at);
    at.session.selection().set_view(1000, 40);
    settle(at);
    QVERIFY(!canvas.picture().frame.exact);
    QVERIFY(at.text("attention_exact").contains("tokens to be read again"));
    QCOMPARE(at.text("attention_exact_button"), QStringLiteral("Compute"));
    click(at, "attention_exact_button");
    settle(at);
    QTRY_VERIFY_WITH_TIMEOUT(canvas.picture().frame.exact, patience);
    QVERIFY(!at.find<QWidget>("attention_exact_button").isVisible());
  }

  void what_failed_is_tried_again() {
    const auto other = home() / "without-model.corpuscope";
    std::filesystem::copy_file(file_, other);
    std::string name = "UPDATE runs SET model = '" + workspace::Workspace::open(file_).runs().front().model + "'";
    change(other, "UPDATE runs SET model = 'gone'");
    Window at;
    at.open(other);
    auto& canvas = show_canvas(at);
    at.session.selection().set_view(1000, 40);
    settle(at);
    QCOMPARE(at.text("attention_exact_button"), QStringLiteral("Try again"));
    QVERIFY(at.text("attention_exact").contains("gone"));
    change(other, name.c_str());
    click(at, "attention_exact_button");
    QTRY_VERIFY_WITH_TIMEOUT(canvas.picture().frame.exact, patience);
  }

  // The second canvas has choices of its own; they change it and not the first.
  void choices_of_the_second_canvas() {
    Window at({1600, 1000});
    at.open(file_);
    auto& canvas = show_canvas(at);
    click(at, "attention_compare");
    settle(at);
    auto& other = at.find<AttentionCanvas>("attention_canvas_2");
    const auto of = [&] { return std::pair(canvas.picture().head, other.picture().head); };
    auto& head = at.find<QComboBox>("attention_head_2");
    head.setFocus();
    const auto before = of();
    const QImage mean = other.grab().toImage();
    for (int i = 0; i < 2; ++i) QTest::keyClick(&head, Qt::Key_Down);
    settle(at);
    QCOMPARE(of().first, before.first);
    QCOMPARE(of().second, 1);
    QVERIFY(other.grab().toImage() != mean);
    auto& layer = at.find<QComboBox>("attention_layer_2");
    const int was = layer.currentIndex();
    const QImage one = other.grab().toImage();
    layer.setFocus();
    QTest::keyClick(&layer, was == 0 ? Qt::Key_Down : Qt::Key_Up);
    settle(at);
    QVERIFY(layer.currentIndex() != was);
    QVERIFY(other.grab().toImage() != one);
    auto& source = at.find<QComboBox>("attention_source_2");
    source.setFocus();
    for (int i = 0; i < 2; ++i) QTest::keyClick(&source, Qt::Key_Down);
    settle(at);
    QVERIFY(!other.picture().frame.weights && canvas.picture().frame.weights);
    QVERIFY(!layer.isEnabled());
  }

  // Where there is little room the choice to compare stands beside the levels, and works there too.
  void comparing_in_a_narrow_window() {
    Window at({1000, 720});
    at.open(file_);
    show_canvas(at);
    auto& compare = at.find<QAbstractButton>("attention_compare");
    const auto row_of = [](const QWidget& widget) { return widget.mapTo(widget.window(), QPoint()).y() / 16; };
    QVERIFY(std::abs(row_of(compare) - row_of(at.find<QWidget>("attention_levels"))) <= 1);
    click(at, "attention_compare");
    settle(at);
    QVERIFY(at.find<AttentionCanvas>("attention_canvas_2").isVisible());
    at.window->resize(2000, 900);
    settle(at);
    QVERIFY(compare.isVisible() && compare.isChecked());
    QVERIFY(row_of(compare) < row_of(at.find<QWidget>("attention_levels")));
    click(at, "attention_compare");
    QVERIFY(!at.find<AttentionCanvas>("attention_canvas_2").isVisible());
  }

  void paths_leave_by_the_menu() {
    Window at;
    at.open(file_);
    auto& view = at.find<PathsView>("paths_view");
    at.find<QTabWidget>("views").setCurrentWidget(&view);
    view.find("40", "2500");
    at.settle();
    QApplication::clipboard()->clear();
    choose(at, "paths_more", "paths_copy");
    QCOMPARE(QApplication::clipboard()->image().width(), 4 * at.find<PathLadder>("paths_structural").width());
  }

  void the_reader_shows_text_otherwise_by_the_menu() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(2000);
    at.settle();
    auto& text = at.find<ReaderText>("reader_text");
    for (const char* entry : {"reader_wrap", "reader_monospaced", "reader_tinted"}) {
      const QImage before = text.grab().toImage();
      choose(at, "reader_options", entry);
      at.settle();
      QVERIFY2(text.grab().toImage() != before, entry);
      choose(at, "reader_options", entry);
      at.settle();
      QVERIFY2(text.grab().toImage() == before, entry);
    }
    choose(at, "reader_places_button", "reader_bookmark");
    at.settle();
    auto* dialog = at.window->findChild<QInputDialog*>("name_dialog");
    QVERIFY(dialog);
    const std::size_t kept = at.session.bookmarks().all().size();
    QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
    at.settle();
    QCOMPARE(at.session.bookmarks().all().size(), kept + 1);
  }

  void the_bars_button_opens_its_menu() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    at.session.selection().set_cursor(2000);
    choose(at, "sequence_options", "sequence_document");
    QCOMPARE(at.session.selection().view_first(), qint64(at.session.document_at(2000)->first_token));
    const auto rows = bar.content().picture().tracks.size();
    choose(at, "sequence_options", "sequence_show_received_2");
    at.settle();
    QCOMPARE(bar.content().picture().tracks.size(), rows + 1);
    choose(at, "sequence_options", "sequence_show_received_2");
    at.settle();
    QCOMPARE(bar.content().picture().tracks.size(), rows);
  }

  void tabs_of_the_inspector_are_clicked() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(2000);
    at.settle();
    auto& tabs = at.find<QTabWidget>("inspector_tabs");
    const char* const shown[] = {"inspector_sources", "inspector_readers", "inspector_spread", "inspector_expected"};
    QCOMPARE(tabs.count(), int(std::size(shown)));
    for (int tab = tabs.count() - 1; tab >= 0; --tab) {
      QTest::mouseClick(tabs.tabBar(), Qt::LeftButton, {}, tabs.tabBar()->tabRect(tab).center());
      for (int i = 0; i < tabs.count(); ++i) QCOMPARE(at.find<QWidget>(shown[i]).isVisible(), i == tab);
    }
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::ViewControls>(argc, argv); }
#include "test_view_controls.moc"
