// What is measured of a reading: how far back it uses its context, and whether the links that the window shows hold.

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>

#include "explore/context_reach.h"
#include "ui/path_ladder.h"
#include "ui/reach_dialog.h"
#include "ui/sources_model.h"
#include "window_support.h"
#include "workspace/writer.h"

namespace corpuscope::ui {

class Reach : public QObject {
  Q_OBJECT

  // The workspace says that the model uses 300 tokens.
  static std::filesystem::path measured(const std::string& name) {
    const auto file = read_workspace(name);
    auto workspace = workspace::Workspace::open(file);
    workspace.writer().put_context_reach({1, 12, 1024, 512, 3.5,
                                          {{0, 16, 1.2, 0.05}, {16, 32, 0.5, 0.02}, {32, 64, 0.2, 0.01}, {64, 128, 0.1, 0.005},
                                           {128, 256, 0.04, 0.002}, {256, 512, 0.004, 0.001}, {512, 1024, -0.001, 0.001}}});
    return file;
  }

 private slots:
  void init() { QSettings().clear(); }

  void a_reading_is_followed_by_the_measurement() {
    const auto folder = write_texts(home() / "measured-texts");
    Window at;
    at.open(folder);
    QVERIFY(at.session.reach());
    QCOMPARE(at.session.reach()->windows, 12);
    QVERIFY(at.find<QToolButton>("reach_button").isVisible());
    QCOMPARE(at.text("reach_button"), reach_text(*at.session.reach()));
  }

  void the_status_bar_tells_it_and_a_click_shows_the_plot() {
    Window at;
    QVERIFY(!at.find<QToolButton>("reach_button").isVisible());
    at.open(measured("reach-shown"));
    QVERIFY2(at.text("reach_button").contains("uses about 2"), qPrintable(at.text("reach_button")));
    QVERIFY(at.session.farthest_used() > 200 && at.session.farthest_used() < 400);
    QTest::mouseClick(&at.find<QToolButton>("reach_button"), Qt::LeftButton);
    auto& dialog = at.find<QDialog>("reach_dialog");
    QVERIFY(dialog.isVisible());
    auto& plot = at.find<QWidget>("reach_plot");
    QVERIFY(plot.accessibleDescription().contains("beyond 128 tokens: 0.0400 bits"));
    const QImage picture = plot.grab().toImage();
    QSet<QRgb> colors;
    for (int y = 0; y < picture.height(); ++y)
      for (int x = 0; x < picture.width(); ++x) colors.insert(picture.pixel(x, y));
    QVERIFY(colors.size() > 8);  // axes, values, what lies beyond
    QVERIFY(at.text("reach_words").contains("0.01 bits a token"));
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(!dialog.isVisible());
  }

  void the_inspector_greys_what_lies_beyond_and_checks_its_sources() {
    Window at;
    at.open(measured("reach-inspector"));
    at.session.selection().set_cursor(2000);
    at.settle();
    const auto& list = at.find<QListView>("inspector_sources");
    const auto* sources = qobject_cast<SourcesModel*>(list.model());
    QVERIFY(sources->rowCount() > 5);
    for (int row = 0; row < sources->rowCount(); ++row) {
      const auto& edge = sources->line(row).edge;
      QCOMPARE(sources->beyond(row), edge.query - edge.key > at.session.farthest_used());
      QVERIFY(sources->line(row).link && !sources->line(row).check);
    }
    auto& check = at.find<QToolButton>("inspector_check");
    QVERIFY(check.isEnabled() && check.isVisible());
    QTest::mouseClick(&check, Qt::LeftButton);
    at.settle();
    for (int row = 0; row < 5; ++row) {
      QVERIFY(sources->line(row).check);
      const QString told = sources->index(row).data(Qt::ToolTipRole).toString();
      QVERIFY2(told.contains(sources->line(row).check->confirmed() ? "Confirmed" : "Not confirmed"), qPrintable(told));
    }
    QVERIFY(!sources->line(5).check);
    // They are kept with the run.
    QCOMPARE(workspace::Workspace::open(at.session.file()).checked_links(1).size(), 5u);
  }

  void hops_of_paths_are_checked_and_drawn_by_what_was_found() {
    Window at;
    at.open(measured("reach-paths"));
    at.find<QTabWidget>("views").setCurrentWidget(&at.find<QWidget>("paths_view"));
    at.find<QLineEdit>("paths_from").setText("1000+3");
    at.find<QLineEdit>("paths_to").setText("1100");
    QTest::mouseClick(&at.find<QPushButton>("paths_find"), Qt::LeftButton);
    at.settle();
    auto& ladder = at.find<PathLadder>("paths_strongest");
    QVERIFY(ladder.picture().checks.empty());
    const QImage before = ladder.grab().toImage();
    QTest::mouseClick(&at.find<QPushButton>("paths_check"), Qt::LeftButton);
    at.settle();
    const auto& structural = at.find<PathLadder>("paths_structural").picture();
    for (const auto& step : structural.paths.front())
      if (!step.stays()) QVERIFY(structural.checks.contains({step.from, step.to}));
    QVERIFY(!at.find<QPushButton>("paths_check").isEnabled());  // all are
    if (!ladder.picture().paths.empty()) {
      QVERIFY2(ladder.picture().subtitle.contains("the passage as a whole"), qPrintable(ladder.picture().subtitle));
      QVERIFY(ladder.grab().toImage() != before);
    }
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Reach>(argc, argv); }

#include "test_reach.moc"
