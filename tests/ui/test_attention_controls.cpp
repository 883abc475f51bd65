// The attention view's other controls: boxes, going back, places, comparing, single weights, thresholds, blind spots,
// what leaves the window.

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QNativeGestureEvent>
#include <QPointingDevice>
#include <QPushButton>
#include <QSlider>
#include <QTabWidget>
#include <QToolButton>
#include <cmath>

#include "core/error.h"
#include "ui/attention_export.h"
#include "ui/attention_pane.h"
#include "ui/attention_view.h"
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
    at.find<QAction>("attention_copy").trigger();
    QCOMPARE(QApplication::clipboard()->image().size(), canvas.size());
    at.find<QAction>("attention_copy_weights").trigger();
    QVERIFY(QApplication::clipboard()->text().startsWith("query,"));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::AttentionControls>(argc, argv); }
#include "test_attention_controls.moc"
