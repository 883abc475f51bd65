#pragma once
// What is asked of words, and the answer. No widgets; runs on any thread.

#include <QString>
#include <QStringList>

#include "explore/word_tables.h"
#include "ui/kept_text.h"
#include "ui/painting_dispersion.h"

namespace corpuscope::ui {

enum class WordList { collocates, ngrams, keyness, dispersion };

struct WordWish {
  WordList list = WordList::collocates;
  QString query;       // of collocates and dispersion
  QStringList paths;   // of n-grams and keyness
  int left = 5, right = 5, length = 2;
  qint64 least = 3;
  explore::Shown shown = explore::Shown::holding;
  bool operator==(const WordWish&) const = default;
};

struct WordAnswer {
  WordWish wish;
  explore::Table table;
  qint64 places = 0;  // of the query
  std::shared_ptr<const DispersionRows> rows;  // dispersion
  QString summary;                             // of dispersion
};

// Throws core::Error, also for wrong grammar.
WordAnswer count_words(const WordWish& wish, const explore::CorpusText& text, core::Job& job);

// The query that finds what a row of a table names where it is counted, whatever stands between its words; but not what
// stands in _low lines_, which is a part of a longer word there.
QString query_for(const QString& words);

}  // namespace corpuscope::ui
