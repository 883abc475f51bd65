#include "ui/keys_dialog.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QDialog::tr(text); }

struct Group {
  QString name;
  QList<std::pair<QString, QString>> keys;  // what it does, the key
};

Group keys_of(const QList<QAction*>& actions) {
  Group group{tr("Everywhere"), {}};
  for (const QAction* action : actions)
    if (!action->shortcut().isEmpty())
      group.keys.append({action->text().remove(u'&').remove(u'…'), action->shortcut().toString(QKeySequence::NativeText)});
  return group;
}

QList<Group> keys_of_views() {
  const QString zoom = tr("Zoom in, out"), all = tr("Show all");
  return {{tr("Sequence"),
           {{tr("Move"), tr("Left, Right, Page Up, Page Down")}, {zoom, tr("+, -")}, {all, tr("Home")},
            {tr("Choose a range"), tr("Shift and drag")}, {tr("Show a document"), tr("double click")},
            {tr("Bookmark the cursor's place"), tr("B")}, {tr("Copy the picture"), tr("Ctrl+C")}}},
          {tr("Reader"),
           {{tr("Next, previous token"), tr("Right, Left")},
            {tr("Token above, below"), tr("Up, Down")},
            {tr("Choose several tokens"), tr("Shift with any of these")},
            {tr("Copy what is chosen"), tr("Ctrl+C")},
            {tr("Scroll"), tr("Page Up, Page Down, Ctrl+Up, Ctrl+Down")},
            {tr("Beginning, end"), tr("Home, End")}}},
          {tr("Attention"),
           {{tr("Move"), tr("Left, Right, Up, Down")}, {tr("Along the diagonal"), tr("Page Up, Page Down")}, {zoom, tr("+, -")},
            {all, tr("Home")}, {tr("Zoom into a box"), tr("Shift and drag")}, {tr("Back, forward"), tr("Backspace, Shift+Backspace")},
            {tr("Bookmark the view"), tr("B")}, {tr("What can be done with a pair"), tr("Menu")}}},
          {tr("Paths"),
           {{tr("Previous, next step"), tr("Left, Right")},
            {tr("First, last step"), tr("Home, End")},
            {tr("Stronger, weaker path"), tr("Up, Down")}}},
          {tr("Lists"), {{tr("Go to the chosen place"), tr("Enter")}}}};
}

}  // namespace

QDialog* make_keys_dialog(const QList<QAction*>& actions, QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setObjectName(QStringLiteral("keys_dialog"));
  dialog->setWindowTitle(tr("Keyboard"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  auto* list = new QTreeWidget;
  list->setAccessibleName(tr("Keys"));
  list->setColumnCount(2);
  list->setHeaderHidden(true);
  list->setRootIsDecorated(false);
  for (const Group& group : QList<Group>{keys_of(actions)} + keys_of_views()) {
    auto* title = new QTreeWidgetItem(list, {group.name});
    QFont bold = list->font();
    bold.setBold(true);
    title->setFont(0, bold);
    for (const auto& [what, key] : group.keys) new QTreeWidgetItem(title, {what, key});
  }
  list->expandAll();
  list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* column = new QVBoxLayout(dialog);
  column->addWidget(list, 1);
  column->addWidget(buttons);
  const QFontMetrics metrics(dialog->font());
  dialog->resize(60 * metrics.averageCharWidth() + 160, 32 * metrics.height());
  return dialog;
}

}  // namespace corpuscope::ui
