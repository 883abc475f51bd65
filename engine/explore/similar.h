#pragma once
// More like this: the passages of the corpus that share most of a selection's words, by the ranked search.

#include <string>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "explore/search.h"
#include "explore/stretch.h"

namespace corpuscope::explore {

struct Similar {
  std::size_t document = 0;           // in CorpusText::documents()
  std::int64_t first = 0, bytes = 0;  // of the passage
  Match place;                        // where most of the words stand closest
  double score = 0;                   // BM25; falling
};

// Bytes of one document.
struct TextSelection {
  std::size_t document = 0;
  std::int64_t first = 0, bytes = 0;
};

constexpr std::size_t most_similar_words = 48;

// The words by which a text is looked for: each once, no small words; where there are too many, those that stand in it
// most often, of these the longest, since long words are rare.
std::vector<std::string> telling_words(std::string_view text);

// Best first; what overlaps the selection is left out. Empty where the selection holds no word.
std::vector<Similar> more_like(const CorpusText& text, const TextSelection& selection, int most, core::Job& job);

// The bytes of tokens that lie in one document. Throws core::Error where they do not, or the corpus was changed.
TextSelection selection_of(const CorpusText& text, Passages& passages, const Stretch& tokens);

}  // namespace corpuscope::explore
