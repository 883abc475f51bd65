#include "workspace/schema.h"

#include <array>

#include "workspace/index.h"

namespace corpuscope::workspace {
namespace {

constexpr std::int64_t application_id = 0x436f7273;  // shown by file(1); "Cors"

// Each entry takes a file from version i to i + 1. Entries are never changed once a release has written files with
// them; a change of the schema is a new entry.
constexpr std::array migrations = {
    // 1: documents, their search index, the sequence and the runs
    R"sql(
CREATE TABLE facts (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE tokenizer (id INTEGER PRIMARY KEY CHECK (id = 1), model BLOB NOT NULL);

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  file_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, hash TEXT NOT NULL,
  encoding TEXT NOT NULL, note TEXT NOT NULL,
  text_bytes INTEGER NOT NULL, lines INTEGER NOT NULL,
  tokens INTEGER, token_hash INTEGER, first_token INTEGER);
CREATE INDEX documents_by_place ON documents (first_token);
CREATE INDEX documents_without_tokens ON documents (name) WHERE tokens IS NULL;
CREATE TABLE skipped (name TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;

-- A part of a document's text, cut where lines end. Its id is its row in the search index.
CREATE TABLE text_blocks (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  first INTEGER NOT NULL, bytes INTEGER NOT NULL, data BLOB NOT NULL,
  UNIQUE (document, first));
CREATE VIRTUAL TABLE words USING fts5 (name, text, content = '',
  tokenize = 'porter unicode61 remove_diacritics 2');
-- Larger nodes and fewer merges: a third faster.
INSERT INTO words (words, rank) VALUES ('pgsz', 8000), ('hashsize', 16777216);

CREATE TABLE token_blocks (
  document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  first INTEGER NOT NULL, tokens INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (document, first));

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sequence INTEGER NOT NULL,
  model TEXT NOT NULL, config TEXT NOT NULL, detail INTEGER NOT NULL,
  tokens INTEGER NOT NULL, done INTEGER NOT NULL, seconds REAL NOT NULL,
  layers INTEGER NOT NULL, heads INTEGER NOT NULL, levels INTEGER NOT NULL,
  finished INTEGER NOT NULL);
CREATE TABLE run_states (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  part INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, part));
-- Track -1 is surprisal, others are what a layer's tokens received.
CREATE TABLE track_blocks (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  track INTEGER NOT NULL, block INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, track, block));
CREATE TABLE track_levels (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  track INTEGER NOT NULL, level INTEGER NOT NULL, block INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, track, level, block));
CREATE TABLE tiles (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  layer INTEGER NOT NULL, head INTEGER NOT NULL, level INTEGER NOT NULL,
  first INTEGER NOT NULL, length INTEGER NOT NULL, size INTEGER NOT NULL,
  largest REAL NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, layer, head, level, first, length));
CREATE TABLE tile_levels (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  level INTEGER NOT NULL, longest INTEGER NOT NULL,
  PRIMARY KEY (run, level)) WITHOUT ROWID;
CREATE TABLE edge_blocks (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  layer INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, layer, first));
)sql",
    // 2: the search index has a row for each passage of a block, and the parts of identifiers
    R"sql(
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (name, text, parts, content = '',
  tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO words (words, rank) VALUES ('pgsz', 8000), ('hashsize', 16777216);
)sql",
    // 3: bookmarks, kept by document and token in it
    R"sql(
CREATE TABLE bookmarks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document TEXT NOT NULL, token INTEGER NOT NULL, count INTEGER NOT NULL,
  name TEXT NOT NULL, view TEXT NOT NULL);
)sql",
    // 4: streaming states on the way of a run
    R"sql(
CREATE TABLE run_waypoints (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (run, position, part));
)sql",
    // 5: paths and rollouts; a rollout's values are a track
    R"sql(
CREATE TABLE paths (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, target INTEGER NOT NULL,
  exact INTEGER NOT NULL);
CREATE INDEX paths_of_run ON paths (run);
CREATE TABLE path_steps (
  paths INTEGER NOT NULL REFERENCES paths (id) ON DELETE CASCADE,
  path INTEGER NOT NULL, step INTEGER NOT NULL,
  layer INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
  level INTEGER NOT NULL, head INTEGER NOT NULL, weight REAL NOT NULL,
  PRIMARY KEY (paths, path, step)) WITHOUT ROWID;
