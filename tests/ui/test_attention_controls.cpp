// The attention view's other controls: boxes, going back, places, comparing, single weights, thresholds, blind spots,
// what leaves the window.

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QFile>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QMenu>
#include <QNativeGestureEvent>
#include <QPointingDevice>
#include <QPushButton>
#include <QSlider>
#include <QTabWidget>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ui/attention_export.h"
#include "ui/attention_pane.h"
#include "ui/attention_view.h"
#include "ui/bookmarks.h"
#include "ui/path_ladder.h"
#include "ui/sequence_bar.h"
#include "ui/sequence_content.h"
#include "window_support.h"

namespace corpuscope::ui {

class AttentionControls : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static AttentionCanvas& show_canvas(Window& at) {
    at.find<QTabWidget>("views").setCurrentIndex(1);
    settle(at);
    return at.find<AttentionCanvas>("attention_canvas");
  }
  static void settle(Window& at) {
    at.settle();
    QTRY_VERIFY_WITH_TIMEOUT(at.find<AttentionView>("attention_view").is_idle(), patience);
  }
  static void look_at(Window& at, qint64 first, qint64 count) {
    at.session.selection().set_view(first, count);
    settle(at);
  }
  static QPoint place_of(const AttentionCanvas& canvas, qint64 query, qint64 key) {
    return (attention_plot(canvas.size(), canvas.font()).topLeft() +
            QPointF(canvas.view().keys().pixel(double(key) + 0.5), canvas.view().queries().pixel(double(query) + 0.5)))
        .toPoint();
  }
  static void box(AttentionCanvas& canvas, const QPoint& from, const QPoint& to) {
    QTest::mousePress(&canvas, Qt::LeftButton, Qt::ShiftModifier, from);
    QMouseEvent move(QEvent::MouseMove, to, canvas.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
    QApplication::sendEvent(&canvas, &move);
    QTest::mouseRelease(&canvas, Qt::LeftButton, Qt::ShiftModifier, to);
  }
  static void toggle(Window& at, const char* name) {
    auto& check = at.find<QCheckBox>(name);
    QTest::mouseClick(&check, Qt::LeftButton, {}, QPoint(8, check.height() / 2));
  }

 private slots:
  void initTestCase() { file_ = read_workspace("controls"); }
  void init() { QSettings().clear(); }

  void a_box_is_zoomed_into() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    const qint64 n = canvas.length();
    box(canvas, place_of(canvas, n / 2, n / 4), place_of(canvas, n / 2 + n / 10, n / 4 + n / 10));
    const MatrixView view = canvas.view();
    const double pixel = whole_matrix(n, canvas.plot_size()).step;
    QVERIFY(view.key <= double(n / 4) + pixel && view.keys().position(canvas.plot_size().width()) >= double(n / 4 + n / 10) - pixel);
    QVERIFY(view.query <= double(n / 2) + pixel && view.queries().position(canvas.plot_size().height()) >= double(n / 2 + n / 10) - pixel);
    QVERIFY(view.step < 0.25 * whole_matrix(n, canvas.plot_size()).step);
    // A slip of the hand is no box, and Escape ends one.
    box(canvas, QPoint(300, 300), QPoint(302, 301));
    QVERIFY(canvas.view() == view);
    QTest::mousePress(&canvas, Qt::LeftButton, Qt::ShiftModifier, QPoint(200, 200));
    canvas.setFocus();
    QTest::keyClick(&canvas, Qt::Key_Escape);
    QTest::mouseRelease(&canvas, Qt::LeftButton, Qt::ShiftModifier, QPoint(300, 300));
    QVERIFY(canvas.view() == view);
  }

