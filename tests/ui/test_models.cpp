// The models' window: what is at hand, imports with their progress, end and errors, and which one reads next.

#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <atomic>
#include <thread>

#include "model/checkpoint_files.h"
#include "ui/model_list.h"
#include "window_support.h"

namespace corpuscope::ui {

class Models : public QObject {
  Q_OBJECT

  std::filesystem::path llama_, gguf_;

  static QDialog& dialog(Window& at) {
    at.trigger("action_models");
    auto& out = at.find<QDialog>("models_dialog");
    listed(at);
    return out;
  }
  static const ModelList& list(Window& at) { return static_cast<const ModelList&>(*at.find<QTableView>("models_table").model()); }
  static void listed(Window& at) { QTRY_VERIFY_WITH_TIMEOUT(list(at).rowCount() > 0, patience); }
  static int row_of(Window& at, const std::string& name) {
    for (int row = 0; row < list(at).rowCount(); ++row)
      if (list(at).model(row).name == name) return row;
    return -1;
  }
  static void import_folder(Window& at, const std::filesystem::path& folder) {
    at.outside.folder = path_text(folder);
    press(at, "models_import_folder");
    at.settle();
  }
  static void import_file(Window& at, const std::filesystem::path& file) {
    at.outside.model = path_text(file);
    press(at, "models_import_file");
    at.settle();
  }
  // Chosen by a click on its row and on the button.
  static void use(Window& at, int row) {
    auto& table = at.find<QTableView>("models_table");
    const QRect cell = table.visualRect(table.model()->index(row, ModelList::name_column));
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, cell.center());
    QCOMPARE(table.currentIndex().row(), row);
    press(at, "models_use");
  }
  static void press(Window& at, const char* button) { QTest::mouseClick(&at.find<QPushButton>(button), Qt::LeftButton); }
  static QString cell(Window& at, int row, int column) { return list(at).index(row, column).data().toString(); }

 private slots:
  void initTestCase() {
    llama_ = home() / "little-llama";
    test::Llama llama = test::Llama().fill();
    test::write_hugging_face(llama_, llama, {"BF16"});
    gguf_ = home() / "one-file.gguf";
    test::write_file(gguf_, test::gguf(llama, "Q8_0"));
  }
  void init() { QSettings().clear(); }
  void cleanup() { std::filesystem::remove_all(explore::models_folder()); }

  void what_is_at_hand_is_told_with_its_sizes() {
    Window at;
    dialog(at);
    const int row = row_of(at, "pocket");
    QVERIFY(row >= 0);
    const auto& model = list(at).model(row);
    QVERIFY(cell(at, row, ModelList::name_column).startsWith("✓"));
    QCOMPARE(cell(at, row, ModelList::weights_column), "float32");
    QVERIFY(cell(at, row, ModelList::speed_column).endsWith("tokens/s"));
    QCOMPARE(cell(at, row, ModelList::architecture_column), to_text(model.architecture));
    QVERIFY(at.text("models_about").contains("1,000,000 tokens") && at.text("models_about").contains("free"));
  }

  void a_model_of_others_is_imported_chosen_and_reads() {
    Window at;
    dialog(at);
    auto& weights = at.find<QComboBox>("models_weights");
    weights.setCurrentIndex(weights.findData("int8"));
    import_folder(at, llama_);
    QTRY_VERIFY_WITH_TIMEOUT(row_of(at, "little-llama") >= 0, patience);
    QCOMPARE(at.text("models_state"), "The model was imported.");
    const int row = row_of(at, "little-llama");
    QCOMPARE(cell(at, row, ModelList::weights_column), "int8");
    QCOMPARE(list(at).model(row).problem, "");
    QVERIFY(std::filesystem::exists(explore::models_folder() / "little-llama/model.safetensors"));
    QCOMPARE(at.find<QTableView>("models_table").currentIndex().row(), row);  // what is new is shown
    use(at, row);
    QVERIFY(at.text("models_state").contains("little-llama reads what is opened next"));
    QVERIFY(cell(at, row, ModelList::name_column).startsWith("✓"));
    QCOMPARE(at.session.model(), explore::models_folder() / "little-llama");

    // Its own tokenizer cuts the corpus, and it reads it.
    test::write_file(home() / "tale/tale.txt", "the tale is not in the head, the hat is on the rat\n");
    at.open(home() / "tale");
    QVERIFY(at.session.run() && at.session.run()->done > 0);
    QVERIFY2(at.session.run()->model.find("little-llama") != std::string::npos, at.session.run()->model.c_str());
    const qint64 by_llama = at.session.summary().tokens;

    // The one that comes along does not read what another's tokenizer cut, until the corpus was cut anew.
    use(at, row_of(at, "pocket"));
    QVERIFY(at.text("models_state").contains("Update the corpus"));
    QStringList problems;
    connect(&at.session, &Session::failed, at.window.get(), [&](const QString& what) { problems += what; });
    at.session.read(workspace::Detail::balanced);
    at.settle();
    QVERIFY2(problems.size() == 1 && problems[0].contains("another tokenizer"), qPrintable(problems.join(u'\n')));
    at.session.update();
    at.settle();
    QVERIFY2(problems.size() == 1, qPrintable(problems.join(u'\n')));  // no view asked in vain for the run that went
    QVERIFY(at.session.summary().tokens != by_llama);
    QVERIFY2(at.session.run()->model.find("pocket") != std::string::npos, at.session.run()->model.c_str());
  }

