#include "ui/exclusions_dialog.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QDialog::tr(text); }

void fill(QListWidget& list, const Session& session) {
  list.clear();
  for (const auto& pattern : session.exclusions()) list.addItem(to_text(pattern));
  if (list.count() > 0) return;
  list.addItem(tr("Nothing is excluded"));
  list.item(0)->setFlags(Qt::NoItemFlags);  // it cannot be chosen
}

}  // namespace

QDialog* make_exclusions_dialog(Session& session, QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setObjectName(QStringLiteral("exclusions_dialog"));
  dialog->setWindowTitle(tr("Excluded files"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  auto* about = new QLabel(tr("Files and folders whose names fit one of these patterns are left out of the corpus. "
                              "Patterns are as in .gitignore: *.log, build/, /notes/old, a/**/b, !kept.log."));
  about->setWordWrap(true);
  auto* list = new QListWidget;
  list->setObjectName(QStringLiteral("exclusions_list"));
  list->setAccessibleName(tr("Excluded patterns"));
  auto* pattern = new QLineEdit;
  pattern->setObjectName(QStringLiteral("exclusions_pattern"));
  pattern->setPlaceholderText(tr("Pattern"));
  pattern->setAccessibleName(tr("A pattern to exclude"));
  auto* exclude = new QPushButton(tr("Exclude"));
  exclude->setObjectName(QStringLiteral("exclusions_exclude"));
  exclude->setEnabled(false);
  auto* again = new QPushButton(tr("Include again"));
  again->setObjectName(QStringLiteral("exclusions_include"));
  again->setEnabled(false);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  buttons->addButton(again, QDialogButtonBox::ActionRole);
  auto* row = new QHBoxLayout;
  row->addWidget(pattern, 1);
  row->addWidget(exclude);
  auto* column = new QVBoxLayout(dialog);
  column->addWidget(about);
  column->addWidget(list, 1);
  column->addLayout(row);
  column->addWidget(buttons);

  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  QObject::connect(pattern, &QLineEdit::textChanged, exclude,
                   [exclude](const QString& text) { exclude->setEnabled(!text.trimmed().isEmpty()); });
  QObject::connect(exclude, &QPushButton::clicked, dialog, [&session, pattern] {
    session.change({.add = {}, .remove = {}, .exclude = {pattern->text().trimmed().toStdString()}, .include_again = {}});
    pattern->clear();
  });
  QObject::connect(list, &QListWidget::itemSelectionChanged, again,
                   [again, list] { again->setEnabled(!list->selectedItems().isEmpty()); });
  QObject::connect(again, &QPushButton::clicked, dialog, [&session, list] {
    for (const auto* item : list->selectedItems())
      session.change({.add = {}, .remove = {}, .exclude = {}, .include_again = {item->text().toStdString()}});
  });
  QObject::connect(&session, &Session::documents_changed, dialog, [list, &session] { fill(*list, session); });
  fill(*list, session);
  const QFontMetrics metrics(dialog->font());
  dialog->resize(56 * metrics.averageCharWidth() + 60, 22 * metrics.height());
  return dialog;
}

}  // namespace corpuscope::ui
