#pragma once
// From a place in the token sequence to the text that a person reads, and back.

#include <string>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::explore {

struct Place {
  std::int64_t document = 0;
  std::string name;
  std::int64_t line = 1, column = 1;
  std::int64_t offset = 0, length = 0;  // bytes of the token in the document's text
  std::string section;                  // chapter and page, where the document has such
};

// What people want to know behind file and line: " (The Whale, page 41)", or nothing.
std::string behind_line(const Place& place);

// A document cut into its tokens.
struct TokenizedText {
  workspace::Document document;
  std::string text;
  std::vector<std::int64_t> starts;  // byte offset of each token, and the text's size at the end
};

// A hit in its line: what stands before and after it, each on one line and cut to whole characters.
struct Concordance {
  Place place;
  std::string before, hit, after;
};

// Answers questions about one workspace; keeps the last documents that were asked for. One thread at a time.
class Passages {
 public:
  explicit Passages(const workspace::Workspace& workspace);
  ~Passages();

  const TokenizedText& document(std::int64_t id);
  Place place(std::int64_t token);
  std::int64_t token_at(std::int64_t document, std::int64_t offset);  // in the sequence
  std::string token_text(std::int64_t token);                         // "" for a separator
  std::string piece_text(std::int32_t id);             // of a token of the vocabulary, wherever it may stand
  std::string snippet(std::int64_t token, int before, int after);     // tokens of the same document, one line

  // These two need no tokens, only the text.
  Place place_in(std::int64_t document, std::int64_t offset, std::int64_t length);
  Concordance concordance(const workspace::Hit& hit, int bytes_around);  // the rest of its line, at most so much

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct Passage {
  std::int64_t first = 0, count = 0;  // tokens
  double bits_per_token = 0;
  Place place;
  std::string text;
};

// Windows of `window` tokens inside documents, by mean surprisal: the most or the least surprising, not overlapping.
std::vector<Passage> surprising_passages(const workspace::Workspace& workspace, std::int64_t run, bool most,
                                         int count, int window = 64);

}  // namespace corpuscope::explore
