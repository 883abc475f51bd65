// The path view: choosing places, both answers, walking along them, what is kept, exports, blind spots.

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QToolButton>
#include <algorithm>
#include <map>

#include "explore/strongest_paths.h"
#include "ui/fisheye.h"
#include "ui/path_ladder.h"
#include "ui/paths_found.h"
#include "ui/paths_view.h"
#include "window_support.h"

namespace corpuscope::ui {

class Paths : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static PathsView& show_view(Window& at) {
    auto& view = at.find<PathsView>("paths_view");
    at.find<QTabWidget>("views").setCurrentWidget(&view);
    return view;
  }
  static PathLadder& structural(Window& at) { return at.find<PathLadder>("paths_structural"); }
  static PathLadder& strongest(Window& at) { return at.find<PathLadder>("paths_strongest"); }
  static void click(Window& at, const char* name) {
    auto& button = at.find<QAbstractButton>(name);
    QVERIFY2(button.isEnabled(), name);
    QVERIFY2(button.isVisible(), name);
    QTest::mouseClick(&button, Qt::LeftButton);
  }
  static void type(Window& at, const char* name, const QString& text) {
    auto& line = at.find<QLineEdit>(name);
    line.setFocus();
    line.selectAll();
    QTest::keyClicks(&line, text);
  }
  static void find(Window& at, const QString& from, const QString& to) {
    type(at, "paths_from", from);
    type(at, "paths_to", to);
    click(at, "paths_find");
    at.settle();
  }

 private slots:
  void initTestCase() { file_ = read_workspace("paths"); }
  void init() { QSettings().clear(); }

  void nothing_open_nothing_chosen() {
    Window at;
    auto& view = show_view(at);
    QVERIFY(!view.grab().isNull());
    at.open(file_);
    show_view(at);
    QVERIFY(structural(at).picture().message.contains("Choose two tokens"));
    QVERIFY(!at.find<QPushButton>("paths_find").isEnabled());
    for (const char* name : {"paths_keep", "paths_next", "paths_previous"})
      QVERIFY2(!at.find<QAbstractButton>(name).isEnabled(), name);
    for (const char* name : {"paths_rename", "paths_forget", "paths_png", "paths_svg", "paths_csv", "paths_json", "paths_copy"})
      QVERIFY2(!at.find<QAction>(name).isEnabled(), name);
    click(at, "paths_from_cursor");
    QVERIFY(at.text("paths_problem").contains("No token is chosen"));
  }

  void two_tokens_from_the_cursor() {
    Window at;
    at.open(file_);
    show_view(at);
    at.session.selection().set_cursor(1000, 3);
    click(at, "paths_from_cursor");
    QCOMPARE(at.text("paths_from"), "1000+3");
    at.session.selection().set_cursor(1100);
    click(at, "paths_to_cursor");
    QCOMPARE(at.text("paths_to"), "1100");
    click(at, "paths_find");
    at.settle();
    const auto& picture = structural(at).picture();
    QCOMPARE(picture.first, 1000);
    QCOMPARE(picture.count, 3);
    QCOMPARE(picture.target, 1100);
    QCOMPARE(picture.paths.size(), 1u);
    QVERIFY(picture.paths[0].front().from >= 1000 && picture.paths[0].front().from < 1003);
    QCOMPARE(picture.paths[0].back().to, 1100);
    for (const auto& step : picture.paths[0]) QVERIFY(picture.texts.contains(step.to));
    QVERIFY(picture.texts.at(1100).place.startsWith("books/forest.txt:"));
    QVERIFY(!structural(at).accessibleDescription().isEmpty());
  }

