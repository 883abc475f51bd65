#pragma once
// Where in each document something stands, and how evenly it is spread over them.

#include <optional>
#include <span>
#include <vector>

#include "explore/search.h"

namespace corpuscope::explore {

struct Dispersion {
  struct Place {
    std::int64_t offset = 0;  // byte of the document's text
    std::int64_t word = 0;    // words of the document that end before it
  };
  struct Document {
    std::uint32_t document = 0;  // its place in CorpusText::documents()
    std::int64_t words = 0;
    std::vector<Place> places;  // in the order of the text
    double per_million() const { return words > 0 ? double(places.size()) / double(words) * 1e6 : 0; }
  };
  std::vector<Document> documents;  // all that were looked at, in the order of the sequence
  std::int64_t words = 0, places = 0;
  double per_million() const { return words > 0 ? double(places) / double(words) * 1e6 : 0; }

  // Gries, "Dispersions and adjusted frequencies in corpora", 2008: deviation of proportions, DP. Half the sum, over the
  // documents, of the differences between the share of the corpus' words that a document is and the share of the places
  // that it holds: 0 where it is spread as the words are, near 1 where it stands in one small document alone. None
  // where there is no place, or no word.
  std::optional<double> deviation;
};

// `matches` in any order; those of other documents than the chosen do not count. Words as corpus_words.h has them.
Dispersion dispersion(const CorpusText& text, std::span<const Match> matches, const std::vector<bool>& documents,
                      core::Job& job);

}  // namespace corpuscope::explore
