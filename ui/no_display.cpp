#include "ui/no_display.h"

namespace corpuscope::ui {

std::unique_ptr<QGuiApplication> application_without_display(int& argc, char** argv) {
  if (QCoreApplication::instance()) return nullptr;
  const QByteArray before = qgetenv("QT_QPA_PLATFORM");
  qputenv("QT_QPA_PLATFORM", "offscreen");
  auto application = std::make_unique<QGuiApplication>(argc, argv);
  if (before.isNull())
    qunsetenv("QT_QPA_PLATFORM");
  else
    qputenv("QT_QPA_PLATFORM", before);
  return application;
}

}  // namespace corpuscope::ui
