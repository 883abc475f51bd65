#pragma once
// What jobs write into a workspace. Several calls become one step by a Transaction; a call outside of one is a step
// of its own. A kill at any moment leaves the file as it was after the last finished step.
//
// Bytes a token that a run adds, with L layers and E edges kept for a token and layer:
//   surprisal   2 + 0.5 for its pyramid
//   received    4 L while the run goes on, then 2 L; + 0.5 L for the pyramids
//   edges       about 5 E L
//   tiles       a tile of 32 x 32 is about 0.8 KB
// and once the streaming state, and what waypoints are put. Surprisal, received and edge weights are kept to 1 part in 2,000, tiles to 3 in 100.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/packed_text.h"
#include "workspace/workspace.h"

namespace corpuscope::workspace {

class Workspace::Writer {
 public:
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // What was written since `begin` is kept together by `commit`, or forgotten by `rollback`. They do not nest.
  // Commit every some megabytes: each costs a few milliseconds, and memory grows a little in between.
  void begin();
  void commit();
  void rollback();
  bool in_transaction() const;

  // ---- corpus ----

  void set_folders(const std::vector<Folder>& folders);               // each replaces the whole list
  void set_exclusions(const std::vector<std::string>& patterns);

  // The text stays as it is; what the search index knows of the name is brought up to date, and bookmarks follow.
  void rename_document(std::int64_t id, const std::string& name);

  // Bytes of the SentencePiece model. Other bytes than before: every document needs tokens again.
  void set_tokenizer(std::string_view model);

  // Adds a document with its text (UTF-8), findable at once, or replaces the one of the same name. `id`,
  // `text_bytes`, `first_token` and `tokens` are not read from `document`. Returns the id, which stays the same over
  // replacements. The document needs tokens again if its text changed. Memory beyond the text is constant. `advance`
  // hears of the bytes done, every few milliseconds, and may throw: then the document is as it was before, or new and
  // whole. `packed`: the text's beginning by pack_text, where another thread made it already.
  std::int64_t put_document(const Document& document, std::string_view text,
                            const std::function<void(std::int64_t bytes)>& advance = {},
                            std::vector<PackedBlock> packed = {});

  // For a file whose bytes are as they were: only what is known about the file changes.
  void touch_document(std::int64_t id, std::int64_t modified_ns);

  void put_anchors(std::int64_t document, std::span<const Anchor> anchors);  // replaces all of the document's

  void remove_document(std::int64_t id);  // with its text, tokens and place in the search index

  void set_skipped(const std::vector<Skipped>& skipped);  // replaces the whole list
  void put_skipped(const Skipped& skipped);               // adds one, or gives it another reason

  // Of the readers of files, a number that tells by which the skipped ones were refused.
  void set_readers(std::int64_t version);

  // Whether all files of the folder are read and searchable: the opening job says false before its first change and
  // true after its last.
  void set_text_complete(bool complete);

  // ---- tokens ----
  // The sequence is the tokens of all documents in order of their names (by bytes), one separator behind each.
  // It exists only while it is complete: put_document with another text and remove_document end that, and
  // finish_sequence restores it.

  // Ids of documents that need tokens, in order of their names.
  std::vector<std::int64_t> documents_without_tokens() const;

  void put_tokens(std::int64_t document, std::span<const std::int32_t> tokens);
  // The same for a document whose tokens come one stretch after the other, until an empty one. `next` may throw: then
  // the document is as it was before.
  void put_tokens(std::int64_t document, const std::function<std::vector<std::int32_t>()>& next);

  // Gives every document its place and completes the sequence. Runs over another sequence are removed.
  // Throws core::Error if a document still needs tokens.
  void finish_sequence(std::int32_t separator);

  // ---- runs ----
  // A reading job writes, in ONE transaction, what a stretch of tokens gave and the state behind it; then a killed
  // run goes on from the last such step with nothing twice and nothing missing.

  std::int64_t create_run(
      const Run& run);  // `id`, `done` and `seconds` are not read; `tokens` must be the sequence's
  void remove_run(std::int64_t run);

  // Bits of the tokens [first, first + values.size()), where `first` is the number of those given so far.
  void append_surprisal(std::int64_t run, std::int64_t first, std::span<const float> values);

  // Adds values[i] to what token first + i * stride received in that layer, any number of times, in any order.
  void add_received(std::int64_t run, int layer, std::int64_t first, std::span<const float> values,
                    std::int64_t stride = 1);

  void put_tile(std::int64_t run, const Tile& tile);  // one of the same layer, head, level, first, length is replaced

  // Edges whose queries all lie in [first, first + count); a stretch is given once, stretches in any order.
  void put_edges(std::int64_t run, int layer, std::int64_t first, std::int64_t count, std::span<const Edge> edges);

  // The streaming state after `done` tokens; replaces the one before. `seconds`: time spent on the run so far.
  void save_state(std::int64_t run, std::span<const std::byte> state, std::int64_t done, double seconds);
  std::vector<std::byte> state(std::int64_t run) const;  // empty before the first save_state

  // The model's state after `position` tokens, from which a place behind it can be read again. One of the same position
  // is replaced.
  void put_waypoint(std::int64_t run, std::int64_t position, std::span<const std::byte> state);

  // After the last token: brings the tracks into their final, smaller form. Not inside a transaction; may be killed
  // and called again. The state stays, later questions start from it.
  void finish_run(std::int64_t run);

  // ---- questions ----

  // Adds one where `id` is 0, else replaces that one's answer and details. Returns the id. They go with their run.
  std::int64_t put_question(const AskedQuestion& question);
  void remove_question(std::int64_t id);

  // ---- what was measured ----
  // One of the same run (and link) is replaced. What does not fit the run throws core::Error. They go with their run.

  void put_link_check(std::int64_t run, const CheckedLink& checked);
  void put_context_reach(const ContextReach& reach);

  // ---- bookmarks ----

  // Adds one where `id` is 0, else replaces that one. Returns the id. Throws core::Error where its place lies outside
  // the sequence, or there is no such bookmark.
  std::int64_t put_bookmark(const Bookmark& bookmark);
  void remove_bookmark(std::int64_t id);
  // ---- paths ----
  // `id` is not read. What does not fit the run throws core::Error. They go with their run.

  std::int64_t save_paths(const SavedPaths& paths);
  void rename_paths(std::int64_t id, const std::string& name);
  void remove_paths(std::int64_t id);
  std::int64_t save_rollout(const Rollout& rollout, std::span<const float> shares);  // one of every token
  void rename_rollout(std::int64_t id, const std::string& name);
  void remove_rollout(std::int64_t id);

 private:
  friend class Workspace;
  explicit Writer(Workspace::Impl& impl) : impl_(impl) {}
  Workspace::Impl& impl_;
};

// begin now, rollback at the end of the scope unless committed.
class Transaction {
 public:
  explicit Transaction(Workspace::Writer& writer) : writer_(writer) { writer_.begin(); }
  ~Transaction() {
    if (!done_) writer_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    writer_.commit();
    done_ = true;
  }

 private:
  Workspace::Writer& writer_;
  bool done_ = false;
};

}  // namespace corpuscope::workspace
