// The tracks of the sequence bar with their menu and export, the ways the reader tints and shows two places, and all
// that the inspector tells.

#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListView>
#include <QMenu>
#include <QTabWidget>
#include <QToolButton>
#include <QToolTip>
#include <cmath>

#include "pattern/paths.h"
#include "ui/insight.h"
#include "ui/inspector_expected.h"
#include "ui/inspector_shares.h"
#include "ui/reader_text.h"
#include "ui/sequence_bar.h"
#include "ui/painting_sequence.h"
#include "ui/sequence_content.h"
#include "ui/sources_model.h"
#include "window_support.h"

namespace corpuscope::ui {

class Tracks : public QObject {
  Q_OBJECT

  std::filesystem::path file_;

  static qint64 middle_of(const Session& session, const std::string& name) {
    for (const auto& document : session.documents())
      if (document.name == name) return document.first_token + document.tokens / 2;
    return -1;
  }
  // An entry of the bar's menu, as it is when the menu opens.
  static QAction* entry(Window& at, const char* name) {
    auto& menu = at.find<QMenu>("sequence_menu");
    emit menu.aboutToShow();
    auto* action = menu.findChild<QAction*>(QLatin1String(name));
    if (!action) qFatal("the menu has no %s", name);
    return action;
  }
  static QStringList track_keys(const SequenceBar& bar) {
    QStringList keys;
    for (const TrackRow& row : bar.content().picture().tracks) keys << row.key;
    return keys;
  }
  // Computes what would take longer than a moment on a busy machine, and is offered there.
  static void look_exactly(Window& at) {
    at.settle();
    if (at.session.insight().state() == Insight::State::offered)
      QTest::mouseClick(&at.find<QToolButton>("inspector_compute"), Qt::LeftButton);
    at.settle();
    QCOMPARE(int(at.session.insight().state()), int(Insight::State::ready));
  }
  static QByteArray read_file(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

 private slots:
  void initTestCase() { file_ = read_workspace("tracks"); }
  void init() { QSettings().clear(); }

  // ---- the bar ----

  void tracks_are_chosen_in_the_menu_and_remembered() {
    {
      Window at;
      at.open(file_);
      auto& bar = at.find<SequenceBar>("sequence_bar");
      QCOMPARE(track_keys(bar), (QStringList{"surprise", "received 1"}));
      const int height = bar.sizeHint().height();
      entry(at, "sequence_show_received_2")->trigger();
      entry(at, "sequence_show_received")->trigger();
      at.settle();
      QCOMPARE(track_keys(bar), (QStringList{"surprise", "received 1", "received 2", "received"}));
      QVERIFY(bar.sizeHint().height() > height);
      // Each shows what the workspace has.
      const auto workspace = workspace::Workspace::open(file_);
      const auto run = at.session.run();
      for (const TrackRow& row : bar.content().picture().tracks) {
        QVERIFY(!row.values.bins.empty());
        QVERIFY(std::any_of(row.values.bins.begin(), row.values.bins.end(), [](const auto& bin) { return bin.maximum > 0; }));
      }
      const auto& of_second = bar.content().picture().tracks[2].values;
      const auto expected = workspace.received_bins(run->id, 1, of_second.first, of_second.count, int(of_second.bins.size()));
      for (std::size_t i = 0; i < expected.size(); ++i) QCOMPARE(of_second.bins[i].maximum, expected[i].maximum);
      entry(at, "sequence_show_surprise")->trigger();
      entry(at, "sequence_show_segments")->trigger();
      at.settle();
      QCOMPARE(track_keys(bar).size(), 3);
    }
    Window again;
    again.open(file_);
    QCOMPARE(track_keys(again.find<SequenceBar>("sequence_bar")), (QStringList{"received 1", "received 2", "received"}));
  }

  void blind_spots_are_those_of_the_pattern() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    entry(at, "sequence_show_blind")->trigger();
    at.settle();
    QVERIFY(bar.content().picture().blind.about.contains("choose a token"));
    at.session.selection().set_cursor(middle_of(at.session, "books/sea.txt"));
    at.settle();
    QVERIFY(bar.content().picture().blind.spans.empty());  // the tiny model's segments are staggered
    QVERIFY(bar.content().picture().blind.about.startsWith("none"));
    // A pattern that is not: the spans are those that a search for each token finds.
    const pattern::Pattern plain{{{32, 1}, {64, 2}, {128, 4}, {4096, 128}}, pattern::OffsetRule::modulo, false, true};
    const BlindSpots spots = blind_spots(plain, 4, 4000, 3000);
    QVERIFY(!spots.spans.empty() && spots.share > 0);
    for (const qint64 token : {2999, 2900, 2000, 100, 0}) {
      const bool blind = std::any_of(spots.spans.begin(), spots.spans.end(),
                                     [&](const auto& span) { return token >= span.first && token < span.second; });
      QCOMPARE(blind, !pattern::shortest_path(plain, 4, 4000, token, 3000).has_value());
    }
    QVERIFY(blind_spots({{{64, 1}}, pattern::OffsetRule::modulo, false, false}, 2, 64, 10).spans.empty());
  }

