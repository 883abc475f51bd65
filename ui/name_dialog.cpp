#include "ui/name_dialog.h"

#include <QInputDialog>
#include <QLineEdit>

namespace corpuscope::ui {

void ask_name(QWidget* parent, const QString& title, const QString& suggestion, std::function<void(const QString&)> take) {
  auto* dialog = new QInputDialog(parent);
  dialog->setObjectName(QStringLiteral("name_dialog"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(title);
  dialog->setLabelText(title);
  dialog->setTextValue(suggestion);
  if (auto* edit = dialog->findChild<QLineEdit*>()) {
    edit->setAccessibleName(title);
    edit->setMinimumWidth(edit->fontMetrics().averageCharWidth() * 48);
    edit->selectAll();
  }
  QObject::connect(dialog, &QInputDialog::textValueSelected, parent, [take = std::move(take)](const QString& name) {
    if (!name.trimmed().isEmpty()) take(name.trimmed());
  });
  dialog->open();
}

}  // namespace corpuscope::ui
