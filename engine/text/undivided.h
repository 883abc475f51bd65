#pragma once
// Words that a typesetter divided at the end of a line.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::text {

// The words of a document, with and without hyphens in them, in lower case of ASCII.
class KnownWords {
 public:
  explicit KnownWords(const std::vector<std::string>& texts);
  bool contains(const std::string& word) const { return words_.contains(word); }
  bool has_sign_of_division() const { return has_sign_of_division_; }

 private:
  std::set<std::string> words_;
  bool has_sign_of_division_ = false;
};

// "exam-\nple of" becomes "example\nof". The hyphen stays where the document writes the word with it elsewhere
// ("well-\nknown", for "well-known"), where it divides other words by a sign of its own (U+2010, U+00AD), and where
// what follows does not begin with a small letter.
std::string undivided(std::string_view text, const KnownWords& words);

}  // namespace corpuscope::text
