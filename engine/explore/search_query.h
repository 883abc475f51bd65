#pragma once
// The grammar of the search box: what a person types, as a tree. No corpus is needed to read a query.
//
//   query      = choice
//   choice     = group { "OR" group }
//   group      = item { [ "AND" ] item }
//   item       = [ "NOT" | "-" ] ( "(" choice ")" | "\"text\"" | "/regex/" | filter | word )
//   filter     = ( "path:" | "lang:" | "doc:" | "case:" | "word:" ) ( value | "\"value\"" )
//
// Words side by side at the top rank (more of them is better, none is required); every other item is required: words
// next to AND, OR or NOT or inside ( ), phrases, expressions and filters. A condition holds or not for a document as
// a whole.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace corpuscope::explore {

struct SearchTerm {
  // word: by its stem, through the index. phrase: the text itself, where a space stands for any white space but a
  // blank line. regex: RE2's syntax.
  enum class Kind { word, phrase, regex };
  Kind kind = Kind::word;
  std::string text;
  std::size_t place = 0;  // byte of the query where it begins
};

struct SearchCondition {
  enum class Kind { term, all, any, none };  // none: not its only part
  Kind kind = Kind::term;
  std::size_t term = 0;  // of SearchQuery::terms
  std::vector<SearchCondition> parts;
};

struct SearchFilter {
  enum class By { path, language, document };
  By by = By::path;
  std::string value;
  bool excluded = false;
};

struct SearchQuery {
  std::vector<SearchTerm> terms;     // in the order of the query
  std::vector<std::size_t> ranking;  // the words that are wished for and not required, of `terms`
  std::optional<SearchCondition> condition;
  std::vector<SearchFilter> filters;  // all of them hold
  bool match_case = false;            // case:yes
  bool whole_words = false;           // word:yes

  // Whether every place is wanted, found by scanning the text: a phrase or an expression is asked for, or words as
  // they are written (case:yes or word:yes). Else the best places are, found through the index.
  bool exact() const;
  // Terms that stand in a condition without a NOT above them: those whose places are shown.
  std::vector<std::size_t> wanted() const;
};

// Wrong grammar: what() quotes the place, remedy() says what to type instead.
class QueryError : public core::Error {
 public:
  QueryError(std::size_t place, const std::string& what, const std::string& remedy);
  std::size_t place() const { return place_; }  // byte of the query

 private:
  std::size_t place_;
};

// Throws QueryError. Any bytes are allowed in `text`.
SearchQuery parse_query(std::string_view text);

// Words alone, none of them required; no character has a meaning. What questions in a batch are.
SearchQuery plain_words(std::string_view text);

// The grammar on a screen, for a person who has never seen it.
std::string query_help();

}  // namespace corpuscope::explore
