// The attention view: zooming, moving, choosing, reading out; what it shows where there is nothing to show.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QTabWidget>
#include <QToolButton>
#include <cmath>

#include "ui/attention_canvas.h"
#include "ui/attention_view.h"
#include "window_support.h"

namespace corpuscope::ui {

class Attention : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static AttentionCanvas& show_canvas(Window& at) {
    at.find<QTabWidget>("views").setCurrentIndex(1);
    auto& canvas = at.find<AttentionCanvas>("attention_canvas");
    settle(at, canvas);
    return canvas;
  }
  static void settle(Window& at, AttentionCanvas& canvas) {
    at.settle();
    auto& view = at.find<AttentionView>("attention_view");
    QTRY_VERIFY_WITH_TIMEOUT(canvas.is_up_to_date() && view.is_idle(), patience);
  }
  static QPointF plot_corner(const AttentionCanvas& canvas) {
    return attention_plot(canvas.size(), canvas.font()).topLeft();
  }
  static QPoint place_of(const AttentionCanvas& canvas, qint64 query, qint64 key) {
    return (plot_corner(canvas) + QPointF(canvas.view().keys().pixel(double(key) + 0.5),
                                          canvas.view().queries().pixel(double(query) + 0.5)))
        .toPoint();
  }
  static void look_at(Window& at, AttentionCanvas& canvas, qint64 first, qint64 count) {
    at.session.selection().set_view(first, count);
    settle(at, canvas);
  }

 private slots:
  void initTestCase() { file_ = read_workspace("attention"); }
  void init() { QSettings().clear(); }

