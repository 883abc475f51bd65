// One cursor through all views: the sequence bar, the reader, the inspector, and back and forward.

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QListView>
#include <QScrollBar>
#include <QTabWidget>
#include <QToolButton>
#include <QToolTip>
#include <cmath>

#include "ui/painting_sequence.h"
#include "ui/reader_text.h"
#include "ui/sequence_bar.h"
#include "ui/sources_model.h"
#include "window_support.h"

namespace corpuscope::ui {

class Linked : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  // Where a token of a whole sequence lies in the bar.
  static QPoint in_bar(const SequenceBar& bar, qint64 token, qint64 length) {
    const QRectF plot = sequence_layout(bar.size(), bar.font()).plot;
    return QPointF(plot.left() + plot.width() * (double(token) + 0.5) / double(length), plot.center().y()).toPoint();
  }
  static void click_token(ReaderText& text, qint64 token, Qt::KeyboardModifiers modifiers = {}) {
    const QRect place = text.token_rectangle(token);
    QVERIFY(!place.isEmpty());
    QTest::mouseClick(text.viewport(), Qt::LeftButton, modifiers, place.center());
  }
  static qint64 first_in_sight(const ReaderText& text) {
    qint64 token = text.visible_tokens().first;
    while (token < text.visible_tokens().second && text.token_rectangle(token).isEmpty()) ++token;
    return token;
  }
  static qint64 middle_of(const Session& session, const std::string& name) {
    for (const auto& document : session.documents())
      if (document.name == name) return document.first_token + document.tokens / 2;
    return -1;
  }

 private slots:
  void initTestCase() { file_ = read_workspace("linked"); }
  void init() { QSettings().clear(); }

  // ---- sequence bar ----

