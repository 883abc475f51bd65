#include "explore/word_tables.h"

#include <algorithm>
#include <cstdio>

#include "core/count_text.h"

namespace corpuscope::explore {

Table collocate_table(const std::vector<Collocate>& found) {
  Table table{{{"word", "Word", ""},
               {"together", "Beside", "Times that it stands beside a place of the query"},
               {"in_corpus", "In all", "Times that it stands anywhere"},
               {"expected", "Expected", "Times that it would stand beside the query by chance"},
               {"log_likelihood", "Log-likelihood", "How surely it is no chance (Dunning 1993): over 10.83 is p < 0.001"},
               {"log_dice", "logDice", "How typical it is of the query (Rychly 2008): 14 where it stands beside each place once and nowhere else"}},
              {}};
  for (const auto& one : found)
    table.rows.push_back({one.word, one.together, one.in_corpus, one.expected, one.log_likelihood, one.log_dice});
  return table;
}

Table ngram_table(const std::vector<NGram>& found) {
  Table table{{{"words", "Words", ""},
               {"count", "Times", "How often they stand in a row"},
               {"documents", "Documents", "In how many documents"}},
              {}};
  for (const auto& one : found) table.rows.push_back({one.words, one.count, one.documents});
  return table;
}

Table keyword_table(const std::vector<Keyword>& found) {
  Table table{{{"word", "Word", ""},
               {"here", "Here", "Times in the chosen documents"},
               {"elsewhere", "Elsewhere", "Times in all others"},
               {"per_million_here", "Per million here", "Times in a million words of the chosen documents"},
               {"per_million_elsewhere", "Per million elsewhere", "Times in a million words of all others"},
               {"log_likelihood", "Log-likelihood", "How surely they differ (Rayson and Garside 2000); below 0: rarer here"},
               {"log_ratio", "Log ratio", "Doublings between the two rates (Hardie 2014): 1 is twice as frequent here"}},
              {}};
  for (const auto& one : found)
    table.rows.push_back({one.word, one.here, one.elsewhere, one.per_million_here, one.per_million_elsewhere,
                          one.log_likelihood, one.log_ratio});
  return table;
}

Table dispersion_table(const CorpusText& text, const Dispersion& dispersion, Shown shown) {
  Table table{{{"document", "Document", ""},
               {"words", "Words", "How long the document is"},
               {"places", "Places", "Times that the query stands there"},
               {"per_million", "Per million", "Times in a million of its words"}},
              {}};
  for (const auto& one : dispersion.documents)
    if (shown == Shown::all || !one.places.empty())
      table.rows.push_back({text.documents()[one.document].name, one.words, std::int64_t(one.places.size()), one.per_million()});
  return table;
}

std::string dispersion_summary(const Dispersion& dispersion) {
  const auto holding = std::ranges::count_if(dispersion.documents, [](const auto& one) { return !one.places.empty(); });
  char rate[64], deviation[32] = "";
  std::snprintf(rate, sizeof rate, "%.1f", dispersion.per_million());
  if (dispersion.deviation) std::snprintf(deviation, sizeof deviation, ", DP %.3f", *dispersion.deviation);
  return core::counted(dispersion.places, "place") + " in " + core::count_text(holding) + " of " +
         core::counted(std::int64_t(dispersion.documents.size()), "document") + ", " + rate + " per million words" + deviation;
}

}  // namespace corpuscope::explore
