#include "ui/run.h"

#include <QApplication>
#include <QTimer>

#include "ui/main_window.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/themes.h"

namespace corpuscope::ui {

int run_window(int& argc, char** argv, const std::filesystem::path& target) {
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("corpuscope"));
  QApplication::setApplicationDisplayName(QStringLiteral("Corpuscope"));
  QApplication::setOrganizationName(QStringLiteral("corpuscope"));
  QApplication::setDesktopFileName(QStringLiteral("corpuscope"));
  prepare_themes();
  Session session;
  MainWindow window(session);
  window.show();
  // The window is on the screen before anything is opened.
  if (!target.empty()) QTimer::singleShot(0, &window, [&] { window.open_path(path_text(target)); });
  return QApplication::exec();
}

}  // namespace corpuscope::ui
