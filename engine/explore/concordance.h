#pragma once
// Keyword in context: the lines of matches, their order, and where in the corpus they lie. Lines are made one by one,
// for the rows in sight; the matches themselves hold no text.

#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "explore/passages.h"
#include "explore/search.h"

namespace corpuscope::explore {

// By position, by relevance (as found), or by a word beside the hit: -1 is L1, the word left of it; 1 is R1.
struct ConcordanceOrder {
  enum class By { relevance, position, word };
  By by = By::relevance;
  int word = 0;
};

// "relevance", "position", "L1" to "L5", "R1" to "R5", in any case. Throws core::Error naming these.
ConcordanceOrder concordance_order(const std::string& name);

// Words are compared without case, then those beyond them up to the fifth, then the position. A later sort of the
// same matches gives the same order. Relevance leaves them as they are.
void sort_matches(const CorpusText& text, ConcordanceOrder order, std::vector<Match>& matches, core::Job& job);

// One thread at a time.
class ConcordanceLines {
 public:
  explicit ConcordanceLines(const CorpusText& text);
  ~ConcordanceLines();

  // About so many bytes on each side, cut between words where there is one near; ends of lines become spaces.
  Concordance line(const Match& match, int bytes_around);

 private:
  struct Parts;  // of a document: lines, chapters
  const Parts& parts(std::size_t document);

  const CorpusText& text_;
  std::map<std::size_t, std::unique_ptr<Parts>> kept_;
};

// All lines as comma-separated values, with a heading.
void write_concordance(const CorpusText& text, std::span<const Match> matches, int bytes_around, std::ostream& out,
                       core::Job& job);

// The position of a match's first token in the sequence. It is told by the match's share of its document's bytes, so that
// it can be off by some tokens, never outside its document. Before the corpus has tokens, bytes stand for them.
std::int64_t sequence_position(const CorpusText& text, const Match& match);

}  // namespace corpuscope::explore