  void a_click_in_the_bar_moves_every_view() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    const Selection& selection = at.session.selection();
    const qint64 wanted = middle_of(at.session, "books/sea.txt");
    QTest::mouseClick(&bar, Qt::LeftButton, {}, in_bar(bar, wanted, selection.length()));
    const double a_pixel = double(selection.length()) / sequence_layout(bar.size(), bar.font()).plot.width();
    QVERIFY(std::abs(double(selection.cursor() - wanted)) <= 2 * a_pixel + 1);
    at.settle();
    QCOMPARE(at.text("reader_title"), "books/sea.txt");
    QVERIFY(!at.find<ReaderText>("reader_text").token_rectangle(selection.cursor()).isEmpty());
    QVERIFY(at.text("inspector_place").startsWith("books/sea.txt:"));
    QVERIFY(at.text("inspector_position").startsWith(QLocale().toString(selection.cursor())));
    QVERIFY(at.text("inspector_surprise").contains("bits"));
  }

  void the_bar_zooms_moves_and_explains() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    const Selection& selection = at.session.selection();
    const qint64 length = selection.length();
    QCOMPARE(selection.view_count(), length);
    turn_wheel(bar, in_bar(bar, length / 2, length), 480);
    QVERIFY(std::abs(double(selection.view_count()) - double(length) / 4) < double(length) / 50);
    const double middle = double(selection.view_first()) + double(selection.view_count()) / 2;
    QVERIFY(std::abs(middle - double(length) / 2) < double(length) / 100);
    const qint64 before = selection.view_first();
    bar.setFocus();
    QTest::keyClick(&bar, Qt::Key_Right);
    QVERIFY(selection.view_first() > before);
    const qint64 cursor = selection.cursor();
    drag(bar, bar.rect().center(), bar.rect().center() + QPoint(60, 0));
    QCOMPARE(selection.cursor(), cursor);  // dragging moves the part that is seen, not the cursor
    QTest::keyClick(&bar, Qt::Key_Home);
    QCOMPARE(selection.view_count(), length);
    at.settle();
    const QPoint place = in_bar(bar, 10, length);
    QHelpEvent help(QEvent::ToolTip, place, bar.mapToGlobal(place));
    QApplication::sendEvent(&bar, &help);
    QVERIFY(QToolTip::text().contains("books/forest.txt"));
    QVERIFY(QToolTip::text().contains("Surprise"));
    QToolTip::hideText();
    QTest::mouseMove(&bar, place);
    QTRY_VERIFY(selection.hover() >= 0);
  }

  // ---- reader ----

  void clicking_and_choosing_in_the_reader() {
    Window at;
    at.open(file_);
    const Selection& selection = at.session.selection();
    at.session.selection().set_cursor(middle_of(at.session, "books/sea.txt"));
    at.settle();
    auto& text = at.find<ReaderText>("reader_text");
    const qint64 first = first_in_sight(text);
    QVERIFY(text.visible_tokens().second - first > 40);
    click_token(text, first + 25);
    QCOMPARE(selection.cursor(), first + 25);
    QCOMPARE(selection.count(), 1);
    click_token(text, first + 30, Qt::ShiftModifier);
    QCOMPARE(selection.cursor(), first + 25);
    QCOMPARE(selection.count(), 6);
    click_token(text, first + 20, Qt::ShiftModifier);
    QCOMPARE(selection.cursor(), first + 20);
    QCOMPARE(selection.count(), 6);
    drag(*text.viewport(), text.token_rectangle(first + 22).center(), text.token_rectangle(first + 28).center());
    QCOMPARE(selection.cursor(), first + 22);
    QCOMPARE(selection.count(), 7);
  }

  void keys_of_the_reader() {
    Window at;
    at.open(file_);
    const Selection& selection = at.session.selection();
    at.session.selection().set_cursor(middle_of(at.session, "books/forest.txt"));
    at.settle();
    auto& text = at.find<ReaderText>("reader_text");
    text.setFocus();
    const qint64 start = selection.cursor();
    QTest::keyClick(&text, Qt::Key_Right);
    QCOMPARE(selection.cursor(), start + 1);
    QTest::keyClick(&text, Qt::Key_Left);
    QCOMPARE(selection.cursor(), start);
    QTest::keyClick(&text, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(&text, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(selection.count(), 3);
    QTest::keyClick(&text, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(selection.count(), 2);
    // Down and up go over wrapped rows, ends of lines and blank lines without getting stuck.
    const QPoint place = text.token_rectangle(selection.cursor()).center();
    for (int i = 0; i < 9; ++i) {
      const qint64 before = selection.cursor();
      QTest::keyClick(&text, Qt::Key_Down);
      QVERIFY(selection.cursor() > before);
      QVERIFY(!text.token_rectangle(selection.cursor()).isEmpty());
    }
    for (int i = 0; i < 9; ++i) {
      const qint64 before = selection.cursor();
      QTest::keyClick(&text, Qt::Key_Up);
      QVERIFY(selection.cursor() < before);
    }
    QVERIFY(std::abs(text.token_rectangle(selection.cursor()).center().y() - place.y()) < 3 * text.fontMetrics().height());
    const qint64 line = text.first_line();
    QTest::keyClick(&text, Qt::Key_PageDown);
    QVERIFY(text.first_line() > line);
    QTest::keyClick(&text, Qt::Key_PageUp);
    QCOMPARE(text.first_line(), line);
    QTest::keyClick(&text, Qt::Key_Home);
    QCOMPARE(text.first_line(), 1);
    QTest::keyClick(&text, Qt::Key_End);
    QVERIFY(text.first_line() > line);
    // The cursor stays within the document.
    QTest::keyClick(&text, Qt::Key_Home);
    for (int i = 0; i < 5; ++i) QTest::keyClick(&text, Qt::Key_Left);
    QVERIFY(selection.cursor() >= 0);
  }

  void copying() {
    Window at;
    at.open(file_);
    const qint64 first = middle_of(at.session, "books/forest.txt");
    at.session.selection().set_cursor(first, 12);
    at.settle();
    auto& text = at.find<ReaderText>("reader_text");
    const auto workspace = workspace::Workspace::open(file_);
    explore::Passages passages(workspace);
    std::string expected;
    for (qint64 token = first; token < first + 12; ++token) expected += passages.token_text(token);
    QCOMPARE(text.chosen_text(), to_text(expected));
    at.find<QAction>("reader_copy").trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), to_text(expected));
  }

  void ways_of_showing_the_text() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(middle_of(at.session, "code/main.cpp"));
    at.settle();
    QVERIFY(at.find<QAction>("reader_monospaced").isChecked());
    QVERIFY(!at.find<QAction>("reader_wrap").isChecked());
    const QImage tinted = at.find<ReaderText>("reader_text").grab().toImage();
    at.trigger("reader_tinted");
    QVERIFY(!at.find<QWidget>("tint_legend").isVisible());
    QVERIFY(at.find<ReaderText>("reader_text").grab().toImage() != tinted);
    at.trigger("reader_tinted");
    QVERIFY(at.find<QWidget>("tint_legend").isVisible());
    at.session.selection().set_cursor(middle_of(at.session, "books/sea.txt"));
    at.settle();
    QVERIFY(!at.find<QAction>("reader_monospaced").isChecked());
    QVERIFY(at.find<QAction>("reader_wrap").isChecked());
    QVERIFY(!at.find<ReaderText>("reader_text").token_rectangle(at.session.selection().cursor()).isEmpty());
  }

  void opening_in_the_editor() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(middle_of(at.session, "code/main.cpp"));
    at.settle();
    QTest::mouseClick(&at.find<QToolButton>("reader_editor"), Qt::LeftButton);
    QCOMPARE(at.outside.edited.size(), 1);
    QVERIFY(at.outside.edited[0].first.endsWith("code/main.cpp"));
    QCOMPARE(at.outside.edited[0].second, at.find<ReaderText>("reader_text").cursor_line());
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
    at.outside.has_editor = false;
    at.trigger("action_editor");
    QVERIFY(at.find<QWidget>("message_bar").isVisible());
  }

  void the_editors_know_the_line() {
    QCOMPARE(editor_command("code --wait", "/a b/c.cpp", 7), (QStringList{"code", "--wait", "--goto", "/a b/c.cpp:7"}));
    QCOMPARE(editor_command("/usr/bin/kate", "/c.cpp", 7), (QStringList{"/usr/bin/kate", "--line", "7", "/c.cpp"}));
    QCOMPARE(editor_command("vim", "/c.cpp", 7), (QStringList{"vim", "+7", "/c.cpp"}));
    QCOMPARE(editor_command("", "/c.cpp", 7), QStringList());
  }

  // ---- inspector ----

  void a_source_leads_to_its_place() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    const qint64 start = middle_of(at.session, "books/sea.txt");
    selection.set_cursor(start);
    at.settle();
    auto& sources = at.find<QListView>("inspector_sources");
    QVERIFY(sources.isVisible());
    const auto& model = *static_cast<const SourcesModel*>(sources.model());
    QVERIFY(model.rowCount() > 0);
    int far = 0;  // the first source that is another token
    while (far + 1 < model.rowCount() && model.line(far).edge.key == start) ++far;
    const auto edge = model.line(far).edge;
    QVERIFY(edge.key <= start);
    for (int row = 1; row < model.rowCount(); ++row)
      QVERIFY(model.line(row).share <= model.line(row - 1).share);
    sources.scrollTo(model.index(far));
    QTest::mouseClick(sources.viewport(), Qt::LeftButton, {}, sources.visualRect(model.index(far)).center());
    QCOMPARE(selection.cursor(), qint64(edge.key));
    at.settle();
    QVERIFY(at.text("inspector_position").startsWith(QLocale().toString(qlonglong(edge.key))));
  }

  void the_sources_are_marked_in_the_sequence() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    const qint64 start = middle_of(at.session, "books/sea.txt");
    selection.set_cursor(start);
    selection.set_view(start - 150, 160);
    at.settle();
    auto& bar = at.find<SequenceBar>("sequence_bar");
    const SequenceLayout parts = sequence_layout(bar.size(), bar.font());
    const Scale scale = fitted(double(start - 150), 160, parts.plot.width());
    const QImage shown = bar.grab().toImage();
    const auto run = at.session.run();
    const auto edges = workspace::Workspace::open(file_).edges_into(run->id, -1, start);
    int seen = 0;
    for (const auto& edge : edges) {
      if (edge.key == start || scale.pixel(double(edge.key)) < 0) continue;
      const QPointF place(parts.plot.left() + scale.pixel(double(edge.key) + 0.5), parts.marks.center().y());
      bool is_level = false;  // several levels may lead to the same token
      for (const auto& other : edges)
        is_level |= other.key == edge.key && shown.pixelColor(place.toPoint()) ==
                                                 level_color(other.level, is_dark(bar.palette()));
      QVERIFY(is_level);
      ++seen;
    }
    QVERIFY(seen > 0);
    const QPoint nowhere = QPointF(parts.plot.left() + scale.pixel(double(start + 5)), parts.marks.center().y()).toPoint();
    QCOMPARE(shown.pixelColor(nowhere), theme(is_dark(bar.palette())).ground);
  }

  void back_and_forward() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    auto& back = at.find<QAction>("action_back");
    auto& forward = at.find<QAction>("action_forward");
    QVERIFY(!back.isEnabled() && !forward.isEnabled());
    for (const qint64 token : {10, 2000, 300}) selection.set_cursor(token);
    QVERIFY(back.isEnabled() && !forward.isEnabled());
    QTest::keyClick(at.window.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(selection.cursor(), 2000);
    back.trigger();
    QCOMPARE(selection.cursor(), 10);
    QVERIFY(!back.isEnabled() && forward.isEnabled());
    QTest::keyClick(at.window.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(selection.cursor(), 2000);
    selection.set_cursor(77);  // another way on: what lay ahead is forgotten
    QVERIFY(!forward.isEnabled());
    back.trigger();
    QCOMPARE(selection.cursor(), 2000);
    at.settle();
    QVERIFY(at.text("inspector_position").startsWith(QLocale().toString(2000)));
  }

  void the_last_token_and_the_ends_of_documents() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    selection.set_cursor(selection.length() - 1);
    at.settle();
    QCOMPARE(at.text("inspector_token"), "end of document");
    QCOMPARE(at.text("reader_title"), "code/tool.py");
    selection.set_cursor(0);
    at.settle();
    QCOMPARE(at.text("reader_title"), "books/forest.txt");
    for (const auto& document : at.session.documents()) {
      selection.set_cursor(document.first_token + document.tokens);
      at.settle();
      QCOMPARE(at.text("inspector_token"), "end of document");
    }
  }

  void panes_by_key() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(100);
    at.settle();
    QSet<QWidget*> visited;
    for (int i = 0; i < 5; ++i) {
      at.trigger("action_next_pane");
      visited.insert(QApplication::focusWidget());
    }
    QVERIFY2(visited.size() == 5 && !visited.contains(nullptr), qPrintable(QString::number(visited.size())));
    QWidget* last = QApplication::focusWidget();
    at.trigger("action_next_pane");
    at.trigger("action_previous_pane");
    QCOMPARE(QApplication::focusWidget(), last);
    for (int view = 1; view <= 3; ++view) {
      QTest::keyClick(at.window.get(), Qt::Key(Qt::Key_0 + view), Qt::ControlModifier);
      QCOMPARE(at.find<QTabWidget>("views").currentIndex(), view - 1);
    }
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Linked>(argc, argv); }
#include "test_linked.moc"