CREATE TABLE rollouts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE INDEX rollouts_of_run ON rollouts (run);
)sql",
    // 6: questions and answers
    R"sql(
CREATE TABLE questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  asked_at INTEGER NOT NULL, as_of INTEGER NOT NULL,
  question TEXT NOT NULL, answer TEXT NOT NULL, details TEXT NOT NULL);
CREATE INDEX questions_of_run ON questions (run);
)sql",
    // 7: the search index knows headings
    R"sql(
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (name, text, parts, headings, content = '',
  tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO words (words, rank) VALUES ('pgsz', 8000), ('hashsize', 16777216);
)sql",
    // 8: what was measured of a run by reading parts again
    R"sql(
CREATE TABLE checked_links (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  target INTEGER NOT NULL, targets INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
  bits REAL NOT NULL, bits_without REAL NOT NULL, spread REAL NOT NULL,
  PRIMARY KEY (run, target, targets, first, count)) WITHOUT ROWID;
CREATE TABLE context_reaches (
  run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  windows INTEGER NOT NULL, window INTEGER NOT NULL, other INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE context_octaves (
  run INTEGER NOT NULL REFERENCES context_reaches (run) ON DELETE CASCADE,
  first INTEGER NOT NULL, end INTEGER NOT NULL, saved REAL NOT NULL, error REAL NOT NULL,
  PRIMARY KEY (run, first)) WITHOUT ROWID;
)sql",
    // 9: several folders, exclusions, and anchors; documents that may have some are to be read again for them
    R"sql(
CREATE TABLE folders (place INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE);
INSERT INTO folders (path, name) SELECT value, '' FROM facts WHERE key = 'corpus_folder';
DELETE FROM facts WHERE key = 'corpus_folder';
CREATE TABLE exclusions (place INTEGER PRIMARY KEY, pattern TEXT NOT NULL UNIQUE);
CREATE TABLE anchors (
  document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  page INTEGER NOT NULL, offset INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (document, page, offset, number)) WITHOUT ROWID;
ALTER TABLE skipped ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT -1;
ALTER TABLE skipped ADD COLUMN modified_ns INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET modified_ns = 0, hash = '' WHERE encoding GLOB 'HTML*' OR encoding GLOB 'EPUB*'
  OR encoding GLOB 'DOCX*' OR encoding GLOB 'OpenDocument*' OR encoding GLOB 'PDF*' OR encoding GLOB 'Jupyter*'
  OR encoding GLOB 'e-mail*';
)sql",
};
constexpr std::int64_t version_of_index = 7;  // older files must be indexed again

constexpr std::int64_t current_version = std::int64_t(migrations.size());

void check_origin(Database& database, std::int64_t version, bool create) {
  const std::int64_t id = database.integer("PRAGMA application_id");
  if (id == application_id && version > current_version) {
    throw core::Error("The workspace " + database.file().string() + " was written by a newer version (schema " +
                          std::to_string(version) + ", this program knows up to " + std::to_string(current_version) +
                          ").",
                      "Open it with that version, or make a new workspace from the folder.");
  }
  if (id == application_id && version > 0) return;
  const bool empty = id == 0 && version == 0 && database.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (!empty) {
    throw core::Error(database.file().string() + " is a database of another program, not a workspace.",
                      "Choose another file.");
  }
  if (!create) {
    throw core::Error("The workspace " + database.file().string() + " is empty.",
                      "Open the folder again to fill it.");
  }
}

void migrate(Database& database) {
  database.execute("BEGIN IMMEDIATE");
  try {
    const std::int64_t version = database.integer("PRAGMA user_version");  // another process may have been faster
    for (std::int64_t i = version; i < current_version; ++i) database.execute(migrations[std::size_t(i)]);
    if (version > 0 && version < version_of_index) index_all_blocks(database);
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    database.execute("PRAGMA user_version = " + std::to_string(current_version));
    database.execute("COMMIT");
  } catch (...) {
    try {
      database.execute("ROLLBACK");
    } catch (const core::Error&) {  // it was rolled back already
    }
    throw;
  }
}

}  // namespace

void prepare_schema(Database& database, bool create) {
  const std::int64_t version = database.integer("PRAGMA user_version");
  check_origin(database, version, create);
  if (version < current_version) migrate(database);
}

}  // namespace corpuscope::workspace
