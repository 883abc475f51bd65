#pragma once
// What the commands that search have in common: the query and how it is read.

#include <string>
#include <vector>

#include "app/terminal.h"
#include "explore/search.h"

namespace corpuscope::app {

struct SearchOptions : Common {
  std::vector<std::string> words;
  bool csv = false, match_case = false, whole_words = false;
};

void add_query(CLI::App& command, SearchOptions& options);  // QUERY..., --case, --word
void add_output(CLI::App& command, SearchOptions& options);  // --json, --csv

// Wrong grammar leaves as wrong usage, with the place and the remedy.
explore::SearchQuery query_of(const SearchOptions& options);

// Runs `work`, whose errors of grammar are wrong usage.
void as_usage(const std::function<void()>& work);

// explore::all_places, where wrong grammar is wrong usage.
std::vector<explore::Match> all_matches(const explore::CorpusText& text, const explore::SearchQuery& query, core::Job& job);

}  // namespace corpuscope::app
