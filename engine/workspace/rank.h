#pragma once
// How good a row of the search index answers words: a ranking function inside the index.
//
// The score of a row is a sum over the words of the query, each
//   weight * idf * tf (k1 + 1) / (tf + k1 (1 - b + b * length / mean length))
// with idf = ln(1 + (N - n + 0.5) / (n + 0.5)): BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework:
// BM25 and Beyond", 2009), where tf and the length count the fields with their weights before tf saturates (BM25F, there). Two
// words that follow each other in the query count once more where they stand near each other, as a term of their own
// (Metzler and Croft, "A Markov Random Field Model for Term Dependencies", 2005).

#include <string>
#include <vector>

#include "workspace/database.h"

namespace corpuscope::workspace {

struct RankQuery {
  struct Term {
    std::string word;   // as in a text; several index words (read_file) are a phrase
    double weight = 1;
    bool own = true;    // of the query itself: neighbours are pairs; the others were added
    std::int64_t rows = -1;  // of the index that hold it, where that is known already: counting is a walk over them
  };
  std::vector<Term> terms;
};

struct RankedRow {
  std::int64_t row = 0;
  double score = 0;
};

class Ranker {
 public:
  explicit Ranker(Database& database);  // lives as long as the connection's use
  ~Ranker();
  Ranker(const Ranker&) = delete;
  Ranker& operator=(const Ranker&) = delete;

  // All rows that hold any of the terms, the best first; ties by row.
  std::vector<RankedRow> rank(const RankQuery& query);

  std::int64_t rows_with(const std::string& stem);  // of the index
  std::int64_t rows();

 private:
  struct State;
  Database& db_;
  std::unique_ptr<State> state_;
};

// A word as the index's own query language takes it: nothing in it has a meaning there.
std::string quoted(const std::string& word);

}  // namespace corpuscope::workspace
