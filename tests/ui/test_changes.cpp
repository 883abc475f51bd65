// Folders that are added and removed, files that are excluded, and files that change while the window is open.

#include <QCheckBox>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QTreeView>
#include <atomic>
#include <thread>

#include "core/error.h"
#include "ui/corpus_model.h"
#include "window_support.h"

namespace corpuscope::ui {

class ChangesOfFiles : public QObject {
  Q_OBJECT

 private:
  static QStringList names(const Window& at) {
    QStringList all;
    for (const auto& document : at.session.documents()) all << to_text(document.name);
    return all;
  }
  static QModelIndex row(Window& at, const QString& path) {
    auto& tree = at.find<QTreeView>("corpus_tree");
    const auto& model = *static_cast<CorpusModel*>(tree.model());
    for (const auto& document : at.session.documents())
      if (to_text(document.name) == path) return model.index_of_document(document.id);
    return model.index_of_folder(path);
  }
  // The menu as a right click on the row fills it.
  static QMenu& menu_at(Window& at, const QString& path) {
    auto& tree = at.find<QTreeView>("corpus_tree");
    tree.scrollTo(row(at, path));
    emit tree.customContextMenuRequested(tree.visualRect(row(at, path)).center());
    return at.find<QMenu>("corpus_menu");
  }
  static void choose(QMenu& menu, const char* action) {
    auto* found = menu.findChild<QAction*>(QLatin1String(action));
    QVERIFY2(found, action);
    menu.close();
    found->trigger();
  }

 private slots:
  void init() { QSettings().clear(); }

  // What fails while a job changes the workspace: only what it is about decides whether a person hears of it.
  void failures_are_told_unless_what_they_are_about_was_replaced() {
    Window at;
    at.open(read_workspace("failures", workspace::Detail::light));
    workspace::Run half = *at.session.run();
    QStringList told;
    connect(&at.session, &Session::failed, at.window.get(), [&](const QString& what) { told << what; });
    int other_runs = 0;
    connect(&at.session, &Session::run_changed, at.window.get(), [&] { ++other_runs; });
    using Work = std::function<void(workspace::Workspace::Writer&)>;
    const auto failing = [&](const QString& what, Work work) -> Session::Query {
      return [=, file = at.session.file()](const workspace::Workspace&, explore::Passages&) -> std::function<void()> {
        auto workspace = workspace::Workspace::open(file);
        work(workspace.writer());
        throw core::Error(what.toStdString(), "Try again.");
      };
    };
    const auto expect = [&](const QStringList& wanted, int runs_changed) {
      at.settle();
      QCOMPARE(told, wanted);
      QCOMPARE(other_runs, runs_changed);
      told.clear();
      other_runs = 0;
    };
    at.session.ask("view", failing("nothing changed", [](auto&) {}));
    expect({"nothing changed"}, 0);

    // Another run begins, then it reads on: what was asked of the first one is there as before.
    std::int64_t second = 0;
    at.session.ask("view", failing("a run came", [&](auto& writer) { second = writer.create_run(half); }));
    expect({"a run came"}, 1);
    const std::vector<std::byte> state(8);
    at.session.ask("view", failing("it reads on", [&](auto& writer) {
                     writer.append_surprisal(second, 0, std::vector<float>(64));
                     writer.save_state(second, state, 64, 1);
                   }));
    expect({"it reads on"}, 1);

    // It goes: no view shows it any more, but what a person wanted done was not done.
    at.session.ask("view", failing("of a run that went", [&](auto& writer) { writer.remove_run(second); }));
    expect({}, 1);
    at.session.ask_once("save", failing("not saved", [&](auto& writer) { second = writer.create_run(half); }));
    expect({"not saved"}, 0);
    at.session.ask_once("save", failing("not saved either", [&](auto& writer) { writer.remove_run(second); }));
    expect({"not saved either"}, 0);

    // That it went is noticed before what was asked of it fails.
    std::atomic<bool> gone = false;
    at.session.ask("view", [&](const workspace::Workspace&, explore::Passages&) -> std::function<void()> {
      while (!gone) std::this_thread::yield();
      throw core::Error("also of a run that went", "Try again.");
    });
    at.session.work("removing", [id = half.id, file = at.session.file()](core::Job&) {
      auto workspace = workspace::Workspace::open(file);
      workspace.writer().remove_run(id);
    });
    QTRY_COMPARE_WITH_TIMEOUT(other_runs, 1, patience);
    gone = true;
    expect({}, 1);
  }

