#pragma once
// What is known of words as tables: collocates, rows of words, keywords, dispersion.

#include "explore/collocates.h"
#include "explore/dispersion.h"
#include "explore/table.h"

namespace corpuscope::explore {

Table collocate_table(const std::vector<Collocate>& found);
Table ngram_table(const std::vector<NGram>& found);
Table keyword_table(const std::vector<Keyword>& found);

enum class Shown { holding, all };  // documents that hold it, or all
Table dispersion_table(const CorpusText& text, const Dispersion& dispersion, Shown shown);

// "12 places in 3 of 26 documents, 4.1 per million words, DP 0.32"
std::string dispersion_summary(const Dispersion& dispersion);

}  // namespace corpuscope::explore
