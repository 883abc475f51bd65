#include "ui/sequence_menu.h"

#include <QMenu>

#include "ui/bookmark_menu.h"
#include "ui/sequence_bar.h"
#include "ui/sequence_content.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

void add_row_choice(QMenu& menu, SequenceContent& content, const QString& text, const QString& key) {
  QAction* action = menu.addAction(text);
  action->setObjectName(QStringLiteral("sequence_show_") + QString(key).replace(u' ', u'_'));
  action->setCheckable(true);
  action->setChecked(content.shown().contains(key));
  QObject::connect(action, &QAction::toggled, &content, [&content, key](bool on) { content.show(key, on); });
}

QAction* add(QMenu& menu, const QString& name, const QString& text, const QObject* with, auto run) {
  QAction* action = menu.addAction(text);
  action->setObjectName(name);
  QObject::connect(action, &QAction::triggered, with, run);
  return action;
}

void add_views(QMenu& menu, Session& session) {
  Selection& selection = session.selection();
  add(menu, QStringLiteral("sequence_all"), SequenceBar::tr("Show all"), &selection,
      [&selection] { selection.set_view(0, selection.length()); });
  const auto* document = session.document_at(selection.cursor());
  add(menu, QStringLiteral("sequence_document"), SequenceBar::tr("Show the cursor's document"), &selection,
      [&selection, first = document ? document->first_token : 0, count = document ? document->tokens : 0] {
        selection.set_view(first, count);
      })->setEnabled(document);
  constexpr qint64 around = 40;
  add(menu, QStringLiteral("sequence_selection"), SequenceBar::tr("Show what is chosen"), &selection,
      [&selection] {
        selection.set_view(selection.cursor() - around, selection.count() + 2 * around);
      })->setEnabled(selection.cursor() >= 0);
}

void add_bookmarks(QMenu& menu, SequenceBar& bar, SequenceContent& content, Session& session) {
  add(menu, QStringLiteral("sequence_bookmark"), SequenceBar::tr("Bookmark the cursor's place\tB"), &content, [&content] {
    content.add_bookmark();
  })->setEnabled(session.selection().cursor() >= 0);
  add_bookmark_lists(menu, session, QStringLiteral("sequence"), &bar);
}

}  // namespace

void fill_sequence_menu(QMenu& menu, SequenceBar& bar, SequenceContent& content, Session& session) {
  menu.clear();
  menu.addSection(SequenceBar::tr("Tracks"));
  for (const TrackChoice& choice : content.choices()) add_row_choice(menu, content, choice.menu, choice.row.key);
  add_row_choice(menu, content, SequenceBar::tr("Blind spots of the cursor's token"), blind_key);
  add_row_choice(menu, content, SequenceBar::tr("Bookmarks"), bookmarks_key);
  add_row_choice(menu, content, SequenceBar::tr("Segments"), segments_key);
  menu.addSection(SequenceBar::tr("Part"));
  add_views(menu, session);
  menu.addSection(SequenceBar::tr("Bookmarks"));
  add_bookmarks(menu, bar, content, session);
  menu.addSection(SequenceBar::tr("Out of the window"));
  add(menu, QStringLiteral("sequence_copy"), SequenceBar::tr("Copy the picture\tCtrl+C"), &bar, [&bar] { bar.copy_picture(); });
  add(menu, QStringLiteral("sequence_export_picture"), SequenceBar::tr("Export the picture (PNG, SVG)…"), &bar,
      [&bar] { emit bar.picture_wanted(); });
  add(menu, QStringLiteral("sequence_export_values"), SequenceBar::tr("Export the values (CSV, JSON)…"), &bar,
      [&bar] { emit bar.values_wanted(); });
}

}  // namespace corpuscope::ui
