#pragma once
// A real window on a real workspace, for tests that click and type into it. Settings, workspaces and a tiny model lie
// in a temporary folder; nothing of the person who runs the tests is read or written.

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QSettings>
#include <QTest>
#include <QWheelEvent>
#include <memory>
#include <random>

#include "explore/open.h"
#include "explore/read.h"
#include "explore/read_support.h"
#include "support.h"
#include "ui/external.h"
#include "ui/main_window.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/themes.h"

namespace corpuscope::ui {

constexpr int patience = 60'000;  // milliseconds; only a test that fails waits so long

// Made before the application begins, since resources and settings are looked for in its places.
class TestHome {
 public:
  TestHome() {
    namespace fs = std::filesystem;
    fs::create_directories(folder_ / "resources/tokenizer");
    fs::create_symlink(test::source_folder() / "resources/tokenizer/default.model",
                       folder_ / "resources/tokenizer/default.model");
    model::Config config = explore::tiny_config();
    config.vocab_size = 8192;
    explore::write_model(folder_ / "resources/models/pocket", config);
    qputenv("CORPUSCOPE_RESOURCES", (folder_ / "resources").c_str());
    qputenv("XDG_DATA_HOME", (folder_ / "data").c_str());
    qputenv("XDG_RUNTIME_DIR", folder_.path().c_str());
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, path_text(folder_ / "settings"));
  }

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  test::TemporaryFolder folder_;
};

inline TestHome*& home_pointer() {
  static TestHome* home = nullptr;
  return home;
}
inline TestHome& home() { return *home_pointer(); }

// main() of a test program: everything below it is ready before the first test.
template <typename Tests>
int run_tests(int argc, char** argv) {
  TestHome place;
  home_pointer() = &place;
  QApplication application(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("corpuscope"));
  QApplication::setApplicationName(QStringLiteral("corpuscope"));
  prepare_themes();
  Tests tests;
  return QTest::qExec(&tests, argc, argv);
}

// ---- texts ----

// Sentences of common words, a paragraph a line with an empty line behind it.
inline std::string prose(int paragraphs, unsigned seed) {
  static const char* const words[] = {"the",  "river", "house", "evening", "light", "walked", "and",  "over",
                                      "slow", "quiet", "with",  "her",     "old",   "letter", "into", "garden",
                                      "rain", "stood", "under", "a",       "heard", "stone",  "far",  "morning"};
  std::mt19937 random(seed);
  std::string text;
  for (int p = 0; p < paragraphs; ++p) {
    for (int s = 0; s < 6; ++s) {
      for (int w = 0; w < 11; ++w) text += std::string(w ? " " : "") + words[random() % std::size(words)];
      text += ". ";
    }
    text += "\n\n";
  }
  return text;
}

// Four documents in two folders, and a file that is no text. "albatross" stands once, in the third line of
// books/sea.txt; "harbour" stands there and in code/tool.py.
inline std::filesystem::path write_texts(const std::filesystem::path& folder) {
  test::write_file(folder / "books/forest.txt", prose(40, 1));
  test::write_file(folder / "books/sea.txt", prose(1, 2) + "An albatross came to the harbour.\n\n" + prose(30, 3));
  std::string code = "#include <vector>\n\n// Adds up.\nint sum(const std::vector<int>& all) {\n  int total = 0;\n";
  for (int i = 0; i < 60; ++i) code += "  total += all[" + std::to_string(i) + "];  // and \"more\"\n";
  test::write_file(folder / "code/main.cpp", code + "  return total;\n}\n");
  test::write_file(folder / "code/tool.py", "def harbour(ship):\n    \"\"\"Where it lies.\"\"\"\n    return ship.place\n");
  test::write_file(folder / "picture.png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + std::string(200, '\0'));
  return folder;
}

// The texts, opened and read to the end by the tiny model.
inline std::filesystem::path read_workspace(const std::string& name,
                                            workspace::Detail detail = workspace::Detail::full) {
  const auto folder = write_texts(home() / (name + "-texts"));
  const auto file = home() / (name + ".corpuscope");
  core::Job job;
  explore::open_corpus(folder, file, {}, job);
  explore::ReadSettings settings;
  settings.detail = detail;
  explore::read_corpus(file, settings, job);
  return file;
}

// ---- the window ----

// The world outside of the window, with answers given beforehand and questions written down.
struct Outside {
  QString folder, workspace, exported, model;  // what the dialogs answer
  bool has_editor = true;
  QList<std::pair<QString, qint64>> edited;
};

class Window {
 public:
  explicit Window(QSize size = {1280, 800}) {
    const External external{[this](QWidget*) { return outside.folder; }, [this](QWidget*) { return outside.workspace; },
                            [this](const QString& file, qint64 line) {
                              outside.edited.append({file, line});
                              return outside.has_editor;
                            },
                            [this](QWidget*, const QString&, const QString&) { return outside.exported; },
                            [this](QWidget*) { return outside.model; }};
    window = std::make_unique<MainWindow>(session, external);
    window->resize(size);
    window->show();
    window->activateWindow();
    (void)QTest::qWaitForWindowActive(window.get());
  }

  template <typename T>
  T& find(const char* name) const {
    auto* found = window->findChild<T*>(QLatin1String(name));
    if (!found) qFatal("the window has no %s", name);
    return *found;
  }
  void trigger(const char* action) const { find<QAction>(action).trigger(); }

  void open(const std::filesystem::path& path) {
    window->open_path(path_text(path));
    settle();
  }
  // Until no job runs, no question is open and no delayed one is about to be asked.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      session.wait_for_jobs();
      QTest::qWait(120);
    }
    session.wait_for_jobs();
  }
  QString text(const char* label) const {
    auto* found = window->findChild<QWidget*>(QLatin1String(label));
    if (!found) qFatal("the window has no %s", label);
    return found->property("text").toString();
  }

  Outside outside;
  Session session;
  std::unique_ptr<MainWindow> window;
};

inline void turn_wheel(QWidget& widget, const QPoint& at, int angle, bool across = false) {
  const QPoint turned = across ? QPoint(angle, 0) : QPoint(0, angle);
  QWheelEvent event(at, widget.mapToGlobal(at), {}, turned, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
  QApplication::sendEvent(&widget, &event);
}

inline void drag(QWidget& widget, const QPoint& from, const QPoint& to) {
  const auto send = [&](QEvent::Type type, const QPoint& at, Qt::MouseButton button, Qt::MouseButtons buttons) {
    QMouseEvent event(type, at, widget.mapToGlobal(at), button, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
  };
  send(QEvent::MouseButtonPress, from, Qt::LeftButton, Qt::LeftButton);
  send(QEvent::MouseMove, (from + to) / 2, Qt::NoButton, Qt::LeftButton);
  send(QEvent::MouseMove, to, Qt::NoButton, Qt::LeftButton);
  send(QEvent::MouseButtonRelease, to, Qt::LeftButton, Qt::NoButton);
}

}  // namespace corpuscope::ui