  void bookmarks_are_added_gone_to_and_removed() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    Selection& selection = at.session.selection();
    const qint64 place = middle_of(at.session, "books/sea.txt");
    selection.set_cursor(place, 3);
    bar.setFocus();
    QTest::keyClick(&bar, Qt::Key_B);
    at.settle();
    QCOMPARE(bar.content().picture().bookmarks.size(), std::size_t(1));
    QCOMPARE(bar.content().picture().bookmarks[0].first, std::int64_t(place));
    QVERIFY(to_text(bar.content().picture().bookmarks[0].name).contains("books/sea.txt"));
    selection.set_cursor(5);
    // Its flag is above the documents.
    const SequenceLayout parts = sequence_layout(bar.size(), bar.font(), rows_of(bar.content().picture()));
    const double x = parts.plot.left() + bar.content().picture().scale.pixel(double(place)) + 2;
    QTest::mouseClick(&bar, Qt::LeftButton, {}, QPointF(x, parts.documents.top() - 2).toPoint());
    QCOMPARE(selection.cursor(), place);
    QCOMPARE(selection.count(), 3);
    selection.set_cursor(5);
    (void)entry(at, "sequence_bookmark");
    at.find<QMenu>("sequence_bookmarks").actions().at(0)->trigger();
    QCOMPARE(selection.cursor(), place);
    (void)entry(at, "sequence_bookmark");
    at.find<QMenu>("sequence_remove_bookmarks").actions().at(0)->trigger();
    at.settle();
    QVERIFY(bar.content().picture().bookmarks.empty());
    QVERIFY(workspace::Workspace::open(file_).bookmarks().empty());
  }

  void parts_are_shown_and_ranges_chosen() {
    Window at;
    at.open(file_);
    auto& bar = at.find<SequenceBar>("sequence_bar");
    Selection& selection = at.session.selection();
    selection.set_cursor(middle_of(at.session, "code/main.cpp"), 4);
    entry(at, "sequence_document")->trigger();
    const auto* document = at.session.document_at(selection.cursor());
    QCOMPARE(selection.view_first(), qint64(document->first_token));
    QCOMPARE(selection.view_count(), qint64(document->tokens));
    entry(at, "sequence_selection")->trigger();
    QVERIFY(selection.view_count() < 100);
    entry(at, "sequence_all")->trigger();
    QCOMPARE(selection.view_count(), selection.length());
    const QPoint from = bar.rect().center(), to = from + QPoint(80, 0);
    const auto send = [&](QEvent::Type type, const QPoint& where, Qt::MouseButton button, Qt::MouseButtons buttons) {
      QMouseEvent event(type, where, bar.mapToGlobal(where), button, buttons, Qt::ShiftModifier);
      QApplication::sendEvent(&bar, &event);
    };
    send(QEvent::MouseButtonPress, from, Qt::LeftButton, Qt::LeftButton);
    send(QEvent::MouseMove, (from + to) / 2, Qt::NoButton, Qt::LeftButton);
    send(QEvent::MouseMove, to, Qt::NoButton, Qt::LeftButton);
    send(QEvent::MouseButtonRelease, to, Qt::LeftButton, Qt::NoButton);
    QCOMPARE(selection.view_count(), selection.length());
    QVERIFY(std::abs(double(selection.count()) - 80 * bar.content().picture().scale.step) < 3 * bar.content().picture().scale.step + 1);
    QTest::mouseDClick(&bar, Qt::LeftButton, {}, from);
    QVERIFY(selection.view_count() < selection.length());
  }

