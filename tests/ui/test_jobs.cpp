// Jobs: progress, pause, resume, cancel; what was cancelled or killed goes on; and the window answers all the while.

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

#include "ui/reader_text.h"
#include "window_support.h"

namespace corpuscope::ui {

class RunningJobs : public QObject {
  Q_OBJECT

  // So much text that the tiny model reads for some seconds.
  static std::filesystem::path write_much(const std::string& name) {
    const auto folder = write_texts(home() / name);
    for (int i = 0; i < 36; ++i) test::write_file(folder / ("much/" + std::to_string(i) + ".txt"), prose(60, unsigned(i)));
    return folder;
  }
  static void wait_for_reading(const Window& at) {
    QTRY_VERIFY_WITH_TIMEOUT(at.text("job_stage").startsWith("Reading by the model") &&
                                 at.find<QProgressBar>("job_progress").value() > 0,
                             patience);
  }
  static std::int64_t tokens_read(const std::filesystem::path& file) {
    const auto runs = workspace::Workspace::open(file).runs();
    return runs.empty() ? 0 : runs.front().done;
  }

 private slots:
  void init() { QSettings().clear(); }

  void progress_pause_and_resume() {
    Window at;
    at.window->open_path(path_text(write_much("pause")));
    wait_for_reading(at);
    auto& pause = at.find<QToolButton>("job_pause");
    auto& progress = at.find<QProgressBar>("job_progress");
    QVERIFY(progress.isVisible() && pause.isVisible() && at.find<QToolButton>("job_cancel").isVisible());
    QTRY_VERIFY2_WITH_TIMEOUT(at.text("job_amounts").contains("tokens/s") && at.text("job_amounts").contains("left"),
                              qPrintable(at.text("job_amounts")), patience);
    QTest::mouseClick(&pause, Qt::LeftButton);
    QVERIFY(at.text("job_stage").contains("paused"));
    QCOMPARE(pause.text(), "Resume");
    QTest::qWait(600);  // the step under way comes to its end
    const int before = progress.value();
    QTest::qWait(600);
    QCOMPARE(progress.value(), before);
    QVERIFY(before < progress.maximum());

    // The text can be read and searched before the model has read it.
    at.find<QLineEdit>("search_box").setText("albatross");
    QTest::keyClick(&at.find<QLineEdit>("search_box"), Qt::Key_Return);
    auto& results = at.find<QTableView>("search_results");
    QTRY_COMPARE_WITH_TIMEOUT(results.model()->rowCount(), 1, patience);
    results.setCurrentIndex(results.model()->index(0, 0));
    QTest::keyClick(&results, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(at.text("reader_title"), "books/sea.txt", patience);
    QTRY_VERIFY_WITH_TIMEOUT(at.find<ReaderText>("reader_text").first_line() >= 1, patience);

    QTest::mouseClick(&pause, Qt::LeftButton);
    QCOMPARE(pause.text(), "Pause");
    QTRY_VERIFY_WITH_TIMEOUT(progress.value() > before || !at.session.is_busy(), patience);
    at.trigger("action_back");  // nothing behind: does nothing
    at.settle();
    QVERIFY(at.session.run()->complete());
    QVERIFY(!progress.isVisible());
    QVERIFY2(at.text("job_stage").contains("read by pocket"), qPrintable(at.text("job_stage")));
  }

  void what_was_cancelled_goes_on() {
    const auto folder = write_much("cancel");
    qint64 run = 0, done = 0;
    {
      Window at;
      at.window->open_path(path_text(folder));
      wait_for_reading(at);
      QTest::mouseClick(&at.find<QToolButton>("job_cancel"), Qt::LeftButton);
      QTRY_VERIFY_WITH_TIMEOUT(!at.session.is_busy(), patience);
      at.settle();
      QVERIFY(!at.find<QToolButton>("job_cancel").isVisible());
      QVERIFY(!at.find<QWidget>("message_bar").isVisible());  // it was asked for: no failure
      QVERIFY(at.session.run() && !at.session.run()->complete());
      QVERIFY2(at.text("job_stage").contains("% read by pocket"), qPrintable(at.text("job_stage")));
      run = at.session.run()->id;
      done = at.session.run()->done;
      // Of what was read there is something to see, of the rest it is said that it is not there yet.
      at.session.selection().set_cursor(done / 2);
      at.settle();
      QVERIFY(at.text("inspector_surprise").contains("bits"));
      at.session.selection().set_cursor(at.session.selection().length() - 5);
      at.settle();
      QCOMPARE(at.text("inspector_surprise"), "not read yet");
    }
    Window at;
    at.window->open_path(path_text(folder));
    QTRY_VERIFY_WITH_TIMEOUT(at.session.run() && at.session.run()->done >= done, patience);
    at.settle();
    QVERIFY(at.session.run()->complete());
    QCOMPARE(qint64(at.session.run()->id), run);
    QCOMPARE(at.session.runs().size(), std::size_t(1));
  }

  void what_was_killed_goes_on() {
    const auto file = home() / "killed.corpuscope";
    core::Job job;
    explore::open_corpus(write_much("killed"), file, {}, job);
    QProcess program;
    program.start(CORPUSCOPE_BINARY_DIR "/corpuscope", {"read", "-w", path_text(file)});
    QTRY_VERIFY_WITH_TIMEOUT(tokens_read(file) > 0 || program.state() == QProcess::NotRunning, patience);
    program.kill();
    program.waitForFinished();
    const auto done = tokens_read(file);
    QVERIFY(done > 0);
    Window at;
    at.open(file);
    QVERIFY(at.session.run() && at.session.run()->done == done);
    QVERIFY(!at.session.run()->complete());
    const auto run = at.session.run()->id;
    at.trigger("action_read_1");
    at.settle();
    QTest::keyClick(&at.find<QDialog>("read_dialog"), Qt::Key_Return);
    at.settle();
    QVERIFY(at.session.run()->complete());
    QCOMPARE(at.session.run()->id, run);
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
  }

  void a_reading_says_first_what_it_takes() {
    const auto file = home() / "planned.corpuscope";
    core::Job job;
    explore::open_corpus(write_texts(home() / "planned-texts"), file, {}, job);
    Window at;
    at.open(file);
    at.trigger("action_read_0");
    at.settle();
    auto& dialog = at.find<QDialog>("read_dialog");
    QVERIFY(dialog.isVisible());
    QVERIFY(at.find<QRadioButton>("read_detail_0").isChecked());
    QVERIFY(at.text("read_about").contains("pocket"));
    // What is told is the engine's own estimate.
    const workspace::Detail details[] = {workspace::Detail::light, workspace::Detail::balanced, workspace::Detail::full};
    for (int i = 0; i < 3; ++i) {
      explore::ReadSettings settings;
      settings.detail = details[i];
      const auto plan = explore::plan_read(file, settings);
      const auto told = [&](const char* part) { return at.text(qPrintable(QStringLiteral("read_%1_%2").arg(part).arg(i))); };
      QCOMPARE(told("adds"), size(plan.bytes));
      QCOMPARE(told("tiles"), size(plan.tile_bytes));
      QCOMPARE(told("memory"), size(plan.memory));
      QVERIFY(plan.memory > 0 && told("time") != QStringLiteral("…"));
    }
    QTest::keyClick(&dialog, Qt::Key_Escape);
    at.settle();
    QVERIFY(at.session.runs().empty());  // given up: nothing is read
    at.trigger("action_read_0");
    at.settle();
    auto& full = at.find<QRadioButton>("read_detail_2");
    QTest::mouseClick(&full, Qt::LeftButton, {}, QPoint(8, full.height() / 2));
    QTest::mouseClick(&at.find<QPushButton>("read_begin"), Qt::LeftButton);
    at.settle();
    QVERIFY(at.session.run() && at.session.run()->complete());
    QVERIFY(at.session.run()->detail == workspace::Detail::full);
    at.trigger("action_read_2");
    at.settle();
    QVERIFY(at.text("read_time_2").contains("already"));
  }

  void while_another_program_writes() {
    const auto file = home() / "shared.corpuscope";
    core::Job job;
    explore::open_corpus(write_much("shared"), file, {}, job);
    QProcess program;
    program.start(CORPUSCOPE_BINARY_DIR "/corpuscope", {"read", "-w", path_text(file)});
    QTRY_VERIFY_WITH_TIMEOUT(tokens_read(file) > 0 || program.state() == QProcess::NotRunning, patience);
    Window at;
    at.open(file);
    at.trigger("action_read_2");
    QTest::keyClick(&at.find<QDialog>("read_dialog"), Qt::Key_Return);
    at.settle();
    QVERIFY(at.find<QWidget>("message_bar").isVisible());
    QVERIFY2(at.text("message_text").contains('\n'), qPrintable(at.text("message_text")));
    at.session.selection().set_cursor(50);
    at.settle();
    QVERIFY(at.text("inspector_place").contains(".txt:"));
    program.kill();
    program.waitForFinished();
  }

  void another_corpus_in_the_middle_of_a_job() {
    Window at;
    at.window->open_path(path_text(write_much("middle")));
    wait_for_reading(at);
    at.open(write_texts(home() / "instead"));
    QCOMPARE(at.session.documents().size(), std::size_t(4));
    QVERIFY(at.session.run()->complete());
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
  }

  // The event loop is never held up for long. The limit is generous: it tells a window that hangs from a busy machine.
  void the_window_answers_while_jobs_run() {
    const auto folder = write_much("answers");
    Window at;
    QElapsedTimer clock;
    qint64 longest = 0, count = 0;
    QTimer ticks;
    connect(&ticks, &QTimer::timeout, [&] {
      longest = std::max(longest, clock.restart());
      ++count;
    });
    clock.start();
    ticks.start(5);
    at.window->open_path(path_text(folder));
    constexpr int long_enough = 8000;
    QElapsedTimer whole;
    whole.start();
    while (at.session.is_busy() && whole.elapsed() < long_enough) {
      const qint64 length = at.session.selection().length();
      if (length > 0) at.session.selection().set_cursor((at.session.selection().cursor() + 7919) % length);
      at.find<QLineEdit>("search_box").setText(count % 2 ? "albatross" : "harbour");
      QTest::keyClick(&at.find<QLineEdit>("search_box"), Qt::Key_Return);
      QTest::qWait(60);
    }
    at.session.cancel_job();
    qInfo("longest time between two ticks of the event loop: %lld ms, over %lld ticks", longest, count);
    QVERIFY(count > 20);
    QVERIFY2(longest < 1000, qPrintable(QString::number(longest)));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::RunningJobs>(argc, argv); }
#include "test_jobs.moc"