  void back_and_forward() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    auto& back = at.find<QToolButton>("attention_back");
    auto& forward = at.find<QToolButton>("attention_forward");
    QTest::qWait(600);
    const MatrixView whole = canvas.view();
    canvas.show_range(1000, 200);
    QTest::qWait(600);
    const MatrixView first = canvas.view();
    canvas.show_range(3000, 50);  // and back at once: it counts as a place too
    const MatrixView second = canvas.view();
    QVERIFY(back.isEnabled() && !forward.isEnabled());
    QTest::mouseClick(&back, Qt::LeftButton);
    QVERIFY(canvas.view() == first);
    QTest::mouseClick(&back, Qt::LeftButton);
    QVERIFY(canvas.view() == whole);
    QVERIFY(forward.isEnabled());
    QTest::mouseClick(&forward, Qt::LeftButton);
    QVERIFY(canvas.view() == first);
    canvas.setFocus();
    QTest::keyClick(&canvas, Qt::Key_Backspace, Qt::ShiftModifier);
    QVERIFY(canvas.view() == second);
    QTest::keyClick(&canvas, Qt::Key_Backspace);
    QVERIFY(canvas.view() == first);
  }

  void touchpads_move_and_pinch() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, 1000, 400);
    const MatrixView before = canvas.view();
    const QPoint middle = canvas.rect().center();
    QWheelEvent scroll(middle, canvas.mapToGlobal(middle), QPoint(-30, -20), QPoint(-60, -40), Qt::NoButton, Qt::NoModifier,
                       Qt::ScrollUpdate, false);
    QApplication::sendEvent(&canvas, &scroll);
    QVERIFY(std::abs(canvas.view().key - before.key - 30 * before.step) < 1e-6);
    QVERIFY(std::abs(canvas.view().query - before.query - 20 * before.step) < 1e-6);
    QNativeGestureEvent pinch(Qt::ZoomNativeGesture, QPointingDevice::primaryPointingDevice(), 2, middle, middle,
                              canvas.mapToGlobal(middle), 0.25, QPointF());
    QApplication::sendEvent(&canvas, &pinch);
    QVERIFY(std::abs(canvas.view().step - before.step / 1.25) < 1e-9);
  }

  void places_to_go_to() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    at.session.selection().set_cursor(2000);
    auto* menu = at.find<QToolButton>("attention_go").menu();
    const auto go = [&](const char* name) {
      emit menu->aboutToShow();
      auto* action = menu->findChild<QAction*>(QLatin1String(name));
      QVERIFY2(action, name);
      action->trigger();
    };
    const auto shows = [&](double first, double end) {
      const MatrixView& view = canvas.view();
      return view.key <= first + 1 && view.keys().position(canvas.plot_size().width()) >= end - 1;
    };
    go("go_document");
    const auto* document = at.session.document_at(2000);
    QVERIFY(shows(double(document->first_token), double(document->first_token + document->tokens)));
    go("go_segment");  // the smallest: 32 tokens
    QVERIFY(shows(1984, 2016) && canvas.view().step < 0.3);
    go("go_selection");
    QVERIFY(shows(1988, 2013));
  }

  static void give_name(Window& at, const QString& name) {
    at.settle();
    auto* dialog = at.window->findChild<QInputDialog*>("name_dialog");
    QVERIFY(dialog && dialog->isVisible());
    auto* edit = dialog->findChild<QLineEdit*>();
    QVERIFY(!edit->text().isEmpty());  // something is suggested
    edit->selectAll();
    QTest::keyClicks(edit, name);
    QTest::keyClick(edit, Qt::Key_Return);
    at.settle();
    QTRY_VERIFY(!at.window->findChild<QInputDialog*>("name_dialog"));
  }

  void bookmarks_of_the_matrix() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    const auto keep = [&] { return at.session.bookmarks().all(); };
    // A view far from the diagonal.
    canvas.show_place({3000, 200, 500, 200});
    settle(at);
    const MatrixView view = canvas.view();
    const workspace::MatrixPlace place = canvas.place();
    canvas.setFocus();
    QTest::keyClick(&canvas, Qt::Key_B);
    give_name(at, "far & away");
    QCOMPARE(keep().size(), std::size_t(1));
    QCOMPARE(keep()[0].name, std::string("far & away"));
    QVERIFY(workspace::matrix_place(keep()[0]) == place);
    QCOMPARE(canvas.picture().bookmarks.size(), std::size_t(1));
    // One of a pair, by the menu of the right button.
    look_at(at, 1000, 400);
    const QPoint pair = place_of(canvas, 1300, 1100);
    QContextMenuEvent right(QContextMenuEvent::Mouse, pair, canvas.mapToGlobal(pair));
    QApplication::sendEvent(&canvas, &right);
    auto* menu = at.window->findChild<QMenu*>("attention_pair_menu");
    QVERIFY(menu && menu->isVisible());
    menu->findChild<QAction*>("pair_bookmark")->trigger();
    menu->close();
    give_name(at, "pair");
    QCOMPARE(keep().size(), std::size_t(2));
    const auto both = keep();
    const auto kept_pair = *std::ranges::find(both, std::string("pair"), &workspace::Bookmark::name);
    QVERIFY(std::abs(workspace::matrix_place(kept_pair)->query - 1300) <= 1 && std::abs(kept_pair.first - 1100) <= 1);
    // Its flag stands on both rulers, leads there, and the sequence bar has it too.
    const QRectF plot = attention_plot(canvas.size(), canvas.font());
    const double band = ruler_band(small_font(canvas.font()));
    canvas.show_all();
    settle(at);
    const double y = plot.top() + canvas.view().queries().pixel(double(place.query));
    QTest::mouseClick(&canvas, Qt::LeftButton, {}, QPoint(int(plot.left() - band + 3), int(y + 3)));
    QVERIFY(std::abs(canvas.view().step - view.step) < 0.02 * view.step);
    QVERIFY(std::abs(canvas.view().query - view.query) < 3 && std::abs(canvas.view().key - view.key) < 3);
    QCOMPARE(at.session.selection().cursor(), place.key);
    QCOMPARE(at.find<SequenceBar>("sequence_bar").content().picture().bookmarks.size(), std::size_t(2));
    // Going there, another name, and away with it.
    auto* go = at.find<QToolButton>("attention_go").menu();
    const auto entry = [&](const char* list, const QString& name) {
      emit go->aboutToShow();
      for (QAction* action : go->findChild<QMenu*>(QLatin1String(list))->actions())
        if (action->text() == name) return action->trigger();
      QFAIL(qPrintable(name));
    };
    entry("attention_bookmarks", "pair");
    QVERIFY(canvas.view().step < 0.2);
    QCOMPARE(token_at(canvas.view().keys(), canvas.plot_size().width() / 2, canvas.length()), kept_pair.first);
    entry("attention_rename_bookmarks", "far && away");
    give_name(at, "near");
    QCOMPARE(keep().size(), std::size_t(2));
    entry("attention_remove_bookmarks", "pair");
    at.settle();
    QCOMPARE(keep().size(), std::size_t(1));
    QCOMPARE(keep()[0].name, std::string("near"));
    // The reader has the same ones; a name that is given up leaves all as it was.
    auto& places = at.find<QMenu>("reader_places");
    emit places.aboutToShow();
    at.session.selection().set_cursor(5);
    at.find<QMenu>("reader_bookmarks").actions().at(0)->trigger();
    QCOMPARE(at.session.selection().cursor(), place.key);
    at.find<QAction>("reader_bookmark").trigger();
    at.settle();
    QTest::keyClick(at.window->findChild<QInputDialog*>("name_dialog"), Qt::Key_Escape);
    at.settle();
    QCOMPARE(keep().size(), std::size_t(1));
    at.find<QMenu>("reader_remove_bookmarks").actions().at(0)->trigger();
    at.settle();
    QVERIFY(keep().empty() && canvas.picture().bookmarks.empty());
    QVERIFY(workspace::Workspace::open(file_).bookmarks().empty());
  }

  void what_can_be_done_with_a_pair() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, 1000, 100);
    const QPoint pair = place_of(canvas, 1060, 1020);
    const auto choose = [&](const char* name) {
      QContextMenuEvent right(QContextMenuEvent::Mouse, pair, canvas.mapToGlobal(pair));
      QApplication::sendEvent(&canvas, &right);
      auto* menu = at.window->findChild<QMenu*>("attention_pair_menu");
      QVERIFY(menu);
      menu->findChild<QAction*>(QLatin1String(name))->trigger();
      menu->close();
      QTRY_VERIFY(!at.window->findChild<QMenu*>("attention_pair_menu"));
    };
    choose("pair_query");
    QCOMPARE(at.session.selection().cursor(), 1060);
    look_at(at, 1000, 100);
    choose("pair_key");
    QCOMPARE(at.session.selection().cursor(), 1020);
    look_at(at, 1000, 100);
    choose("pair_path");
    at.settle();
    QCOMPARE(at.find<QTabWidget>("views").currentWidget()->objectName(), QStringLiteral("paths_view"));
    QCOMPARE(at.text("paths_from"), QStringLiteral("1020"));
    QCOMPARE(at.text("paths_to"), QStringLiteral("1060"));
    QCOMPARE(at.find<PathLadder>("paths_structural").picture().target, 1060);
    // Walking along it, the canvas rings the pair.
    QTest::mouseClick(&at.find<QToolButton>("paths_next"), Qt::LeftButton);
    const auto step = *at.find<PathLadder>("paths_structural").step();
    QCOMPARE(canvas.picture().step_query, step.to);
    QCOMPARE(canvas.picture().step_key, step.from);
    QTest::mouseClick(&at.find<QPushButton>("paths_find"), Qt::LeftButton);
    at.settle();
    QCOMPARE(canvas.picture().step_query, -1);
  }

  void two_side_by_side() {
    Window at({1600, 900});
    at.open(file_);
    auto& canvas = show_canvas(at);
    auto& other = at.find<AttentionCanvas>("attention_canvas_2");
    QVERIFY(!other.isVisible());
    look_at(at, 1000, 400);
    toggle(at, "attention_compare");
    settle(at);
    QVERIFY(other.isVisible());
    QVERIFY(std::abs(other.width() - canvas.width()) <= 8 && std::abs(other.height() - canvas.height()) <= 1);
    QVERIFY(canvas.view().key > 800);  // it stays where it was
    QVERIFY(std::abs(other.view().key - canvas.view().key) < 2 && other.view().step == canvas.view().step);
    QVERIFY(at.find<QComboBox>("attention_layer").currentIndex() != at.find<QComboBox>("attention_layer_2").currentIndex());
    // The same colour is the same weight.
    QCOMPARE(other.picture().frame.low, canvas.picture().frame.low);
    QCOMPARE(other.picture().frame.high, canvas.picture().frame.high);
    turn_wheel(other, other.rect().center(), 240);
    QCOMPARE(canvas.view().step, other.view().step);
    turn_wheel(canvas, canvas.rect().center(), -240);
    QCOMPARE(canvas.view().step, other.view().step);
    look_at(at, 3000, 100);
    QVERIFY(std::abs(other.view().key - canvas.view().key) < 2);
    const QImage layers = other.grab().toImage();
    for (const int source : {1, 2}) {  // dense, pattern
      at.find<QComboBox>("attention_source_2").setCurrentIndex(source);
      settle(at);
      QVERIFY(other.grab().toImage() != layers);
    }
    toggle(at, "attention_compare");
    QVERIFY(!other.isVisible());
  }

  // Maps that were asked for before dense attention was chosen come after it.
  void maps_of_before_are_not_taken_for_dense_attention() {
    Window at({1600, 900});
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, 1000, 2000);
    QVERIFY(canvas.picture().frame.weights && canvas.picture().far_note.isEmpty());
    auto& source = at.find<QComboBox>("attention_source");
    source.setCurrentIndex(2);
    source.setCurrentIndex(0);  // asks
    source.setCurrentIndex(1);
    settle(at);
    QVERIFY(!canvas.picture().frame.weights && canvas.picture().far_note.contains("zoom in"));
    look_at(at, 2000, 40);
    QVERIFY(canvas.picture().frame.exact && canvas.picture().far_note.isEmpty());
  }

  // Weights at the ends of the colours, were the frame made as a coarse one.
  static std::pair<double, double> coarse_range(const AttentionCanvas& canvas) {
    FrameRequest request = canvas.request();
    request.raster.step *= 4;
    request.raster.width = (request.raster.width + 3) / 4;
    request.raster.height = (request.raster.height + 3) / 4;
    const std::atomic<bool> stopped = false;
    return render_frame(request, stopped).own_range;
  }

  // Coarse frames come first, as where frames take long. Where they have other weights at the ends of their colours than
  // full ones, each canvas must take over those of full ones alone: else both would go on making coarse ones for ever.
  void two_side_by_side_come_to_rest_after_coarse_frames() {
    Window at({1600, 900});
    at.open(file_);
    auto& canvas = show_canvas(at);
    auto& other = at.find<AttentionCanvas>("attention_canvas_2");
    toggle(at, "attention_compare");
    const auto differs = [](const AttentionCanvas& one) { return coarse_range(one) != one.picture().frame.own_range; };
    const auto set_coarse_after = [&](qint64 milliseconds) {
      for (AttentionCanvas* one : {&canvas, &other}) one->set_coarse_after(milliseconds);
    };
    set_coarse_after(3'600'000);  // never
    std::vector<std::pair<qint64, qint64>> views;
    for (qint64 first = 0; first < 4000 && views.size() < 6; first += 200) {
      look_at(at, first, 1500);
      if (differs(canvas) && differs(other)) views.emplace_back(first, 1500);
      look_at(at, first, 300);
      if (differs(canvas) && differs(other)) views.emplace_back(first, 300);
    }
    QVERIFY(views.size() >= 4);
    bool was_coarse = false;
    for (AttentionCanvas* one : {&canvas, &other})
      connect(one, &AttentionCanvas::frame_changed, this, [&, one] { was_coarse |= one->picture().frame.is_coarse(); });
    set_coarse_after(-1);  // always
    for (const auto& [first, count] : views) {
      was_coarse = false;
      look_at(at, first, count);  // waits until both rest
      if (QTest::currentTestFailed()) return;
      QVERIFY(was_coarse && canvas.picture().frame.weights && other.picture().frame.weights);
      QCOMPARE(other.picture().frame.low, canvas.picture().frame.low);
      QCOMPARE(other.picture().frame.high, canvas.picture().frame.high);
    }
  }

  void single_weights_come_when_near() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    QVERIFY(!canvas.picture().frame.exact);
    look_at(at, 1000, 40);
    QVERIFY(canvas.picture().frame.weights && canvas.picture().frame.exact);
    QTest::mouseMove(&canvas, place_of(canvas, 1030, 1025));
    QTRY_VERIFY_WITH_TIMEOUT(at.text("attention_readout").contains("by head"), patience);
    QVERIFY(at.text("attention_readout").contains("by level"));
    look_at(at, 1000, 3000);
    QVERIFY(!canvas.picture().frame.exact);
  }

  void dense_attention_near() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    at.find<QComboBox>("attention_source").setCurrentIndex(1);
    look_at(at, 2000, 40);
    QVERIFY(canvas.picture().frame.exact);
    QVERIFY(at.text("attention_exact").contains("Dense attention over the"));
  }

  void a_threshold_hides_the_weak() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, 1000, 40);
    const QImage all = canvas.grab().toImage();
    auto& slider = at.find<QSlider>("attention_threshold");
    slider.setFocus();
    for (int i = 0; i < 6; ++i) QTest::keyClick(&slider, Qt::Key_PageUp);
    QCOMPARE(canvas.picture().threshold, 0.6);
    settle(at);
    const QImage few = canvas.grab().toImage();
    QVERIFY(few != all);
    for (int i = 0; i < 6; ++i) QTest::keyClick(&slider, Qt::Key_PageDown);
    settle(at);
    QVERIFY(canvas.grab().toImage() == all);
  }

  void blind_spots_are_marked() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    at.find<QComboBox>("attention_source").setCurrentIndex(3);  // modulo, not staggered
    look_at(at, 0, 300);
    const QImage plain = canvas.grab().toImage();
    QVERIFY(canvas.picture().frame.blind.empty());
    toggle(at, "attention_blind");
    settle(at);
    QVERIFY(!canvas.picture().frame.blind.empty());
    QVERIFY(canvas.grab().toImage() != plain);
    at.find<QComboBox>("attention_source").setCurrentIndex(6);  // staggered: there are none
    settle(at);
    QVERIFY(canvas.picture().frame.blind.empty());
  }

  void pictures_and_tables() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    auto& view = at.find<AttentionView>("attention_view");
    const auto saved = [&](const char* name) {
      const auto path = home() / name;
      view.export_to(path_text(path));
      QFile out(path_text(path));
      return out.open(QIODevice::ReadOnly) ? out.readAll() : QByteArray();
    };
    const QImage picture = QImage::fromData(saved("canvas.png"));
    QCOMPARE(picture.size(), canvas.size());
    const QByteArray svg = saved("canvas.svg");
    QVERIFY(svg.contains("<svg") && svg.contains("keys") && svg.contains("attention weight of a pair"));
    const auto pooled = saved("pooled.csv").split('\n');
    QVERIFY(pooled[0].startsWith("query_first,queries,key_first,keys"));
    QVERIFY(pooled.size() > 100);
    look_at(at, 1000, 40);
    const auto single = QJsonDocument::fromJson(saved("single.json")).object();
    QCOMPARE(single["kind"].toString(), QStringLiteral("single"));
    // What a query gives to all keys in sight is at most one for each head.
    QMap<int, double> sums;
    for (const auto& value : single["weights"].toArray()) sums[value.toObject()["query"].toInt()] += value.toObject()["weight"].toDouble();
    QVERIFY(sums.size() >= 40);
    for (const double sum : sums) QVERIFY(sum > 0 && sum < 4.001);
    QVERIFY(saved("single.csv").startsWith("query,query_text,key,key_text,layer,head,level,weight"));
    QVERIFY_EXCEPTION_THROWN(view.export_to(path_text(home() / "canvas.bmp")), core::Error);
    QVERIFY_EXCEPTION_THROWN(view.export_to(QStringLiteral("/proc/no/such/place.png")), core::Error);
    view.export_edges(path_text(home() / "edges.csv"));
    at.settle();
    QFile edges(path_text(home() / "edges.csv"));
    QVERIFY(edges.open(QIODevice::ReadOnly));
    const auto rows = QString::fromUtf8(edges.readAll()).split(QStringLiteral("\r\n"));  // texts may hold ends of lines
    QVERIFY(rows[0].startsWith("query,query_text,key,key_text,layer,head,level,weight"));
    const auto workspace = workspace::Workspace::open(file_);
    const auto place = canvas.place();
    qsizetype wanted = 0;
    for (auto q = place.query; q < place.query + place.queries; ++q)
      for (const auto& edge : workspace.edges_into(at.session.run()->id, 0, q)) wanted += edge.key >= place.key && edge.key < place.key + place.keys;
    QVERIFY(wanted > 10);
    QCOMPARE(rows.size(), wanted + 2);  // with the heading and the end
    view.export_edges(QStringLiteral("/proc/no/such/place.csv"));
    at.settle();
    QTRY_VERIFY(at.text("message_text").contains("written"));
    at.find<QAction>("attention_copy").trigger();
    QCOMPARE(QApplication::clipboard()->image().size(), canvas.size());
    at.find<QAction>("attention_copy_weights").trigger();
    QVERIFY(QApplication::clipboard()->text().startsWith("query,"));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::AttentionControls>(argc, argv); }
#include "test_attention_controls.moc"