  void pictures_and_values_go_out() {
    Window at;
    at.open(file_);
    at.session.selection().set_cursor(middle_of(at.session, "books/sea.txt"));
    at.settle();
    auto& bar = at.find<SequenceBar>("sequence_bar");
    entry(at, "sequence_copy")->trigger();
    QCOMPARE(QGuiApplication::clipboard()->image().size(), bar.size() * 2);

    at.outside.exported = path_text(home() / "bar.png");
    entry(at, "sequence_export_picture")->trigger();
    QCOMPARE(QImage(at.outside.exported).size(), bar.size() * 2);
    at.outside.exported = path_text(home() / "bar.svg");
    entry(at, "sequence_export_picture")->trigger();
    const QByteArray svg = read_file(at.outside.exported);
    QVERIFY(svg.contains("<svg") && svg.contains("Surprise") && svg.contains("</svg>"));

    at.outside.exported = path_text(home() / "bar.csv");
    entry(at, "sequence_export_values")->trigger();
    const auto lines = read_file(at.outside.exported).split('\n');
    const Track& surprise = bar.content().picture().tracks[0].values;
    QCOMPARE(lines[0].trimmed(), "track,first_token,tokens,minimum,mean,maximum");
    const auto fields = lines[5].trimmed().split(',');
    QCOMPARE(fields.size(), 6);
    QCOMPARE(fields[0], "surprise");
    QVERIFY(std::abs(fields[5].toDouble() - double(surprise.bins[4].maximum)) < 1e-4);
    // Parts follow each other without a gap.
    QCOMPARE(lines[6].split(',')[1].toLongLong(), fields[1].toLongLong() + fields[2].toLongLong());
    at.outside.exported = path_text(home() / "bar.json");
    entry(at, "sequence_export_values")->trigger();
    const auto json = QJsonDocument::fromJson(read_file(at.outside.exported)).object();
    QCOMPARE(json["tracks"].toArray().size(), 2);
    QCOMPARE(json["tracks"].toArray()[0].toObject()["parts"].toArray().size(), qsizetype(surprise.bins.size()));

    at.outside.exported.clear();  // cancelled
    entry(at, "sequence_export_values")->trigger();
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
    for (const char* wrong : {"bar.gif", "no/such/folder/bar.png"}) {
      at.outside.exported = path_text(home() / wrong);
      entry(at, "sequence_export_picture")->trigger();
      QVERIFY(at.find<QWidget>("message_bar").isVisible());
    }
  }

  // ---- the reader ----

  void the_reader_tints_by_attention_in_both_directions() {
    Window at;
    at.open(file_);
    const qint64 cursor = middle_of(at.session, "books/forest.txt");
    at.session.selection().set_cursor(cursor);
    look_exactly(at);
    auto& text = at.find<ReaderText>("reader_text");
    const QImage by_surprise = text.grab().toImage();
    at.trigger("reader_tint_from");
    at.settle();
    QCOMPARE(int(text.tint()), int(Tint::from_cursor));
    const auto view = at.session.insight().view();
    double most = 0;
    for (const auto& contact : explore::contacts(view->sources, explore::End::keys, {2, 4, at.session.run()->levels, -1}))
      most = std::max(most, contact.share);
    QVERIFY(std::abs(text.largest_share() - most) < 1e-9);
    const QImage from = text.grab().toImage();
    QVERIFY(from != by_surprise);
    QVERIFY(at.find<QWidget>("tint_legend").isVisible());
    at.trigger("reader_tint_to");
    at.settle();
    QVERIFY(text.grab().toImage() != from);
    QVERIFY(text.largest_share() > 0);
    at.trigger("reader_tint_to");  // off
    QCOMPARE(int(text.tint()), int(Tint::none));
    QVERIFY(!at.find<QWidget>("tint_legend").isVisible());
  }

