#include "explore/copy_words.h"

#include <algorithm>
#include <cctype>

namespace corpuscope::explore {
namespace {

bool in_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || byte == '_' || byte >= 0x80;
}

// Whether a word of the text goes on over this place.
bool cuts(std::string_view text, std::size_t at) {
  return at > 0 && at < text.size() && in_word(text[at - 1]) && in_word(text[at]);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!in_word(text[i])) continue;
    const std::size_t begin = i;
    while (i < text.size() && in_word(text[i])) ++i;
    words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

std::size_t offset(std::string_view part, std::string_view whole) { return std::size_t(part.data() - whole.data()); }

}  // namespace

std::vector<TextDifference> grown_to_words(std::string_view earlier, std::string_view later,
                                           const std::vector<TextDifference>& differences) {
  std::vector<TextDifference> grown;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    TextDifference one = differences[i];
    const std::size_t first = grown.empty() ? 0 : grown.back().later_end;
    while (one.earlier_begin > 0 && one.later_begin > first &&
           (cuts(earlier, one.earlier_begin) || cuts(later, one.later_begin)))
      --one.earlier_begin, --one.later_begin;
    const std::size_t last = i + 1 < differences.size() ? differences[i + 1].later_begin : later.size();
    while (one.earlier_end < earlier.size() && one.later_end < last &&
           (cuts(earlier, one.earlier_end) || cuts(later, one.later_end)))
      ++one.earlier_end, ++one.later_end;
    const bool joins =
        !grown.empty() && one.later_begin == first && (cuts(earlier, one.earlier_begin) || cuts(later, first));
    if (!joins) {
      grown.push_back(one);
      continue;
    }
    grown.back().earlier_end = one.earlier_end;
    grown.back().later_end = one.later_end;
  }
  return grown;
}

std::size_t count_words(std::string_view text) { return words_of(text).size(); }

std::vector<WordPair> paired_words(std::string_view earlier, std::string_view later,
                                   const std::vector<TextDifference>& grown) {
  std::vector<WordPair> pairs;
  const auto pair_up = [&](std::size_t old_at, std::size_t old_end, std::size_t new_at, std::size_t new_end) {
    const auto old_words = words_of(earlier.substr(old_at, old_end - old_at)),
               new_words = words_of(later.substr(new_at, new_end - new_at));
    if (old_words.size() != new_words.size()) return;
    for (std::size_t i = 0; i < new_words.size(); ++i)
      pairs.push_back({old_words[i], new_words[i], offset(old_words[i], earlier), offset(new_words[i], later)});
  };
  std::size_t old_at = 0, new_at = 0;
  for (const TextDifference& one : grown) {
    pair_up(old_at, one.earlier_begin, new_at, one.later_begin);
    pair_up(one.earlier_begin, one.earlier_end, one.later_begin, one.later_end);
    old_at = one.earlier_end;
    new_at = one.later_end;
  }
  pair_up(old_at, earlier.size(), new_at, later.size());
  return pairs;
}

Renaming::Renaming(const std::vector<WordPair>& pairs) {
  for (const WordPair& pair : pairs) ++becomes_[pair.earlier][pair.later], ++was_[pair.later][pair.earlier];
}

int Renaming::times(std::string_view earlier, std::string_view later) const {
  const auto found = becomes_.find(earlier);
  if (found == becomes_.end()) return 0;
  const auto times = found->second.find(later);
  return times == found->second.end() ? 0 : times->second;
}

std::pair<std::string_view, int> Renaming::rule(std::string_view earlier, std::string_view later) const {
  std::pair<std::string_view, int> most{"", 0};
  const auto found = becomes_.find(earlier);
  if (found == becomes_.end()) return most;
  for (const auto& [word, times] : found->second)
    if (word != later && times > most.second) most = {word, times};
  return most;
}

int Renaming::for_others(std::string_view earlier, std::string_view later) const {
  const auto found = was_.find(later);
  if (found == was_.end()) return 0;
  int others = 0;
  for (const auto& [word, times] : found->second) others += word == earlier ? 0 : times;
  return others;
}

}  // namespace corpuscope::explore
