#pragma once
// Asks a person for a name, without holding anything up.

#include <QString>
#include <functional>

class QWidget;

namespace corpuscope::ui {

// `take` gets a name that is not empty; it is not called where the person gives up.
void ask_name(QWidget* parent, const QString& title, const QString& suggestion, std::function<void(const QString&)> take);

}  // namespace corpuscope::ui