  void how_far_the_first_place_reaches() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "1000", "1100");
    const Geometry geometry = *geometry_of(at.session.run()->config);
    const qint64 n = at.session.selection().length();
    // By asking each later token for its fewest hops.
    std::map<int, int> wanted;
    for (qint64 token = 1001; token < n; ++token) {
      const auto path = pattern::shortest_path(geometry.pattern, geometry.heads, n, 1000, token);
      ++wanted[path ? int(path->size()) : 0];
    }
    const QString text = at.text("paths_reach");
    for (const auto& [hops, count] : wanted) {
      const QString share = weight_text(100.0 * count / double(n - 1001)) + " %";
      QVERIFY2(text.contains((hops == 0 ? QString("never") : hops_text(hops)) + ": " + share), qPrintable(text));
    }
    find(at, QString::number(n - 1), "1100");
    QVERIFY(at.text("paths_reach").isEmpty());  // nothing comes later
  }

  void places_are_typed_in_several_ways() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "1,000", "books/sea.txt:3");
    QCOMPARE(structural(at).picture().first, 1000);
    const qint64 line = structural(at).picture().target;
    QVERIFY(structural(at).picture().texts.at(line).place == "books/sea.txt:3");
    find(at, "forest.txt:3+4", QString::number(line));
    QCOMPARE(structural(at).picture().count, 4);
    for (const char* wrong : {"nowhere.txt:1", "words", "999999999", "books/sea.txt:99999"}) {
      find(at, wrong, "1100");
      QVERIFY2(at.find<QWidget>("paths_problem").isVisible(), wrong);
      QCOMPARE(structural(at).picture().count, 4);  // what was found stays
    }
    click(at, "paths_swap");
    QCOMPARE(at.text("paths_from"), "1100");
    find(at, "20", "1100");
    QVERIFY(!at.find<QWidget>("paths_problem").isVisible());
  }

  void walking_along_a_path_takes_the_others_along() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "40", "2500");
    const auto& path = structural(at).picture().paths.at(0);
    QVERIFY(path.size() >= 2);
    click(at, "paths_next");
    QCOMPARE(structural(at).picture().step, 0);
    QCOMPARE(at.session.selection().cursor(), path[0].to);
    QVERIFY(at.session.selection().view_first() <= path[0].from);
    QVERIFY(at.session.selection().view_first() + at.session.selection().view_count() > path[0].to);
    QVERIFY(at.text("paths_step").contains("Hop 1"));
    click(at, "paths_next");
    QCOMPARE(at.session.selection().cursor(), path[1].to);
    click(at, "paths_previous");
    QCOMPARE(at.session.selection().cursor(), path[0].to);
    auto& ladder = structural(at);
    ladder.setFocus();
    QTest::keyClick(&ladder, Qt::Key_End);
    QCOMPARE(at.session.selection().cursor(), 2500);
    QTest::keyClick(&ladder, Qt::Key_Home);
    QCOMPARE(at.session.selection().cursor(), path[0].to);
    QTest::keyClick(&ladder, Qt::Key_Right);
    QTest::keyClick(&ladder, Qt::Key_Left);
    QCOMPARE(at.session.selection().cursor(), path[0].to);
    const QImage before = ladder.grab().toImage();
    QTest::keyClick(&ladder, Qt::Key_Right);
    QVERIFY(ladder.grab().toImage() != before);
  }

  void a_step_is_clicked_and_hovered() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "40", "2500");
    auto& ladder = structural(at);
    const auto layout = ladder_layout(ladder.size(), ladder.font(), ladder.picture());
    const auto& step = ladder.picture().paths.at(0).front();
    const QPoint arc((layout.plot.left() + (layout.axis.pixel(double(step.from) + 0.5) + layout.axis.pixel(double(step.to) + 0.5)) / 2),
                     (layout.rungs[0] + layout.rungs[1]) / 2);
    QTest::mouseMove(&ladder, arc);
    QTRY_COMPARE(at.session.selection().hover(), step.to);
    QTest::mouseClick(&ladder, Qt::LeftButton, {}, arc);
    QCOMPARE(at.session.selection().cursor(), step.to);
    QCOMPARE(ladder.picture().step, 0);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&ladder, &leave);
    QCOMPARE(at.session.selection().hover(), -1);
  }

  // The brute force over all weights stands in tests/explore; here: what the engine finds is what is shown and kept.
  void all_weights_are_asked_shown_and_kept() {
    Window at;
    at.open(file_);
    show_view(at);
    at.find<QSpinBox>("paths_most").setValue(4);
    find(at, "2300", "2340");
    QVERIFY(at.text("paths_ask_all").contains("≈"));
    click(at, "paths_ask_all");
    at.settle();
    const auto& paths = strongest(at).picture().paths;
    core::Job job;
    const auto wanted = explore::strongest_paths(file_, {at.session.run()->id, 2300, 1, 2340, 4, {}}, job);
    QCOMPARE(paths.size(), wanted.size());
    QVERIFY(paths == wanted);
    QVERIFY(!at.find<QWidget>("paths_ask_all").isVisible());
    QVERIFY(strongest(at).picture().subtitle.contains("of all paths"));
    auto& kept = at.find<QComboBox>("paths_kept");
    QCOMPARE(kept.count(), 2);
    QCOMPARE(kept.currentIndex(), 1);
    // Up and down choose among them, and the title follows.
    auto& ladder = strongest(at);
    ladder.setFocus();
    QTest::keyClick(&ladder, Qt::Key_Right);
    const QString title = ladder.picture().title;
    QTest::keyClick(&ladder, Qt::Key_Down);
    QCOMPARE(ladder.picture().path, 1);
    QVERIFY(ladder.picture().title != title || wanted.size() == 1);
    QVERIFY(at.text("paths_step").contains("Layer"));
    QTest::keyClick(&ladder, Qt::Key_Up);
    QCOMPARE(ladder.picture().title, title);
    at.trigger("paths_forget");
    at.settle();
    QCOMPARE(at.find<QComboBox>("paths_kept").count(), 1);
  }

  void kept_renamed_reopened_forgotten() {
    {
      Window at;
      at.open(file_);
      show_view(at);
      find(at, "100", "1500");
      type(at, "paths_name", "a long way");
      click(at, "paths_keep");
      at.settle();
      QCOMPARE(at.find<QComboBox>("paths_kept").itemText(1), "a long way");
      type(at, "paths_name", "a longer way");
      at.trigger("paths_rename");
      at.settle();
      QCOMPARE(at.find<QComboBox>("paths_kept").itemText(1), "a longer way");
    }
    Window at;
    at.open(file_);
    show_view(at);
    auto& kept = at.find<QComboBox>("paths_kept");
    kept.setFocus();
    QTest::keyClick(&kept, Qt::Key_Down);
    at.settle();
    QCOMPARE(structural(at).picture().first, 100);
    QCOMPARE(structural(at).picture().target, 1500);
    QCOMPARE(at.text("paths_name"), "a longer way");
    at.trigger("paths_forget");
    at.settle();
    QCOMPARE(kept.count(), 1);
    QVERIFY(!kept.isEnabled());
  }

  void a_rollout_is_kept() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "500+20", "700");
    click(at, "paths_roll_out");
    at.settle();
    const auto workspace = workspace::Workspace::open(file_);
    const auto all = workspace.rollouts(at.session.run()->id);
    QCOMPARE(all.size(), 1u);
    QCOMPARE(all[0].first, 500);
    QCOMPARE(all[0].count, 20);
    const auto shares = workspace.rollout(all[0].id, 0, at.session.selection().length());
    QCOMPARE(shares[499], 0.f);
    QVERIFY(shares[510] > 0.05f);
    const auto& spread = strongest(at).picture().spread;  // shown at once
    QVERIFY(*std::max_element(spread.begin(), spread.end()) > 0.05f);
    find(at, "501+20", "700");
    QVERIFY(strongest(at).picture().spread.empty());
    find(at, "500+20", "600");
    QVERIFY(!strongest(at).picture().spread.empty());
  }

  // The one that the test before left.
  void rollouts_are_listed_reopened_renamed_forgotten() {
    Window at;
    at.open(file_);
    show_view(at);
    auto& kept = at.find<QComboBox>("paths_kept");
    const auto row = [&](const QString& name) { return kept.findText("Rollout: " + name); };
    QVERIFY(kept.count() >= 2);
    kept.setFocus();
    QTest::keyClick(&kept, Qt::Key_End);  // rollouts are the last ones
    at.settle();
    QCOMPARE(at.text("paths_from"), "500+20");
    const auto& picture = strongest(at).picture();
    QVERIFY(!picture.spread.empty());
    QVERIFY(picture.target >= 520);  // where most of it arrives
    const auto workspace = workspace::Workspace::open(file_);
    const auto id = workspace.rollouts(at.session.run()->id).front().id;
    const auto shares = workspace.rollout(id, 520, at.session.selection().length() - 520);
    QCOMPARE(shares[std::size_t(picture.target - 520)], *std::ranges::max_element(shares));
    // With a target behind the passage that one is kept.
    type(at, "paths_to", "900");
    kept.setFocus();
    QTest::keyClick(&kept, Qt::Key_Home);
    QTest::keyClick(&kept, Qt::Key_End);
    at.settle();
    QCOMPARE(strongest(at).picture().target, 900);
    type(at, "paths_name", "a passage");
    at.trigger("paths_rename");
    at.settle();
    QVERIFY(row("a passage") > 0);
    QCOMPARE(kept.currentIndex(), row("a passage"));
    // Another one under a name of its own.
    find(at, "100+5", "700");
    type(at, "paths_name", "five tokens");
    click(at, "paths_roll_out");
    at.settle();
    QCOMPARE(kept.currentIndex(), row("five tokens"));
    at.trigger("paths_forget");
    at.settle();
    QCOMPARE(row("five tokens"), -1);
    QVERIFY(strongest(at).picture().spread.empty());
    QVERIFY(!at.find<QAction>("paths_forget").isEnabled());
    QCOMPARE(workspace.rollouts(at.session.run()->id).size(), 1u);
  }

  void the_future_is_a_blind_spot() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "700", "500");
    QVERIFY(structural(at).picture().paths.empty());
    QVERIFY(structural(at).picture().message.contains("causal"));
    QVERIFY(!at.find<QWidget>("paths_ask_all").isVisible());
  }

  // In the paper's pattern the last tokens of a segment are lost behind its border; others open a path.
  void a_blind_spot_and_what_opens_it() {
    Window at;
    at.open(file_);
    show_view(at);
    find(at, "1023", "1024");
    QCOMPARE(structural(at).picture().paths.size(), 1u);
    auto& patterns = at.find<QComboBox>("paths_pattern");
    patterns.setFocus();
    QTest::keyClick(&patterns, Qt::Key_Down);
    QCOMPARE(patterns.currentText(), "modulo");
    at.settle();
    const auto& picture = structural(at).picture();
    QVERIFY(picture.paths.empty() && picture.blind);
    QVERIFY(picture.message.contains("border before token"));
    QVERIFY(at.find<QPushButton>("paths_ask_all").isVisible());  // the run was read by another pattern
    const auto cures = at.find<QWidget>("paths_cures").findChildren<QToolButton*>();
    QVERIFY(!cures.isEmpty());
    const QImage blind = structural(at).grab().toImage();
    QTest::mouseClick(cures[0], Qt::LeftButton);
    QCOMPARE(structural(at).picture().paths.size(), 1u);
    QVERIFY(structural(at).picture().imagined);
    QVERIFY(structural(at).grab().toImage() != blind);
    QTest::mouseClick(cures[0], Qt::LeftButton);
    QVERIFY(structural(at).picture().paths.empty());
    patterns.setFocus();
    QTest::keyClick(&patterns, Qt::Key_Up);
    at.settle();
    QCOMPARE(structural(at).picture().paths.size(), 1u);
    QVERIFY(!structural(at).picture().imagined);
  }

  void exports() {
    Window at;
    at.open(file_);
    auto& view = show_view(at);
    find(at, "2300", "2340");
    const auto save = [&](const char* action, const std::filesystem::path& file) {
      view.set_choose_file([file](QWidget*, const QString&) { return path_text(file); });
      at.find<QAction>(action).trigger();
      at.settle();
      QFile in(file);
      return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    };
    const QImage png = QImage::fromData(save("paths_png", home() / "paths.png"), "PNG");
    QCOMPARE(png.width(), 4 * structural(at).width());
    QVERIFY(save("paths_svg", home() / "paths.svg").contains("<svg"));
    const auto json = QJsonDocument::fromJson(save("paths_json", home() / "paths.json")).object();
    QCOMPARE(json["from"]["token"].toInt(), 2300);
    QCOMPARE(std::size_t(json["path"].toArray().size()), structural(at).picture().paths.at(0).size());
    QCOMPARE(std::size_t(json["strongest"].toArray().size()), strongest(at).picture().paths.size());
    const QByteArray csv = save("paths_csv", home() / "paths.csv");
    QVERIFY(csv.startsWith("path,strength,layer,from,to"));
    QVERIFY(csv.contains("books/"));
    at.find<QAction>("paths_copy").trigger();
    QVERIFY(!QApplication::clipboard()->image().isNull());
    save("paths_png", home() / "no/such/folder.png");
    QVERIFY(at.text("paths_problem").contains("cannot be written"));
    view.set_choose_file([](QWidget*, const QString&) { return QString(); });
    at.find<QAction>("paths_png").trigger();  // given up
  }

  void every_control_has_a_name() {
    Window at;
    at.open(file_);
    auto& view = show_view(at);
    find(at, "40", "2500");
    for (const auto* widget : view.findChildren<QWidget*>())
      if (widget->objectName().startsWith("paths_") && widget->focusPolicy() != Qt::NoFocus)
        QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
    for (const auto* button : view.findChildren<QAbstractButton*>()) QVERIFY(!button->accessibleName().isEmpty());
  }

  void in_dark_and_small() {
    Window at({900, 600});
    at.open(file_);
    auto& view = show_view(at);
    find(at, "40", "2500");
    at.trigger("action_theme_dark");
    QVERIFY(view.grab().toImage() != QImage());
    QVERIFY(structural(at).width() >= 160);
  }

  void the_axis_is_monotone_and_its_own_inverse() {
    for (const std::int64_t length : {std::int64_t(1), std::int64_t(100), std::int64_t(4'000'000), std::int64_t(1) << 40}) {
      const Fisheye axis(length, length / 3, length / 2, 500);
      double last = -1;
      for (int i = 0; i <= 200; ++i) {
        const double position = double(length) * i / 200, pixel = axis.pixel(position);
        QVERIFY(pixel > last);
        last = pixel;
        QVERIFY(std::abs(axis.position(pixel) - position) < 1e-6 * double(length) + 1e-5);
      }
      QVERIFY(std::abs(axis.pixel(0)) < 1e-9 && std::abs(axis.pixel(double(length)) - 500) < 1e-9);
      if (length > 1000) {  // neighbours at the ends are told apart
        QVERIFY(axis.pixel(double(length / 3 + 1)) - axis.pixel(double(length / 3)) > 0.5);
        QVERIFY(axis.pixel(double(length / 2 + 1)) - axis.pixel(double(length / 2)) > 0.5);
      }
    }
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Paths>(argc, argv); }
#include "test_paths.moc"
