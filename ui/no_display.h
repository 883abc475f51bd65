#pragma once
// Pictures need a QGuiApplication, but neither a window nor a display.

#include <QGuiApplication>
#include <memory>

namespace corpuscope::ui {

// Null where there is an application already.
std::unique_ptr<QGuiApplication> application_without_display(int& argc, char** argv);

}  // namespace corpuscope::ui