  void the_whole_matrix_at_first() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    QVERIFY(canvas.view() == whole_matrix(canvas.length(), canvas.plot_size()));
    QCOMPARE(canvas.length(), at.session.selection().length());
    QCOMPARE(at.find<QComboBox>("attention_layer").count(), 2);
    QCOMPARE(at.find<QComboBox>("attention_head").count(), 6);  // the mean, four heads and the strongest
  }

  void the_wheel_zooms_about_the_mouse() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, canvas, canvas.length() / 3, canvas.length() / 4);  // away from the ends, which would hold it back
    const qint64 token = canvas.length() / 2;
    const QPoint mouse = place_of(canvas, token, token - canvas.length() / 16);
    const QPointF in_plot = QPointF(mouse) - plot_corner(canvas);
    const double step = canvas.view().step;
    for (int turn = 1; turn <= 4; ++turn) {
      const double key = canvas.view().keys().position(in_plot.x());
      const double query = canvas.view().queries().position(in_plot.y());
      turn_wheel(canvas, mouse, 240);
      QVERIFY(std::abs(canvas.view().step - step / std::pow(2, turn)) < 1e-9 * step);
      QVERIFY(std::abs(canvas.view().keys().position(in_plot.x()) - key) < 1e-6 * double(canvas.length()));
      QVERIFY(std::abs(canvas.view().queries().position(in_plot.y()) - query) < 1e-6 * double(canvas.length()));
    }
    for (int turn = 0; turn < 40; ++turn) turn_wheel(canvas, mouse, -240);
    QVERIFY(canvas.view() == whole_matrix(canvas.length(), canvas.plot_size()));
    for (int turn = 0; turn < 60; ++turn) turn_wheel(canvas, mouse, 240);
    QCOMPARE(canvas.view().step, 1 / largest_token);
  }

  void dragging_and_keys() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, canvas, 1000, 400);
    const MatrixView before = canvas.view();
    const QPoint middle = canvas.rect().center();
    drag(canvas, middle, middle + QPoint(-50, -30));
    QVERIFY(std::abs(canvas.view().key - before.key - 50 * before.step) < 1e-6);
    QVERIFY(std::abs(canvas.view().query - before.query - 30 * before.step) < 1e-6);
    canvas.setFocus();
    const double key = canvas.view().key, query = canvas.view().query;
    QTest::keyClick(&canvas, Qt::Key_Right);
    QVERIFY(canvas.view().key > key);
    QTest::keyClick(&canvas, Qt::Key_Down);
    QVERIFY(canvas.view().query > query);
    QTest::keyClick(&canvas, Qt::Key_Left);
    QTest::keyClick(&canvas, Qt::Key_Up);
    QVERIFY(std::abs(canvas.view().key - key) < 1e-6 && std::abs(canvas.view().query - query) < 1e-6);
    const double step = canvas.view().step;
    QTest::keyClick(&canvas, Qt::Key_Plus);
    QCOMPARE(canvas.view().step, step / 2);
    QTest::keyClick(&canvas, Qt::Key_Minus);
    QCOMPARE(canvas.view().step, step);
    QTest::keyClick(&canvas, Qt::Key_Home);
    QVERIFY(canvas.view() == whole_matrix(canvas.length(), canvas.plot_size()));
    look_at(at, canvas, 1000, 400);
    QTest::mouseClick(&at.find<QToolButton>("attention_show_all"), Qt::LeftButton);
    QVERIFY(canvas.view() == whole_matrix(canvas.length(), canvas.plot_size()));
  }

  void reading_out_a_pair() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, canvas, 1000, 60);
    const QString help = at.text("attention_readout");
    QTest::mouseMove(&canvas, place_of(canvas, 1052, 1045));
    QTRY_VERIFY_WITH_TIMEOUT(at.text("attention_readout").contains("books/forest.txt"), patience);
    const QString said = at.text("attention_readout");
    QVERIFY2(said.contains("query 1,052") && said.contains("key 1,045") && said.contains("distance 7"), qPrintable(said));
    QVERIFY2(said.contains("level 1") && said.contains("4 heads"), qPrintable(said));
    QVERIFY2(said.contains("weight"), qPrintable(said));
    QCOMPARE(at.session.selection().hover(), 1045);
    QTest::mouseMove(&canvas, place_of(canvas, 1020, 1030));
    QTRY_VERIFY(at.text("attention_readout").contains("never seen"));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&canvas, &leave);
    QCOMPARE(at.text("attention_readout"), help);
    QCOMPARE(at.session.selection().hover(), -1);
  }

  void a_double_click_sets_the_cursor() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, canvas, 2000, 60);
    QTest::mouseDClick(&canvas, Qt::LeftButton, {}, place_of(canvas, 2030, 2010));
    QCOMPARE(at.session.selection().cursor(), 2030);
    QTest::mouseDClick(&canvas, Qt::LeftButton, Qt::ControlModifier, place_of(canvas, 2030, 2010));
    QCOMPARE(at.session.selection().cursor(), 2010);
  }

  // Every selector changes what is painted, and back again.
  void selectors_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("other");
    QTest::newRow("layer") << "attention_layer" << 1;
    QTest::newRow("head") << "attention_head" << 2;
    QTest::newRow("scale") << "attention_scale" << 2;
    QTest::newRow("strongest head") << "attention_head" << 5;
    QTest::newRow("colours") << "attention_colours" << 1;
    QTest::newRow("grey") << "attention_colours" << 2;
    QTest::newRow("colours of levels") << "attention_colours" << 3;
    QTest::newRow("by row") << "attention_values" << 1;
    QTest::newRow("dense attention") << "attention_source" << 1;
    QTest::newRow("the pattern") << "attention_source" << 2;
    QTest::newRow("another pattern") << "attention_source" << 5;
  }
  void selectors() {
    QFETCH(QString, name);
    QFETCH(int, other);
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    auto& box = at.find<QComboBox>(qPrintable(name));
    const QImage before = canvas.grab().toImage();
    box.setFocus();
    const QImage focused = canvas.grab().toImage();
    QVERIFY(focused == before);
    for (int i = 0; i < other; ++i) QTest::keyClick(&box, Qt::Key_Down);
    QCOMPARE(box.currentIndex(), other);
    settle(at, canvas);
    QVERIFY(canvas.grab().toImage() != before);
    for (int i = 0; i < other; ++i) QTest::keyClick(&box, Qt::Key_Up);
    settle(at, canvas);
    QVERIFY(canvas.grab().toImage() == before);
  }

  void the_pattern_only_and_levels() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    const QImage weights = canvas.grab().toImage();
    auto& only = at.find<QCheckBox>("attention_pattern_only");
    QTest::mouseClick(&only, Qt::LeftButton, {}, QPoint(8, only.height() / 2));
    QVERIFY(only.isChecked());
    settle(at, canvas);
    const QImage pattern = canvas.grab().toImage();
    QVERIFY(pattern != weights);
    const auto buttons = at.find<QWidget>("attention_levels").findChildren<QToolButton*>();
    QVERIFY(buttons.size() >= 3);
    QTest::mouseClick(buttons[1], Qt::LeftButton);
    QVERIFY(!buttons[1]->isChecked());
    settle(at, canvas);
    QVERIFY(canvas.grab().toImage() != pattern);
    QTest::mouseClick(buttons[1], Qt::LeftButton);
    settle(at, canvas);
    QVERIFY(canvas.grab().toImage() == pattern);
  }

  void near_the_tokens_stand_on_the_axes() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    look_at(at, canvas, 1000, 40);
    const QImage near = canvas.grab().toImage();
    look_at(at, canvas, 1500, 40);
    QVERIFY(canvas.grab().toImage() != near);
    look_at(at, canvas, 1000, 40);
    QVERIFY(canvas.grab().toImage() == near);
  }

  void it_is_linked_with_the_sequence_bar() {
    Window at;
    at.open(file_);
    auto& canvas = show_canvas(at);
    Selection& selection = at.session.selection();
    look_at(at, canvas, 500, 1000);
    QVERIFY(canvas.view().key <= 500 && canvas.view().keys().position(canvas.plot_size().width()) >= 1500);
    turn_wheel(canvas, canvas.rect().center(), 240);
    QVERIFY(selection.view_count() < 1000);
    QVERIFY(std::abs(double(selection.view_first()) - canvas.view().key) <= 1);
  }

  void nothing_read_nothing_open() {
    Window at;
    at.find<QTabWidget>("views").setCurrentIndex(1);
    auto& canvas = at.find<AttentionCanvas>("attention_canvas");
    canvas.resize(400, 300);
    canvas.grab();  // an explanation instead of a picture
    for (const int key : {Qt::Key_Left, Qt::Key_Plus, Qt::Key_Home}) QTest::keyClick(&canvas, Qt::Key(key));
    turn_wheel(canvas, QPoint(50, 50), 120);
    // Opened, but not read: the pattern that the model would read with.
    const auto folder = write_texts(home() / "attention-unread-texts");
    const auto file = home() / "attention-unread.corpuscope";
    core::Job job;
    explore::open_corpus(folder, file, {}, job);
    at.open(file);
    auto& shown = show_canvas(at);
    QCOMPARE(shown.length(), at.session.selection().length());
    QVERIFY(!at.find<QComboBox>("attention_layer").isEnabled());
    QVERIFY(!at.find<QCheckBox>("attention_pattern_only").isEnabled());
    QVERIFY(shown.is_up_to_date());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Attention>(argc, argv); }
#include "test_attention.moc"
