#include "ui/corpus_menu.h"

#include <QDialog>
#include <QMenu>

#include "ui/corpus_panel.h"
#include "ui/exclusions_dialog.h"
#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {

namespace {

QString in_menu(QString name) { return name.replace(u'&', QStringLiteral("&&")); }

QAction* add(QMenu& menu, const char* name, const QString& text, const QObject* with, auto run) {
  QAction* action = menu.addAction(text);
  action->setObjectName(QLatin1String(name));
  QObject::connect(action, &QAction::triggered, with, run);
  return action;
}

void add_exclusion(QMenu& menu, const char* name, const QString& text, Session& session, const std::string& pattern) {
  add(menu, name, text, &session, [&session, pattern] {
    session.change({.add = {}, .remove = {}, .exclude = {pattern}, .include_again = {}});
  });
}

}  // namespace

void fill_corpus_menu(QMenu& menu, CorpusPanel& panel, Session& session, const ChosenFile& chosen) {
  menu.clear();
  const std::string path = chosen.path.toStdString();
  const QString name = in_menu(chosen.path.section(u'/', -1));
  if (!path.empty()) {
    add_exclusion(menu, "corpus_exclude", CorpusPanel::tr("Exclude “%1”").arg(name), session,
                  explore::pattern_of(path));
    const auto kind = chosen.is_folder ? std::string() : explore::pattern_of_kind(path);
    if (!kind.empty())
      add_exclusion(menu, "corpus_exclude_kind", CorpusPanel::tr("Exclude all %1").arg(in_menu(to_text(kind))), session, kind);
    menu.addSeparator();
  }
  add(menu, "corpus_excluded", CorpusPanel::tr("Excluded files…"), &panel,
      [&panel, &session] { make_exclusions_dialog(session, panel.window())->show(); });
  add(menu, "corpus_add_folder", CorpusPanel::tr("Add a folder…"), &panel, [&panel] { emit panel.folder_wanted(); });
  if (session.folders().size() < 2) return;
  menu.addSeparator();
  for (const auto& folder : session.folders())
    add(menu, "corpus_remove_folder", CorpusPanel::tr("Remove the folder “%1”").arg(in_menu(to_text(folder.name))), &session,
        [&session, path = std::filesystem::path(folder.path)] {
          session.change({.add = {}, .remove = {path}, .exclude = {}, .include_again = {}});
        });
}

}  // namespace corpuscope::ui
