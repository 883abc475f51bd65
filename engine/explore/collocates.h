#pragma once
// What a corpus linguist asks of words: which stand together, which rows of words recur, which mark a document.
// Numbers only; words are counted as corpus_words.h has them.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "explore/search.h"

namespace corpuscope::explore {

struct Collocate {
  std::string word;
  std::int64_t together = 0;  // beside a match
  std::int64_t in_corpus = 0;
  double expected = 0;        // beside a match, by chance
  double log_likelihood = 0;
  double log_dice = 0;
};

struct CollocateSettings {
  int left = 5, right = 5;  // words beside the match
  std::int64_t least = 3;   // times together
};

// Strongest log-likelihood first; words that are rarer beside the matches than by chance are left out. `documents`:
// which the counts are taken from, the same as the matches'.
//   log-likelihood: Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993: G2 of the 2 x 2
//     table of a word's places beside a match and elsewhere.
//   logDice: Rychly, "A lexicographer-friendly association score", 2008: 14 + log2(2 f_xy / (f_x + f_y)); at most 14
//     where a word stands beside each match once.
std::vector<Collocate> collocates(const CorpusText& text, std::span<const Match> matches,
                                  const std::vector<bool>& documents, const CollocateSettings& settings,
                                  core::Job& job);

struct NGram {
  std::string words;  // a space between
  std::int64_t count = 0;
  std::int64_t documents = 0;  // that hold it
};

// Rows of `length` words (1 to 9) inside documents that occur at least `least` times, the most frequent first.
std::vector<NGram> ngrams(const CorpusText& text, const std::vector<bool>& documents, int length, std::int64_t least,
                          core::Job& job);

struct Keyword {
  std::string word;
  std::int64_t here = 0, elsewhere = 0;
  double per_million_here = 0, per_million_elsewhere = 0;
  double log_likelihood = 0;  // negative: rarer here
  double log_ratio = 0;
};

// The words of some documents against all others, the most telling first.
//   log-likelihood: Rayson and Garside, "Comparing corpora using frequency profiling", 2000.
//   log ratio: Hardie, "Log Ratio - an informal introduction", 2014: log2 of the ratio of the relative frequencies,
//     half an occurrence standing for none.
std::vector<Keyword> keyness(const CorpusText& text, const std::vector<bool>& documents, std::int64_t least,
                             core::Job& job);

// The scores by themselves. G2 of a table of two rows and two columns.
double log_likelihood(double a, double b, double c, double d);
double log_dice(double together, double first, double second);

}  // namespace corpuscope::explore
