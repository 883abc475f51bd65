#pragma once
// The passages before a place that fit a question best, found without a look at anything behind it: what comes later
// cannot change them. (The search index counts its words over the whole corpus, so that it is of no use here.)

#include <cstdint>
#include <string>
#include <vector>

#include "core/job.h"
#include "explore/search_text.h"

namespace corpuscope::explore {

struct TextPlace {
  std::size_t document = 0;  // in CorpusText::documents(); those before it count whole
  std::int64_t offset = 0;   // bytes of that document
};

struct PassageBefore {
  std::size_t document = 0;
  std::int64_t first = 0, bytes = 0;
  double score = 0;
};

// Texts are cut into stretches of about `bytes` bytes at the ends of lines, or of words; each is scored by BM25
// (workspace/rank.h says which) over the question's words and their inflections, counted before the place alone. The
// best first; ties in the order of the sequence. A stretch that the place cuts is not taken.
std::vector<PassageBefore> passages_before(const CorpusText& text, const std::string& question, const TextPlace& end,
                                           int most, std::int64_t bytes, core::Job& job);

}  // namespace corpuscope::explore
