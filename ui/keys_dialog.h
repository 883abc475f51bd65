#pragma once
// All keys at a glance: those of the actions, and those of the views.

#include <QAction>
#include <QList>

class QDialog;
class QWidget;

namespace corpuscope::ui {

QDialog* make_keys_dialog(const QList<QAction*>& actions, QWidget* parent);

}  // namespace corpuscope::ui
