#include "explore/similar.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "explore/corpus_words.h"
#include "workspace/expansion.h"

namespace corpuscope::explore {
namespace {

struct Counted {
  std::string word;
  int times = 0;
};

bool tells_more(const Counted& a, const Counted& b) {
  if (a.times != b.times) return a.times > b.times;
  if (a.word.size() != b.word.size()) return a.word.size() > b.word.size();
  return a.word < b.word;
}

}  // namespace

std::vector<std::string> telling_words(std::string_view text) {
  std::map<std::string, int> times;
  for (WordSpan word = word_behind(text, 0); !word.empty(); word = word_behind(text, word.end)) {
    const std::string_view written = text.substr(word.begin, word.end - word.begin);
    if (!workspace::is_small_word(written)) ++times[folded(written)];
  }
  std::vector<Counted> counted;
  for (const auto& [word, count] : times) counted.push_back({word, count});
  std::ranges::sort(counted, tells_more);
  if (counted.size() > most_similar_words) counted.resize(most_similar_words);
  std::vector<std::string> words;
  for (auto& one : counted) words.push_back(std::move(one.word));
  return words;
}

std::vector<Similar> more_like(const CorpusText& text, const TextSelection& selection, int most, core::Job& job) {
  const auto whole = text.text(selection.document);
  std::string question;
  for (const auto& word : telling_words(whole.substr(std::size_t(selection.first), std::size_t(selection.bytes)))) question += word + ' ';
  const SearchQuery query = plain_words(question);
  if (query.terms.empty()) return {};
  SearchSettings settings;
  // The selection's own passages come back first: a passage has about 1,000 bytes at least.
  settings.most_ranked = most + 16 + selection.bytes / 500;
  settings.in_each_document = 0;
  settings.expand = false;
  std::vector<Match> matches;
  const SearchTotals totals = search(text, query, settings, job, [&](std::span<const Match> found) {
    matches.insert(matches.end(), found.begin(), found.end());
  });
  std::vector<Similar> similar;
  for (std::size_t i = 0; i < matches.size() && int(similar.size()) < most; ++i) {
    const auto& passage = totals.passages[i];
    const bool own = matches[i].document == selection.document && passage.first < selection.first + selection.bytes &&
                     selection.first < passage.first + passage.bytes;
    if (!own) similar.push_back({matches[i].document, passage.first, passage.bytes, matches[i], double(totals.scores[i])});
  }
  return similar;
}

TextSelection selection_of(const CorpusText& text, Passages& passages, const Stretch& tokens) {
  const Place first = passages.place(tokens.first), last = passages.place(std::max(tokens.first, tokens.end() - 1));
  if (first.document != last.document)
    throw core::Error("The selection goes over the end of " + first.name + ".", "Choose a part of one document.");
  const auto document = text.find(first.document);
  if (!document) throw core::Error("The corpus has changed since it was opened.", "Open it again.");
  return {*document, first.offset, last.offset + last.length - first.offset};
}

}  // namespace corpuscope::explore
