// Documents, their text in compressed blocks, and the files that were left out.

#include <algorithm>
#include <future>

#include "workspace/compress.h"
#include "workspace/impl.h"
#include "workspace/index.h"
#include "workspace/text_blocks.h"

namespace corpuscope::workspace {
namespace {

// Texts above this size are taken back on their own when they fail; below, it is not worth its cost.
constexpr std::size_t large_text = 1u << 20;

const std::string select_documents =
    "SELECT id, name, file_bytes, modified_ns, hash, encoding, note, text_bytes, lines, "
    "CASE WHEN (SELECT value FROM facts WHERE key = 'tokens_complete') THEN first_token ELSE -1 END, "
    "coalesce(tokens, 0) FROM documents ";
const std::string select_all = select_documents + "ORDER BY name";
const std::string select_by_id = select_documents + "WHERE id = ?";
const std::string select_by_name = select_documents + "WHERE name = ?";
const std::string select_by_place = select_documents + "WHERE first_token <= ? ORDER BY first_token DESC LIMIT 1";

Document read_document(const Database& db, Query& row) {
  Document document;
  document.id = row.integer(0);
  document.name = row.text(1);
  document.file_bytes = row.integer(2);
  document.modified_ns = row.integer(3);
  document.hash = row.text(4);
  document.encoding = row.text(5);
  document.note = row.text(6);
  document.text_bytes = db.checked(row.integer(7), 0, "the size of a text");
  document.lines = row.integer(8);
  document.first_token = db.checked(row.integer(9), -1, "the place of a document");
  document.tokens = db.checked(row.integer(10), 0, "the tokens of a document");
  return document;
}

template <class Key>
std::optional<Document> find_one(Database& db, const std::string& sql, const Key& key) {
  Query query = db.query(sql);
  query.bind_all(key);
  if (!query.next()) return std::nullopt;
  return read_document(db, query);
}

std::string damaged_text(const Document& document) { return "the text of " + document.name; }

// Whether the stored text is `text`; block by block, so that memory stays constant.
bool same_text(Database& db, const Document& document, std::string_view text) {
  if (document.text_bytes != std::int64_t(text.size())) return false;
  Query blocks = db.query("SELECT first, bytes, data FROM text_blocks WHERE document = ? ORDER BY first");
  blocks.bind_all(document.id);
  while (blocks.next()) {
    const auto stored = unpack_text(blocks.blob(2), blocks.integer(1));
    if (!stored || text.substr(std::min(text.size(), std::size_t(blocks.integer(0))), stored->size()) != *stored) {
      return false;
    }
  }
  return true;
}

// The search index holds no text of its own, so that it must be told what it is to forget.
void remove_text(Database& db, const Document& document) {
  {
    Query blocks = db.query("SELECT id, bytes, data FROM text_blocks WHERE document = ?");
    blocks.bind_all(document.id);
    while (blocks.next()) {
      const auto text = unpack_text(blocks.blob(2), blocks.integer(1));
      if (!text) db.fail_damaged(damaged_text(document));
      forget_block(db, blocks.integer(0), document.name, *text);
    }
  }
  db.query("DELETE FROM text_blocks WHERE document = ?").bind_all(document.id).run();
}

// Compressed by one thread while another indexes what came before.
void put_text(Database& db, std::int64_t id, const std::string& name, std::string_view text,
              std::vector<PackedBlock> blocks, const std::function<void(std::int64_t)>& advance) {
  Query keep = db.query("INSERT INTO text_blocks (document, first, bytes, data) VALUES (?, ?, ?, ?)");
  if (blocks.empty()) blocks = pack_text(text);
  while (!blocks.empty()) {
    const auto end = blocks.back().first + blocks.back().bytes;
    std::future<std::vector<PackedBlock>> next;
    if (end < text.size()) next = std::async(std::launch::async | std::launch::deferred, pack_text, text, end);
    for (const auto& block : blocks) {
      keep.bind_all(id, std::int64_t(block.first), std::int64_t(block.bytes), std::span(block.data)).run();
      keep.again();
      index_block(db, db.last_id(), name, text.substr(block.first, block.bytes));
      if (advance) advance(std::int64_t(block.bytes));
    }
    blocks = next.valid() ? next.get() : std::vector<PackedBlock>();
  }
}

std::int64_t put_row(Database& db, const Document& document, std::int64_t id, std::int64_t text_bytes) {
  if (id) {
    db.query(
          "UPDATE documents SET file_bytes = ?, modified_ns = ?, hash = ?, encoding = ?, note = ?, "
          "text_bytes = ?, lines = ? WHERE id = ?")
        .bind_all(document.file_bytes, document.modified_ns, document.hash, document.encoding, document.note,
                  text_bytes, document.lines, id)
        .run();
    return id;
  }
  db.query(
        "INSERT INTO documents (name, file_bytes, modified_ns, hash, encoding, note, text_bytes, lines) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_all(document.name, document.file_bytes, document.modified_ns, document.hash, document.encoding,
                document.note, text_bytes, document.lines)
      .run();
  return db.last_id();
}

}  // namespace

std::vector<Document> Workspace::documents() const {
  std::vector<Document> all;
  Query query = impl_->db.query(select_all);
  while (query.next()) all.push_back(read_document(impl_->db, query));
  return all;
}

std::optional<Document> Workspace::document(std::int64_t id) const { return find_one(impl_->db, select_by_id, id); }

std::optional<Document> Workspace::find_document(const std::string& name) const {
  return find_one(impl_->db, select_by_name, name);
}

std::optional<Document> Workspace::document_at(std::int64_t token) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  if (token < 0 || !impl_->fact("tokens_complete")) return std::nullopt;
  auto document = find_one(db, select_by_place, token);
  if (document && token > document->first_token + document->tokens) return std::nullopt;
  return document;
}

