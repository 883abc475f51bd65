#include "workspace/bookmarks.h"

#include <algorithm>
#include <tuple>

#include "workspace/impl.h"

namespace corpuscope::workspace {

std::vector<Bookmark> Workspace::bookmarks() const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  std::vector<Bookmark> all;
  if (!impl_->fact("tokens_complete")) return all;
  const std::int64_t length = impl_->fact("sequence_tokens");
  Query query = db.query(
      "SELECT d.first_token, d.tokens, b.token, b.count, b.name, b.view, b.id FROM bookmarks b "
      "JOIN documents d ON d.name = b.document WHERE d.first_token IS NOT NULL");
  while (query.next()) {
    const std::int64_t begin = db.checked(query.integer(0), 0, "the place of a document");
    const std::int64_t tokens = db.checked(query.integer(1), 0, "the tokens of a document");
    Bookmark bookmark;
    // The document may be shorter now; its separator is the last place in it.
    bookmark.first = begin + std::clamp<std::int64_t>(query.integer(2), 0, tokens);
    if (bookmark.first >= length) continue;
    bookmark.count = std::clamp<std::int64_t>(query.integer(3), 1, length - bookmark.first);
    bookmark.name = query.text(4);
    bookmark.view = query.text(5);
    bookmark.id = query.integer(6);
    all.push_back(std::move(bookmark));
  }
  std::ranges::sort(all, {}, [](const Bookmark& b) { return std::tuple(b.first, b.count, b.id); });
  return all;
}

std::int64_t Workspace::Writer::put_bookmark(const Bookmark& bookmark) {
  return impl_.write([&] {
    Database& db = impl_.db;
    const std::int64_t length = impl_.fact("tokens_complete") ? impl_.fact("sequence_tokens") : 0;
    if (bookmark.first < 0 || bookmark.first >= length || bookmark.count < 1 ||
        bookmark.count > length - bookmark.first)
      throw core::Error("The bookmark \"" + bookmark.name + "\" lies outside the sequence of " + db.file().string() +
                            ", which has " + std::to_string(length) + " tokens.",
                        "Choose a place inside it.");
    Query place = db.query(
        "SELECT name, first_token FROM documents WHERE first_token <= ? ORDER BY first_token DESC LIMIT 1");
    place.bind_all(bookmark.first);
    if (!place.next()) db.fail_damaged("a sequence that no document begins");
    const std::string document = place.text(0);
    const std::int64_t token = bookmark.first - place.integer(1);
    if (bookmark.id == 0) {
      db.query("INSERT INTO bookmarks (document, token, count, name, view) VALUES (?, ?, ?, ?, ?)")
          .bind_all(document, token, bookmark.count, bookmark.name, bookmark.view)
          .run();
      return db.last_id();
    }
    db.query("UPDATE bookmarks SET document = ?, token = ?, count = ?, name = ?, view = ? WHERE id = ?")
        .bind_all(document, token, bookmark.count, bookmark.name, bookmark.view, bookmark.id)
        .run();
    if (db.integer("SELECT changes()") == 0)
      throw core::Error("There is no bookmark " + std::to_string(bookmark.id) + ".", "It was removed; add a new one.");
    return bookmark.id;
  });
}

void Workspace::Writer::remove_bookmark(std::int64_t id) {
  impl_.write([&] { impl_.db.query("DELETE FROM bookmarks WHERE id = ?").bind_all(id).run(); });
}

}  // namespace corpuscope::workspace
