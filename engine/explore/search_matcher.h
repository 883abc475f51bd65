#pragma once
// Every place where a phrase or an expression stands in a text, in linear time.
//
// RE2 decides what a match is: leftmost, then as Perl would choose; a match never lies inside the one before it.
// Vectorscan, some times faster and without exact places, only tells the stretches where RE2 need not look; where it
// cannot take an expression, RE2 looks everywhere.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "explore/search_query.h"

namespace corpuscope::explore {

class Matcher {
 public:
  // For a phrase, an expression, or a word taken as it is written. Throws QueryError where an expression is wrong.
  // `filtered`: whether the fast filter is used; without it, the same matches are found slowly.
  Matcher(const SearchTerm& term, bool match_case, bool whole_words, bool filtered = true);
  ~Matcher();
  Matcher(Matcher&&) noexcept;

  // The first place not before `at` where `text` may be cut: no match lies across it. 0 and the text's end are such.
  std::size_t border(std::string_view text, std::size_t at) const;

  // Calls `visit(offset, length)` for every match of text[begin, end), in order, none of them empty; `begin` and
  // `end` are borders. `visit` returns false to end it. From any number of threads.
  using Visitor = std::function<bool(std::size_t offset, std::size_t length)>;
  void each(std::string_view text, std::size_t begin, std::size_t end, const Visitor& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
