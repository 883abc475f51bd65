#include "app/search_options.h"

#include <CLI/CLI.hpp>

namespace corpuscope::app {

void add_query(CLI::App& command, SearchOptions& options) {
  command.add_option("QUERY", options.words, "What to search for; its grammar is told below");
  command.add_flag("--case", options.match_case, "In this case, exactly as written (case:yes)");
  command.add_flag("--word", options.whole_words, "As whole words, exactly as written (word:yes)");
  command.footer(explore::query_help() + "In a shell, put the whole query in 'single quotes'.");
}

void add_output(CLI::App& command, SearchOptions& options) {
  add_json(command, options);
  command.add_flag("--csv", options.csv, "Answer as comma-separated values")->excludes("--json");
}

void as_usage(const std::function<void()>& work) {
  try {
    work();
  } catch (const explore::QueryError& error) {
    throw CLI::ValidationError(printable(std::string(error.what()) + "\n" + error.remedy(), true));
  }
}

explore::SearchQuery query_of(const SearchOptions& options) {
  std::string text;
  for (const auto& word : options.words) text += (text.empty() ? "" : " ") + word;
  if (text.empty()) throw CLI::RequiredError("QUERY");
  explore::SearchQuery query;
  as_usage([&] { query = explore::parse_query(text); });
  query.match_case = query.match_case || options.match_case;
  query.whole_words = query.whole_words || options.whole_words;
  return query;
}

std::vector<explore::Match> all_matches(const explore::CorpusText& text, const explore::SearchQuery& query, core::Job& job) {
  std::vector<explore::Match> matches;
  as_usage([&] { matches = explore::all_places(text, query, job); });
  return matches;
}

}  // namespace corpuscope::app
