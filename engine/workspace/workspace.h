#pragma once
// One workspace is one SQLite file: the documents of a corpus, their text, the token sequence, the search index,
// and what runs of a model left. Schema, migrations and compression are private to this room.
//
// A Workspace is used by one thread; open another on the same file for another thread (write-ahead log: readers
// never wait for the writer).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/anchors.h"
#include "workspace/bookmarks.h"
#include "workspace/folders.h"
#include "workspace/measured.h"
#include "workspace/paths.h"
#include "workspace/questions.h"

namespace corpuscope::workspace {

struct Document {
  std::int64_t id = 0;
  std::string name;  // see folders.h; '/' between
  std::int64_t file_bytes = 0;
  std::int64_t modified_ns = 0;
  std::string hash;  // of the file's bytes, hexadecimal
  std::string encoding;
  std::string note;
  std::int64_t text_bytes = 0;
  std::int64_t lines = 0;
  std::int64_t first_token = -1;  // place in the sequence; -1 before it is tokenized
  std::int64_t tokens = 0;        // its own, without the separator behind it
};

struct Skipped {
  std::string name;
  std::string reason;
  std::int64_t file_bytes = -1, modified_ns = 0;  // of a file that was looked into; -1: it was not
};

struct Summary {
  std::int64_t documents = 0, skipped = 0, file_bytes = 0, text_bytes = 0, tokens = 0, workspace_bytes = 0;
  bool text_complete = false;    // all files read and searchable
  bool tokens_complete = false;  // the sequence is whole
};

struct Hit {
  std::int64_t document = 0;
  std::int64_t offset = 0;  // byte in the document's text
  std::int64_t length = 0;  // bytes
  double score = 0;         // higher is better
};

// A passage of a document as the search index knows it, and the place in it where most of the words stand closest.
struct RankedPassage {
  Hit place;
  std::int64_t first = 0, bytes = 0;  // of the passage, in the document's text
};

struct Ranking {
  std::int64_t limit = 500;  // passages
  int in_each_document = 1;  // at most; 0: all
  bool expand = true;        // weigh also words that the best passages have in common
  bool only_own = true;      // and yet leave out passages with none of the words asked for
  std::function<bool(std::int64_t document)> allowed;  // if given, only these
};

enum class Detail { light, balanced, full };

struct Run {
  std::int64_t id = 0;
  std::string model;   // its name
  std::string config;  // config.json as used, with the pattern's levels
  Detail detail = Detail::balanced;
  std::int64_t tokens = 0;  // length of the sequence that it reads
  std::int64_t done = 0;    // tokens read and stored
  double seconds = 0;
  int layers = 0, heads = 0, levels = 0;
  bool complete() const { return tokens > 0 && done == tokens; }
};

// Pooled weights of one segment: how the queries of each of `size` equal strips of the segment attended, in sum, to
// the keys of each strip; already divided by the number of queries in the strip.
//
// Zoomed out by z, a tile covers 4^z segments of one grid side by side, cut into strips of equal length whatever the
// sequence's ends; between different segments nothing is seen. It may begin before the sequence and end behind it.
constexpr int mean_of_heads = -1;
constexpr int strongest_head = -2;  // in each cell that of the head that has most there
constexpr int segments_a_zoom = 4;
struct Tile {
  int layer = 0;
  int head = mean_of_heads;  // or a single one, or strongest_head
  int level = 0;
  std::int64_t first = 0, length = 0;  // positions that the segment covers, [first, first + length)
  int size = 0;
  std::vector<float> weights;  // [size, size], query strip down, key strip across
  int zoom = 0;
};

struct Edge {
  std::int64_t query = 0, key = 0;  // positions, query reads key
  float weight = 0;
  std::int16_t layer = 0, level = 0, head = 0;
};

// Minimum, mean and maximum over the tokens of one pixel.
struct Bin {
  float minimum = 0, mean = 0, maximum = 0;
};

class Workspace {
 public:
  // Opens `file`, or makes it where `create` and it is not there. Throws core::Error naming the file where it is no
  // workspace, was written by a newer version, or is damaged (with what can be done).
  static Workspace open(const std::filesystem::path& file, bool create = false);
  ~Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;

  const std::filesystem::path& file() const;
  std::vector<Folder> folders() const;         // in the order in which they were added
  std::string corpus_folder() const;           // the first one's path; empty while there is none
  std::vector<std::string> exclusions() const;  // patterns as in .gitignore, of documents that are left out
  Summary summary() const;