  void a_folder_comes_and_goes() {
    Window at;
    const auto file = read_workspace("comes");
    at.open(file);
    QCOMPARE(names(at).size(), 4);
    const auto further = home() / "comes-further";
    test::write_file(further / "poem.txt", prose(3, 9));
    at.outside.folder = path_text(further);
    at.trigger("action_add_folder");
    QTRY_VERIFY_WITH_TIMEOUT(names(at).contains("comes-further/poem.txt"), patience);
    at.settle();
    QCOMPARE(names(at).size(), 5);
    QVERIFY(names(at).contains("comes-texts/books/sea.txt"));
    QVERIFY(at.session.run() && at.session.run()->complete());  // read as it is now
    QCOMPARE(path_text(at.session.file_of("comes-further/poem.txt")), path_text(further / "poem.txt"));
    auto& menu = menu_at(at, "comes-further");
    const auto removals = menu.findChildren<QAction*>("corpus_remove_folder");
    QCOMPARE(removals.size(), 2);
    menu.close();
    removals[1]->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(names(at).size(), 4, patience);
    at.settle();
  }

  void files_and_kinds_are_excluded_and_taken_back() {
    Window at;
    at.open(read_workspace("excluded"));
    choose(menu_at(at, "books/sea.txt"), "corpus_exclude");
    QTRY_VERIFY_WITH_TIMEOUT(!names(at).contains("books/sea.txt"), patience);
    at.settle();
    QCOMPARE(names(at).size(), 3);
    choose(menu_at(at, "code/main.cpp"), "corpus_exclude_kind");
    QTRY_COMPARE_WITH_TIMEOUT(names(at).size(), 2, patience);
    at.settle();
    choose(menu_at(at, "books"), "corpus_exclude");
    QTRY_COMPARE_WITH_TIMEOUT(names(at), QStringList{"code/tool.py"}, patience);
    at.settle();

    at.trigger("action_excluded");
    auto& list = at.find<QListWidget>("exclusions_list");
    QCOMPARE(list.count(), 3);
    QCOMPARE(list.item(1)->text(), "*.cpp");
    auto& again = at.find<QPushButton>("exclusions_include");
    QVERIFY(!again.isEnabled());
    list.setCurrentRow(2);
    QTest::mouseClick(&again, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(list.count(), 2, patience);
    at.settle();
    QCOMPARE(names(at).size(), 2);
    QTest::keyClicks(&at.find<QLineEdit>("exclusions_pattern"), "*.py");
    QTest::mouseClick(&at.find<QPushButton>("exclusions_exclude"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(list.count(), 3, patience);
    at.settle();
    QCOMPARE(names(at), QStringList{"books/forest.txt"});
  }

  void a_changed_file_is_offered_and_read_again() {
    Window at;
    at.open(read_workspace("changed"));
    QVERIFY(at.session.run());
    auto& bar = at.find<QFrame>("changes_bar");
    QVERIFY(!bar.isVisible());
    test::write_file(home() / "changed-texts/books/sea.txt", "A pelican came instead.\n" + prose(2, 5));
    QTRY_VERIFY_WITH_TIMEOUT(bar.isVisible(), patience);
    QVERIFY(at.text("changes_text").contains("books/sea.txt"));
    QVERIFY(at.text("changes_text").contains("read again"));
    QTest::mouseClick(&at.find<QPushButton>("changes_update"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(at.find<QPushButton>("changes_read").isVisible(), patience);
    at.settle();
    QVERIFY(!at.session.run());
    QVERIFY(!at.find<QPushButton>("changes_update").isVisible());
    at.find<QLineEdit>("search_box").setText("pelican");
    QTest::keyClick(&at.find<QLineEdit>("search_box"), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(at.find<QAbstractItemView>("search_results").model()->rowCount(), 1, patience);
    QTest::mouseClick(&at.find<QPushButton>("changes_read"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(at.session.run() && at.session.run()->complete(), patience);
    QVERIFY(!bar.isVisible());
  }

  void it_updates_by_itself_where_it_is_told_to() {
    Window at;
    at.open(read_workspace("itself"));
    at.find<QCheckBox>("changes_by_itself").setChecked(true);
    test::write_file(home() / "itself-texts/books/new.txt", "A heron stands.\n");
    QTRY_VERIFY_WITH_TIMEOUT(names(at).contains("books/new.txt"), patience);
    at.settle();
    test::write_file(home() / "itself-texts/books/new.txt", "A heron stands no more.\n");
    QTRY_VERIFY_WITH_TIMEOUT(at.session.document(at.session.documents()[1].id)->text_bytes == 24, patience);
  }

  void what_is_put_back_is_no_longer_offered() {
    Window at;
    at.open(read_workspace("back"));
    auto& bar = at.find<QFrame>("changes_bar");
    test::write_file(home() / "back-texts/books/new.txt", "text\n");
    QTRY_VERIFY_WITH_TIMEOUT(bar.isVisible(), patience);
    std::filesystem::remove(home() / "back-texts/books/new.txt");
    QTRY_VERIFY_WITH_TIMEOUT(!bar.isVisible(), patience);
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::ChangesOfFiles>(argc, argv); }
#include "test_changes.moc"