  void the_chosen_one_is_remembered_until_it_is_gone() {
    {
      Window at;
      dialog(at);
      import_folder(at, llama_);
      QTRY_VERIFY_WITH_TIMEOUT(row_of(at, "little-llama") >= 0, patience);
      use(at, row_of(at, "little-llama"));
    }
    {
      Window at;
      QCOMPARE(at.session.model(), explore::models_folder() / "little-llama");
      QVERIFY(!at.find<QWidget>("message_bar").isVisible());
      test::write_file(home() / "story/story.txt", "the hat is on the rat, the tale is in the head\n");
      at.open(home() / "story");
      QVERIFY(at.session.run());
      QVERIFY2(at.session.run()->model.find("little-llama") != std::string::npos, at.session.run()->model.c_str());
      dialog(at);
      QVERIFY(cell(at, row_of(at, "little-llama"), ModelList::name_column).startsWith("✓"));
      QVERIFY(!cell(at, row_of(at, "pocket"), ModelList::name_column).startsWith("✓"));
    }
    std::filesystem::remove_all(explore::models_folder() / "little-llama");
    {
      Window at;
      QVERIFY(at.session.model().empty());
      QVERIFY(at.find<QWidget>("message_bar").isVisible());
      QVERIFY2(at.text("message_text").contains("little-llama"), qPrintable(at.text("message_text")));
    }
    Window at;  // told once
    QVERIFY(at.session.model().empty());
    QVERIFY(!at.find<QWidget>("message_bar").isVisible());
    dialog(at);
    use(at, row_of(at, "pocket"));
    QVERIFY(!QSettings().contains("read/model"));
  }

  void a_gguf_file_is_imported_and_one_that_was_cut_off_is_not() {
    Window at;
    dialog(at);
    const auto cut = home() / "cut-off.gguf";
    std::filesystem::copy_file(gguf_, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
    import_file(at, cut);
    QVERIFY2(at.text("models_state").contains("cut-off.gguf cannot be used"), qPrintable(at.text("models_state")));
    QVERIFY(!std::filesystem::exists(explore::models_folder() / "cut-off"));
    // The window goes on.
    import_file(at, gguf_);
    QTRY_VERIFY_WITH_TIMEOUT(row_of(at, "one-file") >= 0, patience);
    QCOMPARE(row_of(at, "cut-off"), -1);
    QCOMPARE(list(at).model(row_of(at, "one-file")).problem, "");
    QCOMPARE(cell(at, row_of(at, "one-file"), ModelList::weights_column), "bf16");
    // A name that is taken is not written over.
    import_file(at, gguf_);
    QVERIFY2(at.text("models_state").contains("one-file"), qPrintable(at.text("models_state")));
    QVERIFY(at.text("models_state") != "The model was imported.");
  }

  void one_dialog_is_enough() {
    Window at;
    auto& first = dialog(at);
    QCOMPARE(&dialog(at), &first);
    QCOMPARE(at.window->findChildren<QDialog*>("models_dialog").size(), 1);
  }

  void damage_is_told_and_nothing_is_kept_of_it() {
    const auto damaged = home() / "damaged";
    std::filesystem::remove_all(damaged);
    std::filesystem::copy(llama_, damaged, std::filesystem::copy_options::recursive);
    std::filesystem::resize_file(damaged / "model.safetensors", 5000);
    Window at;
    dialog(at);
    import_folder(at, damaged);
    QVERIFY2(at.text("models_state").contains("model.safetensors"), qPrintable(at.text("models_state")));
    QVERIFY(at.find<QPushButton>("models_import_folder").isEnabled());
    QVERIFY(!std::filesystem::exists(explore::models_folder() / "damaged"));
    import_file(at, home() / "nothing.gguf");
    QVERIFY2(at.text("models_state").contains("nothing.gguf"), qPrintable(at.text("models_state")));
  }

  void an_import_that_waits_is_stopped_without_the_work_before_it() {
    Window at;
    dialog(at);
    std::atomic<bool> go = false;
    bool finished = false;
    connect(&at.session, &Session::job_finished, at.window.get(), [&](const QString& what) { finished |= what == u"before"; });
    at.session.work(QStringLiteral("before"), [&](core::Job&) {
      while (!go) std::this_thread::yield();
    });
    at.outside.folder = path_text(llama_);
    press(at, "models_import_folder");
    QVERIFY(at.text("models_state").contains("waits"));
    press(at, "models_cancel");
    go = true;
    at.settle();
    QVERIFY(finished);
    QVERIFY(at.text("models_state").contains("stopped"));
    QVERIFY(!std::filesystem::exists(explore::models_folder() / "little-llama"));
  }

  void a_model_that_cannot_be_used_says_why() {
    test::write_file(explore::models_folder() / "theirs/config.json", R"({"model_type":"llama"})");
    Window at;
    dialog(at);
    const int row = row_of(at, "theirs");
    QVERIFY(row >= 0);
    QVERIFY(cell(at, row, ModelList::architecture_column).startsWith("cannot be used"));
    at.find<QTableView>("models_table").selectRow(row);
    QVERIFY(!at.find<QPushButton>("models_use").isEnabled());
    QVERIFY(!at.text("models_about").isEmpty());
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::Models>(argc, argv); }
#include "test_models.moc"
