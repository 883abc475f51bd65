#pragma once
// The words of two copies side by side: which word of the one stands where the other has which. A word is a row of
// letters, digits, _ and bytes beyond ASCII, as identifiers are.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::explore {

// Bytes [begin, end) of each text.
struct TextDifference {
  std::size_t earlier_begin = 0, earlier_end = 0, later_begin = 0, later_end = 0;
};

// Both sides grow alike, over the text that they share, until neither cuts a word, and join those that they meet.
// `differences` are ascending; between two of them both texts are the same.
std::vector<TextDifference> grown_to_words(std::string_view earlier, std::string_view later,
                                           const std::vector<TextDifference>& differences);

std::size_t count_words(std::string_view text);

struct WordPair {
  std::string_view earlier, later;
  std::size_t earlier_at = 0, later_at = 0;
};

// In order. Of a grown difference with as many words on both sides they are paired one by one, of others none.
std::vector<WordPair> paired_words(std::string_view earlier, std::string_view later,
                                   const std::vector<TextDifference>& grown);

// How often which word stands for which.
class Renaming {
 public:
  explicit Renaming(const std::vector<WordPair>& pairs);

  int times(std::string_view earlier, std::string_view later) const;
  // What stands most often for `earlier`, but for `later`; "" and 0 where it stands nowhere else.
  std::pair<std::string_view, int> rule(std::string_view earlier, std::string_view later) const;
  // How often `later` stands for other words than `earlier`.
  int for_others(std::string_view earlier, std::string_view later) const;

 private:
  std::map<std::string_view, std::map<std::string_view, int>> becomes_, was_;
};

}  // namespace corpuscope::explore
