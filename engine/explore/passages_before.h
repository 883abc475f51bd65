#pragma once
// The passages of a text that fit a question best, found without the search index: of a text that ends at a place
// (CorpusText::before), what comes later cannot change them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/job.h"
#include "explore/search_text.h"

namespace corpuscope::explore {

struct PassageBefore {
  std::size_t document = 0;
  std::int64_t first = 0, bytes = 0;
  std::int64_t hit = 0, length = 0;  // the first of the words in it
  double score = 0;
};

// Texts are cut into stretches of about `bytes` bytes at the ends of lines, or of words; each is scored by BM25
// (workspace/rank.h says which) over the question's words and their inflections, counted in this text alone. The best
// first; ties in the order of the sequence. `allowed`: only these documents, if given.
std::vector<PassageBefore> passages_before(const CorpusText& text, const std::string& question, int most, std::int64_t bytes,
                                           core::Job& job, const std::vector<bool>& allowed = {});

}  // namespace corpuscope::explore
