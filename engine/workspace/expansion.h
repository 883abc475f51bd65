#pragma once
// Words that a query did not say: those that its best passages have in common.

#include <span>
#include <string>
#include <string_view>

#include "workspace/rank.h"
#include "workspace/words.h"

namespace corpuscope::workspace {

constexpr std::size_t feedback_texts = 5;

struct FeedbackText {
  std::string text;
  double score = 0;  // how well it answers the query
};

// Adds words to the query by the relevance model RM3 (Lavrenko and Croft, "Relevance-Based Language Models", 2001;
// Abdul-Jaleel and others, "UMass at TREC 2004"): of each word of the texts, the sum over the texts of
// score^4 * occurrences / (words + 200); the strongest are mixed into the query, with less weight where less of the texts
// is prose: what passages of code have in common is not what they are about. False where nothing was added.
//
// The fourth power, as the likelihood that stands there in the paper falls faster than a score; the 200 words are a
// Dirichlet prior (Zhai and Lafferty, "A Study of Smoothing Methods for Language Models", 2001), without which the eight
// words of a text that is only a title outweigh those of an abstract.
bool expand(RankQuery& query, std::span<const FeedbackText> texts, const WordTokenizer& tokenizer, Ranker& index);

// The English words that every text is full of: "the", "of", "what".
bool is_small_word(std::string_view word);

}  // namespace corpuscope::workspace