  std::vector<Document> documents() const;  // in the order of the sequence
  std::optional<Document> document(std::int64_t id) const;
  std::optional<Document> find_document(const std::string& name) const;
  std::vector<Skipped> skipped() const;
  std::int64_t readers() const;  // as set_readers was told; 0 before
  std::string text(std::int64_t document) const;
  std::string text(std::int64_t document, std::int64_t first, std::int64_t count) const;  // bytes, cut to the text
  std::vector<Anchor> anchors(std::int64_t document) const;  // in the order of the text
  std::string tokenizer_model() const;  // bytes of the SentencePiece model; empty before tokenizing

  std::vector<std::int32_t> tokens(std::int64_t first, std::int64_t count) const;  // cut to the sequence
  std::optional<Document> document_at(std::int64_t token) const;

  // Ranked by BM25, at most `limit` documents' best places; every word of the query must occur. The query is words,
  // never a query language of the library below.
  std::vector<Hit> search_words(const std::string& query, int limit) const;

  // The best passages for the words, none of which is required; best first. Finds identifiers by their parts.
  std::vector<RankedPassage> rank_words(const std::vector<std::string>& words, const Ranking& ranking) const;
  std::vector<std::int64_t> documents_with(const std::string& word) const;  // ids, in any order

  std::vector<Run> runs() const;  // newest first
  std::optional<Run> run(std::int64_t id) const;

  // Tracks of a run over [first, first + count), cut to what was read. Bits a token.
  std::vector<float> surprisal(std::int64_t run, std::int64_t first, std::int64_t count) const;
  // Sum over the tokens that attended to it, over heads and levels, of the weight; divided by the heads.
  std::vector<float> received(std::int64_t run, int layer, std::int64_t first, std::int64_t count) const;
  // `bins` equal parts of [first, first + count) from stored pyramids: cost depends on bins alone. Where a part holds
  // many tokens its borders are moved by at most an eighth of it. A part shorter than a token shows the token in
  // which it begins. Parts that were not read yet, or lie outside the sequence, are all zero.
  std::vector<Bin> surprisal_bins(std::int64_t run, std::int64_t first, std::int64_t count, int bins) const;
  std::vector<Bin> received_bins(std::int64_t run, int layer, std::int64_t first, std::int64_t count, int bins) const;

  // Tiles that overlap the given positions, of one layer, head (or mean_of_heads, strongest_head), level and zoom.
  // Zoomed ones are there once a run is complete.
  std::vector<Tile> tiles(std::int64_t run, int layer, int head, int level, std::int64_t first, std::int64_t count,
                          int zoom = 0) const;
  // What is stored of them: by head and zoom.
  struct TileCount {
    int head = 0, zoom = 0;
    std::int64_t tiles = 0, bytes = 0;
  };
  std::vector<TileCount> tile_counts(std::int64_t run) const;
  // Strongest sources of a token over all layers or of one (-1: all), strongest first.
  std::vector<Edge> edges_into(std::int64_t run, int layer, std::int64_t query) const;
  // The `most` strongest stored edges that lead to tokens which attended to `key`, strongest first. Every stored edge
  // behind the key is looked at: about 0.1 s a million tokens. `poll` is called between blocks and may throw.
  std::vector<Edge> edges_from(std::int64_t run, int layer, std::int64_t key, int most,
                               const std::function<void()>& poll = {}) const;

  // Where the model's streaming state on the way was kept, ascending; and one of them, empty where there is none.
  std::vector<std::int64_t> waypoints(std::int64_t run) const;
  std::vector<std::byte> waypoint(std::int64_t run, std::int64_t position) const;

  std::vector<Bookmark> bookmarks() const;  // in the order of the sequence

  std::vector<AskedQuestion> questions() const;  // newest first

  // What was measured of a run; see measured.h.
  std::vector<CheckedLink> checked_links(std::int64_t run) const;  // by target
  std::optional<LinkCheck> link_check(std::int64_t run, const Link& link) const;
  std::optional<ContextReach> context_reach(std::int64_t run) const;

  // What was kept of a run's paths, newest first; see paths.h.
  std::vector<SavedPaths> saved_paths(std::int64_t run) const;
  std::vector<Rollout> rollouts(std::int64_t run) const;
  // Shares over [first, first + count), cut to the sequence, to 1 part in 2,000; bins as those of the other tracks.
  std::vector<float> rollout(std::int64_t id, std::int64_t first, std::int64_t count) const;
  std::vector<Bin> rollout_bins(std::int64_t id, std::int64_t first, std::int64_t count, int bins) const;

  // What a job needs to write; kept apart so that views cannot. Defined in workspace/writer.h.
  class Writer;
  Writer& writer();

 private:
  struct Impl;
  explicit Workspace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::workspace
