#pragma once
// Search: a query, the corpus' text, and a stream of places.
//
//   CorpusText text(file);
//   const auto query = parse_query("\"white whale\" path:melville");
//   search(text, query, {}, job, [&](std::span<const Match> found) { rows.insert(rows.end(), found.begin(), found.end()); });
//
// A search of text.before(n) finds what stands before token n of the sequence, in an order that nothing behind it changes.
//
// What is streamed are places of 16 bytes, no text: ConcordanceLines makes the lines of those rows that are in sight.
// Runs in the calling thread and helpers; `on_found` is called in the calling thread. A later model that ranks again
// takes the places of a ranked search and orders them anew.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/job.h"
#include "explore/search_query.h"
#include "explore/search_text.h"

namespace corpuscope::explore {

struct Match {
  std::int64_t offset = 0;     // byte in the document's text
  std::uint32_t document = 0;  // place in CorpusText::documents()
  std::uint32_t length = 0;    // bytes; longer matches than 4 GB are cut
  bool operator==(const Match&) const = default;
};

struct SearchSettings {
  std::int64_t most_ranked = 500;  // places of a ranked search
  int in_each_document = 1;        // at most so many of them; 0: all
  bool expand = true;              // a ranked search also weighs words that its best documents have in common
  bool only_own = true;            // and yet leaves out passages with none of the words asked for
};

struct SearchTotals {
  bool exact = false;  // every place was asked for, in the order of the corpus; else the best ones, best first
  std::int64_t matches = 0, documents = 0;
  std::vector<std::int64_t> in_document;  // exact: matches of each document
  std::vector<float> scores;              // ranked: of each match, falling
  struct Passage {
    std::int64_t first = 0, bytes = 0;
  };
  std::vector<Passage> passages;  // ranked: the passage around each match
};

using OnFound = std::function<void(std::span<const Match>)>;

// Exact matches come document by document, each in the order of its text; several terms may overlap. Throws
// QueryError for a wrong expression, Cancelled when the job is cancelled (what was found until then was reported).
SearchTotals search(const CorpusText& text, const SearchQuery& query, const SearchSettings& settings, core::Job& job,
                    const OnFound& on_found);

// All places of a query, in the order of the corpus; its words are taken as they are written.
std::vector<Match> all_places(const CorpusText& text, SearchQuery query, core::Job& job);

// Which documents the query's filters let through, by their place in the list.
std::vector<bool> filtered_documents(const std::vector<workspace::Document>& documents,
                                     const std::vector<SearchFilter>& filters);

// Those with any of these in their path, where * and ? are as in a shell; no paths: all.
std::vector<bool> documents_with_paths(const std::vector<workspace::Document>& documents,
                                       const std::vector<std::string>& paths);

}  // namespace corpuscope::explore