  void two_places_side_by_side() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    const qint64 forest = middle_of(at.session, "books/forest.txt"), code = middle_of(at.session, "code/main.cpp");
    selection.set_cursor(forest);
    at.settle();
    at.trigger("reader_split");
    at.settle();
    auto& first = at.find<ReaderText>("reader_text");
    auto& second = at.find<ReaderText>("reader_text_2");
    QVERIFY(second.isVisible());
    QCOMPARE(at.text("reader_title_2"), "books/forest.txt");
    selection.set_cursor(code);  // the first follows, the second stays
    at.settle();
    QCOMPARE(at.text("reader_title"), "code/main.cpp");
    QCOMPARE(at.text("reader_title_2"), "books/forest.txt");
    // The one that is used last follows.
    const qint64 token = second.visible_tokens().first + 8;
    QTest::mouseClick(second.viewport(), Qt::LeftButton, {}, second.token_rectangle(token).center());
    QCOMPARE(selection.cursor(), token);
    at.settle();
    QCOMPARE(at.text("reader_title"), "code/main.cpp");
    selection.set_cursor(middle_of(at.session, "books/sea.txt"));
    at.settle();
    QCOMPARE(at.text("reader_title_2"), "books/sea.txt");
    QVERIFY(!second.token_rectangle(selection.cursor()).isEmpty());
    at.trigger("reader_split");
    QVERIFY(!second.isVisible());
    selection.set_cursor(forest);
    at.settle();
    QCOMPARE(at.text("reader_title"), "books/forest.txt");
    QVERIFY(!first.token_rectangle(forest).isEmpty());
  }

  void sources_elsewhere_are_chips() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    qint64 cursor = 0;
    // A token just behind the beginning of a document looks into the one before.
    for (const auto& document : at.session.documents())
      if (document.name == "books/sea.txt") cursor = document.first_token + 3;
    selection.set_cursor(cursor);
    at.settle();
    auto& chips = at.find<QWidget>("reader_chips");
    QVERIFY(chips.isVisible());
    const auto all = chips.findChildren<QToolButton*>("reader_chip");
    QVERIFY(!all.isEmpty());
    QVERIFY(all[0]->text().contains("forest.txt"));
    const qint64 token = all[0]->property("token").toLongLong();
    QTest::mouseClick(all[0], Qt::MiddleButton);
    at.settle();
    QCOMPARE(selection.cursor(), cursor);
    QVERIFY(!at.find<ReaderText>("reader_text_2").token_rectangle(token).isEmpty());
    QTest::mouseClick(chips.findChildren<QToolButton*>("reader_chip")[0], Qt::LeftButton);
    QCOMPARE(selection.cursor(), token);
  }

  void places_lists_where_the_cursor_was() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    const qint64 sea = middle_of(at.session, "books/sea.txt");
    for (const qint64 token : {sea, qint64(40), qint64(90)}) selection.set_cursor(token);
    auto& menu = at.find<QMenu>("reader_places");
    emit menu.aboutToShow();
    QVERIFY(menu.actions().at(3)->isSeparator());  // bookmarks below
    QVERIFY(menu.actions()[0]->isChecked());
    at.settle();
    QVERIFY(menu.actions()[2]->text().contains("books/sea.txt:"));
    menu.actions()[2]->trigger();
    QCOMPARE(selection.cursor(), sea);
    QVERIFY(selection.can_go_forward());
    selection.forward();
    QCOMPARE(selection.cursor(), 40);
  }

  // ---- the inspector ----

  void the_inspector_tells_all_of_a_token() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    const qint64 cursor = middle_of(at.session, "books/forest.txt");
    selection.set_cursor(cursor);
    look_exactly(at);
    const auto run = *at.session.run();
    const auto view = at.session.insight().view();
    QVERIFY(view);
    QVERIFY(at.text("inspector_status").startsWith("Exact"));
    QVERIFY(at.text("inspector_probability").contains("rank"));

    // Sources: the 20 to whom most goes.
    const auto& sources = static_cast<const SourcesModel&>(*at.find<QListView>("inspector_sources").model());
    const auto wanted = explore::contacts(view->sources, explore::End::keys, {run.layers, run.heads, run.levels, -1});
    QCOMPARE(sources.rowCount(), std::min(20, int(wanted.size())));
    for (int row = 0; row < sources.rowCount(); ++row)
      QVERIFY(std::abs(sources.line(row).share - wanted[std::size_t(row)].share) < 1e-12);
    const auto& readers = static_cast<const SourcesModel&>(*at.find<QListView>("inspector_readers").model());
    QVERIFY(readers.rowCount() > 0);
    for (int row = 0; row < readers.rowCount(); ++row) QVERIFY(readers.line(row).token() > cursor);

    // What was expected adds up with the surprise that the run stored.
    const auto& expected = static_cast<const ExpectedModel&>(*at.find<QListView>("inspector_expected").model());
    QVERIFY(expected.rowCount() >= 20);
    const double bits = double(workspace::Workspace::open(file_).surprisal(run.id, cursor, 1)[0]);
    int actual = 0;
    for (int row = 0; row < expected.rowCount(); ++row)
      if (expected.line(row).actual) {
        ++actual;
        QVERIFY(std::abs(-std::log2(expected.line(row).probability) - bits) < 2e-3 * (1 + bits));
      }
    QCOMPARE(actual, 1);

    // One layer alone.
    auto& layer = at.find<QComboBox>("inspector_layer");
    layer.setCurrentIndex(2);
    emit layer.activated(2);
    at.settle();
    for (int row = 0; row < sources.rowCount(); ++row) QCOMPARE(int(sources.line(row).edge.layer), 1);

    // Every tab, and a click in a list goes there.
    auto& tabs = at.find<QTabWidget>("inspector_tabs");
    for (int tab = 0; tab < tabs.count(); ++tab) {
      tabs.setCurrentIndex(tab);
      QVERIFY(!tabs.widget(tab)->grab().isNull());
    }
    QVERIFY(at.find<InspectorShares>("inspector_shares").accessibleDescription().contains("level 1"));
    tabs.setCurrentIndex(1);
    auto& list = at.find<QListView>("inspector_readers");
    const qint64 other = readers.line(0).token();
    QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualRect(readers.index(0)).center());
    QCOMPARE(selection.cursor(), other);
  }

  void without_its_model_the_inspector_tells_what_was_kept() {
    const auto other = home() / "other.corpuscope";
    std::filesystem::copy_file(file_, other);
    {
      sqlite3* database = nullptr;
      QCOMPARE(sqlite3_open(other.c_str(), &database), SQLITE_OK);
      QCOMPARE(sqlite3_exec(database, "UPDATE runs SET model = 'gone'", nullptr, nullptr, nullptr), SQLITE_OK);
      sqlite3_close(database);
    }
    Window at;
    at.open(other);
    at.session.selection().set_cursor(middle_of(at.session, "books/forest.txt"));
    at.settle();
    QCOMPARE(int(at.session.insight().state()), int(Insight::State::failed));
    QVERIFY(at.text("inspector_status").contains("gone"));
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
    const auto& sources = static_cast<const SourcesModel&>(*at.find<QListView>("inspector_sources").model());
    QVERIFY(sources.rowCount() > 0);
    QVERIFY(sources.line(0).stored);
    auto& again = at.find<QToolButton>("inspector_compute");
    QVERIFY(again.isVisible());
    QTest::mouseClick(&again, Qt::LeftButton);
    at.settle();
    QCOMPARE(int(at.session.insight().state()), int(Insight::State::failed));
  }

  void moving_on_drops_what_was_under_way() {
    Window at;
    at.open(file_);
    Selection& selection = at.session.selection();
    for (qint64 token = 100; token < 130; ++token) {
      selection.set_cursor(token);
      QTest::qWait(token % 5 == 0 ? 130 : 1);
    }
    at.session.insight().stop();
    selection.set_cursor(700);
    look_exactly(at);
    QVERIFY(at.session.insight().view());
    QCOMPARE(at.session.insight().view()->token, std::int64_t(700));
    QVERIFY(at.text("inspector_position").startsWith("700"));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Tracks>(argc, argv); }
#include "test_tracks.moc"
