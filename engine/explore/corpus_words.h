#pragma once
// Words as a corpus linguist counts them: runs of letters, digits and marks, with apostrophes and low lines inside
// (don't, l'homme, read_file), all in one case. Scripts that write no spaces between words are taken run by run.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/job.h"
#include "explore/search_text.h"

namespace corpuscope::explore {

struct WordSpan {
  std::size_t begin = 0, end = 0;  // empty: there is none
  bool empty() const { return begin == end; }
};

WordSpan word_behind(std::string_view text, std::size_t at);   // the first that begins at or behind `at`
WordSpan word_before(std::string_view text, std::size_t at);   // the last that ends at or before `at`
// The word that `at` lies inside of begins, ends there; `at` itself where it lies in none.
std::size_t word_begin(std::string_view text, std::size_t at);
std::size_t word_end(std::string_view text, std::size_t at);
std::string folded(std::string_view word);                     // case folded, as it is counted

// The words of some documents as numbers, in their order.
struct NumberedWords {
  static constexpr std::uint32_t border = 0;  // stands behind each document
  std::vector<std::string> words;             // by number, from 1
  std::vector<std::int64_t> counts;           // by number
  std::vector<std::uint32_t> sequence;
  std::vector<std::pair<std::uint32_t, std::size_t>> documents;  // document, and where it begins in `sequence`
};

NumberedWords number_words(const CorpusText& text, const std::vector<bool>& documents, core::Job& job);

}  // namespace corpuscope::explore
