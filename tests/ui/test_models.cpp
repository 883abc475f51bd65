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

  std::filesystem::path llama_;

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
  static void press(Window& at, const char* button) { QTest::mouseClick(&at.find<QPushButton>(button), Qt::LeftButton); }
  static QString cell(Window& at, int row, int column) { return list(at).index(row, column).data().toString(); }

 private slots:
  void initTestCase() {
    llama_ = home() / "little-llama";
    test::Llama llama = test::Llama().fill();
    test::write_hugging_face(llama_, llama, {"BF16"});
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
    at.outside.folder = path_text(llama_);
    auto& weights = at.find<QComboBox>("models_weights");
    weights.setCurrentIndex(weights.findData("int8"));
    press(at, "models_import_folder");
    at.settle();
    QTRY_VERIFY_WITH_TIMEOUT(row_of(at, "little-llama") >= 0, patience);
    const int row = row_of(at, "little-llama");
    QCOMPARE(cell(at, row, ModelList::weights_column), "int8");
    QCOMPARE(list(at).model(row).problem, "");
    QVERIFY(std::filesystem::exists(explore::models_folder() / "little-llama/model.safetensors"));
    at.find<QTableView>("models_table").selectRow(row);
    press(at, "models_use");
    QVERIFY(at.text("models_state").contains("little-llama reads next"));
    QVERIFY(cell(at, row, ModelList::name_column).startsWith("✓"));
    QCOMPARE(at.session.model(), explore::models_folder() / "little-llama");

    // Its own tokenizer cuts the corpus, and it reads it.
    test::write_file(home() / "tale/tale.txt", "the tale is not in the head, the hat is on the rat\n");
    at.open(home() / "tale");
    QVERIFY(at.session.run() && at.session.run()->done > 0);
    QVERIFY2(at.session.run()->model.find("little-llama") != std::string::npos, at.session.run()->model.c_str());
  }

  void damage_is_told_and_nothing_is_kept_of_it() {
    const auto damaged = home() / "damaged";
    std::filesystem::remove_all(damaged);
    std::filesystem::copy(llama_, damaged, std::filesystem::copy_options::recursive);
    std::filesystem::resize_file(damaged / "model.safetensors", 5000);
    Window at;
    dialog(at);
    at.outside.folder = path_text(damaged);
    press(at, "models_import_folder");
    at.settle();
    QVERIFY2(at.text("models_state").contains("model.safetensors"), qPrintable(at.text("models_state")));
    QVERIFY(at.find<QPushButton>("models_import_folder").isEnabled());
    QVERIFY(!std::filesystem::exists(explore::models_folder() / "damaged"));
    at.outside.model = path_text(home() / "nothing.gguf");
    press(at, "models_import_file");
    at.settle();
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
