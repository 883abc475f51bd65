#include "ui/attention_places.h"

#include <algorithm>

#include "ui/attention_pane.h"
#include "ui/bookmark_menu.h"
#include "ui/bookmarks.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

AttentionPlaces::AttentionPlaces(Session& session, AttentionPane& pane, QWidget* parent)
    : QMenu(parent), session_(session), pane_(pane) {
  connect(this, &QMenu::aboutToShow, this, &AttentionPlaces::fill);
}

void AttentionPlaces::watch(AttentionCanvas& canvas) {
  connect(&canvas, &AttentionCanvas::bookmark_chosen, this, [this](qint64 id) {
    const auto& all = session_.bookmarks().all();
    if (const auto found = std::ranges::find(all, id, &workspace::Bookmark::id); found != all.end()) go_to(*found);
  });
  connect(&canvas, &AttentionCanvas::bookmark_wanted, this, &AttentionPlaces::bookmark_view);
  connect(&canvas, &AttentionCanvas::menu_wanted, this, &AttentionPlaces::show_for_pair);
}

void AttentionPlaces::add_range(const QString& text, const char* name, qint64 first, qint64 count) {
  auto* action = addAction(text, &pane_.canvas(), [this, first, count] { pane_.canvas().show_range(first, count); });
  action->setObjectName(QLatin1String(name));
}

void AttentionPlaces::add_segments(qint64 token) {
  const qint64 length = pane_.canvas().length();
  addSection(tr("Segment at the cursor"));
  for (const auto& level : pane_.geometry()->pattern.levels) {
    const qint64 first = token / level.segment * level.segment, end = std::min<qint64>(first + level.segment, length);
    add_range(tr("%1:  %2 – %3").arg(segment_text(level.segment), grouped(first), grouped(end - 1)), "go_segment", first, end - first);
    if (level.segment >= length) break;
  }
}

void AttentionPlaces::fill() {
  clear();
  const Selection& selection = session_.selection();
  const qint64 token = selection.cursor() >= 0 ? selection.cursor() : pane_.canvas().length() / 2;
  if (selection.cursor() >= 0)
    add_range(tr("Selection"), "go_selection", std::max<qint64>(token - 12, 0), selection.count() + 24);
  if (const auto* document = session_.document_at(token))
    add_range(tr("Document  %1").arg(to_text(document->name)), "go_document", document->first_token, document->tokens);
  if (pane_.geometry()) add_segments(token);
  addSection(tr("Bookmarks"));
  auto* add = addAction(tr("Bookmark this view…\tB"), this, &AttentionPlaces::bookmark_view);
  add->setObjectName(QStringLiteral("attention_bookmark"));
  add->setEnabled(pane_.canvas().length() > 0);
  add_bookmark_lists(*this, session_, QStringLiteral("attention"), parentWidget(),
                     [this](const workspace::Bookmark& bookmark) { go_to(bookmark); });
}

void AttentionPlaces::go_to(const workspace::Bookmark& bookmark) {
  const auto place = workspace::matrix_place(bookmark);
  // The cursor first: it takes the linked views along, which would move the canvas to the diagonal.
  session_.selection().set_cursor(bookmark.first, bookmark.count);
  if (place)
    pane_.canvas().show_place(*place);
  else
    pane_.canvas().show_range(std::max<qint64>(bookmark.first - 12, 0), bookmark.count + 24);
}

void AttentionPlaces::bookmark_view() {
  if (pane_.canvas().length() > 0) add_named_bookmark(session_, parentWidget(), workspace::bookmark_of(pane_.canvas().place(), {}));
}

void AttentionPlaces::bookmark_pair(qint64 query, qint64 key) {
  add_named_bookmark(session_, parentWidget(), workspace::bookmark_of({query, 1, key, 1}, {}));
}

void AttentionPlaces::show_for_pair(qint64 query, qint64 key, const QPoint& at) {
  auto* menu = new QMenu(parentWidget());
  menu->setObjectName(QStringLiteral("attention_pair_menu"));
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& text, const char* name, const std::function<void()>& run) {
    menu->addAction(text, this, run)->setObjectName(QLatin1String(name));
  };
  add(tr("Cursor to the query, %1").arg(grouped(query)), "pair_query", [this, query] { session_.selection().set_cursor(query); });
  add(tr("Cursor to the key, %1").arg(grouped(key)), "pair_key", [this, key] { session_.selection().set_cursor(key); });
  add(tr("Paths from key to query"), "pair_path", [this, query, key] { emit path_wanted(key, query); });
  menu->addSeparator();
  add(tr("Bookmark this pair…"), "pair_bookmark", [this, query, key] { bookmark_pair(query, key); });
  add(tr("Bookmark this view…"), "view_bookmark", [this] { bookmark_view(); });
  menu->popup(at);
}

}  // namespace corpuscope::ui
