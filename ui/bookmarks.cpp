#include "ui/bookmarks.h"

#include <algorithm>

#include "ui/names.h"
#include "ui/session.h"
#include "workspace/writer.h"

namespace corpuscope::ui {
namespace {

std::string name_of(qint64 token, explore::Passages& passages) {
  const auto place = passages.place(token);
  return passages.snippet(token, 0, 5) + " – " + place.name + ":" + std::to_string(place.line);
}

}  // namespace

Bookmarks::Bookmarks(Session& session) : session_(session) {
  connect(&session, &Session::workspace_opened, this, [this] {
    all_.clear();
    emit changed();
  });
  connect(&session, &Session::documents_changed, this, &Bookmarks::look);
}

void Bookmarks::look() {
  session_.ask(QStringLiteral("bookmarks"), [this](const workspace::Workspace& workspace, explore::Passages&) {
    return [this, found = workspace.bookmarks()] {
      all_ = found;
      emit changed();
    };
  });
}

void Bookmarks::add(workspace::Bookmark bookmark) {
  session_.change([bookmark](workspace::Workspace::Writer& writer, explore::Passages& passages) mutable {
    if (bookmark.name.empty()) bookmark.name = name_of(bookmark.first, passages);
    return writer.put_bookmark(bookmark);
  }, [this](qint64) { look(); });
}

void Bookmarks::rename(std::int64_t id, const QString& name) {
  const auto found = std::ranges::find(all_, id, &workspace::Bookmark::id);
  if (found == all_.end()) return;
  workspace::Bookmark renamed = *found;
  renamed.name = name.toStdString();
  session_.change([renamed](workspace::Workspace::Writer& writer, explore::Passages&) { return writer.put_bookmark(renamed); },
                  [this](qint64) { look(); });
}

void Bookmarks::remove(std::int64_t id) {
  session_.change([id](workspace::Workspace::Writer& writer, explore::Passages&) { return writer.remove_bookmark(id), id; },
                  [this](qint64) { look(); });
}

void Bookmarks::suggest(qint64 token, std::function<void(const QString&)> take) {
  session_.ask_once(QStringLiteral("bookmark name"), [token, take = std::move(take)](const workspace::Workspace&, explore::Passages& passages) {
    return [take, name = to_text(name_of(token, passages))] { take(name); };
  });
}

}  // namespace corpuscope::ui