std::vector<Skipped> Workspace::skipped() const {
  std::vector<Skipped> all;
  Query query = impl_->db.query("SELECT name, reason, file_bytes, modified_ns FROM skipped ORDER BY name");
  while (query.next()) all.push_back({query.text(0), query.text(1), query.integer(2), query.integer(3)});
  return all;
}

std::string Workspace::text(std::int64_t id) const { return text(id, 0, INT64_MAX); }

std::string Workspace::text(std::int64_t id, std::int64_t first, std::int64_t count) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const auto about = document(id);
  if (!about) {
    throw core::Error("The workspace " + file().string() + " has no document " + std::to_string(id) + ".",
                      "It was removed; look at the list of documents again.");
  }
  first = std::clamp<std::int64_t>(first, 0, about->text_bytes);
  const std::int64_t end = first + std::clamp<std::int64_t>(count, 0, about->text_bytes - first);
  std::string out;
  Query blocks = db.query(
      "SELECT first, bytes, data FROM text_blocks "
      "WHERE document = ? AND first > ? AND first < ? ORDER BY first");
  blocks.bind_all(id, first - std::int64_t(longest_text_block), end);
  while (blocks.next()) {
    const std::int64_t begins = blocks.integer(0);
    const auto block = unpack_text(blocks.blob(2), blocks.integer(1));
    if (!block) db.fail_damaged(damaged_text(*about));
    const std::int64_t from = std::max<std::int64_t>(first - begins, 0);
    const std::int64_t to = std::min<std::int64_t>(end - begins, std::int64_t(block->size()));
    if (from < to) out.append(*block, std::size_t(from), std::size_t(to - from));
  }
  if (std::int64_t(out.size()) != end - first) db.fail_damaged(damaged_text(*about));
  return out;
}

std::int64_t Workspace::Writer::put_document(const Document& document, std::string_view text,
                                             const std::function<void(std::int64_t)>& advance,
                                             std::vector<PackedBlock> packed) {
  const bool large = text.size() > large_text;
  const auto work = [&]() -> std::int64_t {
    Database& db = impl_.db;
    const auto old = find_one(db, select_by_name, document.name);
    if (old && same_text(db, *old, text)) {
      if (large && advance) advance(std::int64_t(text.size()));
      return put_row(db, document, old->id, old->text_bytes);
    }
    const std::int64_t id = put_row(db, document, old ? old->id : 0, std::int64_t(text.size()));
    if (old) {
      remove_text(db, *old);
      db.query("DELETE FROM token_blocks WHERE document = ?").bind_all(id).run();
      db.query("UPDATE documents SET tokens = NULL, token_hash = NULL WHERE id = ?").bind_all(id).run();
    }
    put_text(db, id, document.name, text, std::move(packed), large ? advance : nullptr);
    impl_.invalidate_sequence();
    return id;
  };
  const std::int64_t id = impl_.write(work, large);
  if (!large && advance) advance(std::int64_t(text.size()));
  return id;
}

void Workspace::Writer::touch_document(std::int64_t id, std::int64_t modified_ns) {
  impl_.write(
      [&] { impl_.db.query("UPDATE documents SET modified_ns = ? WHERE id = ?").bind_all(modified_ns, id).run(); });
}

void Workspace::Writer::remove_document(std::int64_t id) {
  impl_.write([&] {
    Database& db = impl_.db;
    const auto old = find_one(db, select_by_id, id);
    if (!old) return;
    remove_text(db, *old);
    db.query("DELETE FROM documents WHERE id = ?").bind_all(id).run();
    impl_.invalidate_sequence();
  });
}

void Workspace::Writer::set_skipped(const std::vector<Skipped>& skipped) {
  impl_.write([&] {
    impl_.db.query("DELETE FROM skipped").run();
    for (const Skipped& one : skipped) put_skipped(one);
  });
}

void Workspace::Writer::put_skipped(const Skipped& skipped) {
  impl_.write([&] {
    impl_.db.query("INSERT OR REPLACE INTO skipped (name, reason, file_bytes, modified_ns) VALUES (?, ?, ?, ?)")
        .bind_all(skipped.name, skipped.reason, skipped.file_bytes, skipped.modified_ns)
        .run();
  });
}

}  // namespace corpuscope::workspace
