#include "ui/bookmark_menu.h"

#include <QCoreApplication>
#include <QMenu>
#include <QPointer>

#include "ui/bookmarks.h"
#include "ui/name_dialog.h"
#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("bookmarks", text); }

QMenu* add_list(QMenu& menu, Session& session, const QString& text, const QString& name,
                const std::function<void(const workspace::Bookmark&)>& run) {
  delete menu.findChild<QMenu*>(name);  // of the time before: clearing a menu leaves those below it
  QMenu* list = menu.addMenu(text);
  list->setObjectName(name);
  list->setEnabled(!session.bookmarks().all().empty());
  for (const auto& bookmark : session.bookmarks().all())
    QObject::connect(list->addAction(to_text(bookmark.name).replace(u'&', QStringLiteral("&&"))), &QAction::triggered,
                     list, [run, bookmark] { run(bookmark); });
  return list;
}

}  // namespace

void add_bookmark_lists(QMenu& menu, Session& session, const QString& prefix, QWidget* parent,
                        const std::function<void(const workspace::Bookmark&)>& go) {
  const auto to_cursor = [&session](const workspace::Bookmark& b) { session.selection().set_cursor(b.first, b.count); };
  add_list(menu, session, tr("Go to bookmark"), prefix + QStringLiteral("_bookmarks"), go ? go : to_cursor);
  add_list(menu, session, tr("Rename bookmark"), prefix + QStringLiteral("_rename_bookmarks"),
           [&session, parent](const workspace::Bookmark& b) {
             ask_name(parent, tr("Name of the bookmark"), to_text(b.name),
                      [&session, id = b.id](const QString& name) { session.bookmarks().rename(id, name); });
           });
  add_list(menu, session, tr("Remove bookmark"), prefix + QStringLiteral("_remove_bookmarks"),
           [&session](const workspace::Bookmark& b) { session.bookmarks().remove(b.id); });
}

void add_named_bookmark(Session& session, QWidget* parent, const workspace::Bookmark& bookmark) {
  session.bookmarks().suggest(bookmark.first, [&session, bookmark, parent = QPointer(parent)](const QString& suggestion) {
    if (!parent) return;
    ask_name(parent, tr("Name of the bookmark"), suggestion, [&session, bookmark](const QString& name) {
      workspace::Bookmark named = bookmark;
      named.name = name.toStdString();
      session.bookmarks().add(named);
    });
  });
}

}  // namespace corpuscope::ui
