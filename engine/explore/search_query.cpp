#include "explore/search_query.h"

#include <algorithm>
#include <array>

namespace corpuscope::explore {
namespace {

constexpr std::size_t longest_query = 65536, most_terms = 256, deepest = 64;

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

// "… here>rest", so that the place is seen in a terminal.
std::string around(std::string_view query, std::size_t place) {
  const std::size_t begin = place > 20 ? place - 20 : 0;
  return std::string(begin > 0 ? "…" : "") + std::string(query.substr(begin, place - begin)) + "⟨here⟩" +
         std::string(query.substr(place, 20)) + (query.size() > place + 20 ? "…" : "");
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  SearchQuery parse() {
    if (text_.size() > longest_query) fail(0, "it is longer than 65,536 bytes", "Search for less at once.");
    auto top = choice(0);
    if (more()) fail(at_, "no \"(\" belongs to this \")\"", "Remove it, or put the text in \"quotes\".");
    take_apart(std::move(top));
    if (query_.terms.empty()) fail(0, "there is nothing to search for", "Type a word, a \"phrase\" or a /regex/.");
    if (query_.ranking.empty() && query_.wanted().empty())
      fail(0, "it only says what is not wanted", "Add a word that is wanted.");
    return std::move(query_);
  }

 private:
  using Kind = SearchCondition::Kind;
  struct Item {
    SearchCondition condition;
    bool bare_word = false;  // a word with no operator beside it
    bool filter = false;     // taken already
  };
  struct Choice {
    std::vector<Item> items;  // side by side, of the only group
    std::vector<SearchCondition> groups;  // or of several
  };

  [[noreturn]] void fail(std::size_t place, const std::string& why, const std::string& remedy) const {
    throw QueryError(place, "The search cannot be read: " + why + ": " + around(text_, std::min(place, text_.size())),
                     remedy);
  }

  bool more() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  bool ends_word(std::size_t place) const {
    return place >= text_.size() || is_space(text_[place]) || text_[place] == '(' || text_[place] == ')' ||
           text_[place] == '"';
  }

  bool operator_ahead(std::string_view name) {
    return more() && text_.substr(at_).starts_with(name) && ends_word(at_ + name.size());
  }

  bool take_operator(std::string_view name) {
    if (!operator_ahead(name)) return false;
    last_operator_ = at_;
    at_ += name.size();
    return true;
  }

  Choice choice(std::size_t depth) {
    if (depth > deepest) fail(at_, "brackets are more than 64 deep", "Use fewer of them.");
    Choice read;
    read.items = group(depth);
    if (!operator_ahead("OR")) return read;
    read.groups.push_back(joined(std::move(read.items)));
    while (take_operator("OR")) read.groups.push_back(joined(group(depth)));
    return read;
  }

  std::vector<Item> group(std::size_t depth) {
    std::vector<Item> items;
    while (true) {
      if (!items.empty() && take_operator("AND")) {
        items.back().bare_word = false;
        items.push_back(item(depth));
        items.back().bare_word = false;
      } else if (more() && text_[at_] != ')' && !operator_ahead("OR") && !operator_ahead("AND")) {
        items.push_back(item(depth));
      } else {
        break;
      }
    }
    if (items.empty()) {
      if (more() && text_[at_] != ')')
        fail(at_, "something is missing before this", "Put a word on both sides of AND and OR.");
      if (depth == 0 && last_operator_ == npos) return items;
      fail(at_, "something is missing here", "Put a word on both sides of AND and OR, and inside ( ).");
    }
    if (operator_ahead("AND")) fail(at_, "something is missing before this", "Put a word on both sides of AND.");
    return items;
  }

  Item item(std::size_t depth) {
    if (!more() || text_[at_] == ')' || operator_ahead("OR") || operator_ahead("AND"))
      fail(at_, "something is missing here", "Put a word behind AND, OR and NOT.");
    if (depth > deepest) fail(at_, "NOT is repeated more than 64 times", "Use fewer of them.");
    const std::size_t place = at_;
    if (take_operator("NOT") || minus()) {
      negated_ = !negated_;
      Item inner = item(depth + 1);
      negated_ = !negated_;
      if (inner.filter) return inner;
      Item out;
      out.condition.kind = Kind::none;
      out.condition.parts.push_back(std::move(inner.condition));
      return out;
    }
    if (text_[at_] == '(') return brackets(depth);
    if (text_[at_] == '"') return term(SearchTerm::Kind::phrase, quoted(), place);
    if (text_[at_] == '/') return term(SearchTerm::Kind::regex, expression(), place);
    return word_or_filter(depth);
  }

  bool minus() {
    if (text_[at_] != '-' || at_ + 1 >= text_.size() || is_space(text_[at_ + 1]) || text_[at_ + 1] == '-') return false;
    ++at_;
    return true;
  }

  Item brackets(std::size_t depth) {
    const std::size_t place = at_++;
    ++inside_;
    Item out;
    Choice inner = choice(depth + 1);
    out.condition = inner.groups.empty() ? joined(std::move(inner.items)) : any_of(std::move(inner.groups));
    --inside_;
    if (!more()) fail(place, "this \"(\" is never closed", "Add the \")\", or put the text in \"quotes\".");
    ++at_;
    return out;
  }

  // Between quotes; \" and \\ stand for themselves without the backslash.
  std::string quoted() {
    const std::size_t place = at_++;
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
      out += text_[at_];
    }
    if (at_ >= text_.size()) fail(place, "this quote is never closed", "Add a \" at the end.");
    ++at_;
    if (std::all_of(out.begin(), out.end(), is_space))
      fail(place, "there is nothing between the quotes", "Put some text between them.");
    return out;
  }

  std::string expression() {
    const std::size_t place = at_++;
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '/'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (text_[at_ + 1] != '/') out += '\\';
        ++at_;
      }
      out += text_[at_];
    }
    if (at_ >= text_.size())
      fail(place, "this expression is never closed", "Add a / at its end, or put the text in \"quotes\".");
    ++at_;
    if (!ends_word(at_))
      fail(at_, "an expression ends at the / before this", "Write \\/ for a / inside it, or put a path in \"quotes\".");
    if (out.empty()) fail(place, "the expression is empty", "Put something between the two /.");
    return out;
  }

  Item word_or_filter(std::size_t depth) {
    const std::size_t place = at_;
    while (!ends_word(at_)) ++at_;
    const std::string_view word = text_.substr(place, at_ - place);
    const std::size_t colon = word.find(':');
    if (colon != std::string_view::npos && filter(word.substr(0, colon), word.substr(colon + 1), place, depth)) {
      Item taken;
      taken.filter = true;
      return taken;
    }
    return term(SearchTerm::Kind::word, std::string(word), place);
  }

  bool filter(std::string_view name, std::string_view rest, std::size_t place, std::size_t depth) {
    static constexpr std::array<std::string_view, 5> names = {"path", "lang", "doc", "case", "word"};
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return false;
    std::string value(rest);
    if (value.empty() && at_ < text_.size() && text_[at_] == '"') value = quoted();
    if (value.empty()) fail(at_, "a filter lacks its value", "Write for example path:src or lang:python.");
    if (inside_ > 0) fail(place, "a filter stands inside ( )", "Put it at the end of the search.");
    const auto kind = found - names.begin();
    if (kind >= 3) {
      if (negated_ || (value != "yes" && value != "no") || depth > 1)
        fail(place, "only yes or no can follow here", "Write " + std::string(name) + ":yes or " + std::string(name) + ":no.");
      (kind == 3 ? query_.match_case : query_.whole_words) = value == "yes";
      return true;
    }
    query_.filters.push_back({SearchFilter::By(kind), value, negated_});
    return true;
  }

  Item term(SearchTerm::Kind kind, std::string text, std::size_t place) {
    if (query_.terms.size() >= most_terms) fail(place, "it has more than 256 words", "Search for fewer at once.");
    Item out;
    out.condition.term = query_.terms.size();
    out.bare_word = kind == SearchTerm::Kind::word;
    query_.terms.push_back({kind, std::move(text), place});
    return out;
  }

  SearchCondition joined(std::vector<Item> items) const {
    SearchCondition all{Kind::all, 0, {}};
    for (Item& item : items)
      if (!item.filter) all.parts.push_back(std::move(item.condition));
    if (all.parts.empty())
      fail(at_, "only a filter stands here", "Put filters at the end of the search, outside of OR and ( ).");
    if (all.parts.size() == 1) {
      SearchCondition only = std::move(all.parts.front());
      return only;
    }
    return all;
  }

  static SearchCondition any_of(std::vector<SearchCondition> groups) { return {Kind::any, 0, std::move(groups)}; }

  // The top: its bare words rank, the rest is required.
  void take_apart(Choice top) {
    if (!top.groups.empty()) {
      query_.condition = any_of(std::move(top.groups));
      return;
    }
    SearchCondition all{Kind::all, 0, {}};
    for (Item& item : top.items) {
      if (item.filter) continue;
      if (item.bare_word)
        query_.ranking.push_back(item.condition.term);
      else
        all.parts.push_back(std::move(item.condition));
    }
    if (!all.parts.empty()) query_.condition = std::move(all);
  }

  static constexpr std::size_t npos = std::string_view::npos;
  const std::string_view text_;
  std::size_t at_ = 0, inside_ = 0, last_operator_ = npos;
  bool negated_ = false;
  SearchQuery query_;
};

void collect_wanted(const SearchCondition& condition, std::vector<std::size_t>& terms) {
  if (condition.kind == SearchCondition::Kind::none) return;
  if (condition.kind == SearchCondition::Kind::term) terms.push_back(condition.term);
  for (const auto& part : condition.parts) collect_wanted(part, terms);
}

}  // namespace

QueryError::QueryError(std::size_t place, const std::string& what, const std::string& remedy)
    : core::Error(what, remedy), place_(place) {}

std::vector<std::size_t> SearchQuery::wanted() const {
  std::vector<std::size_t> found;
  if (condition) collect_wanted(*condition, found);
  std::sort(found.begin(), found.end());
  return found;
}

bool SearchQuery::exact() const {
  if (match_case || whole_words) return true;
  const auto terms_wanted = wanted();
  return std::any_of(terms_wanted.begin(), terms_wanted.end(),
                     [&](std::size_t i) { return terms[i].kind != SearchTerm::Kind::word; });
}

SearchQuery parse_query(std::string_view text) { return Parser(text).parse(); }

SearchQuery plain_words(std::string_view text) {
  SearchQuery query;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_space(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at == begin || query.terms.size() == most_terms) break;
    query.ranking.push_back(query.terms.size());
    query.terms.push_back({SearchTerm::Kind::word, std::string(text.substr(begin, at - begin)), begin});
  }
  return query;
}

std::string query_help() {
  return "What to search for:\n"
         "  whale harpoon        words, in any form (whales, harpooned): the best places first, more words is better\n"
         "  read_file readFile   identifiers, found by their parts too\n"
         "  \"white whale\"        this text, at every place; a space stands for any white space, a line's end too\n"
         "  /wh[a-z]+le/         a regular expression (RE2), at every place, within lines; \\n in it lets it cross them\n"
         "  whale AND ship       both in a document; also: whale OR ship, NOT ship, -ship, (whale OR ship) AND sea\n"
         "  path:src  path:*.h   only documents with this in their path (* and ? as in a shell)\n"
         "  lang:python          only documents in this language, by their names\n"
         "  doc:notes.txt        only this document\n"
         "  case:yes  word:yes   words and phrases exactly as written: in this case, as whole words\n"
         "-path:, -lang:, -doc: leave such documents out. Quotes take any character its meaning.\n";
}

}  // namespace corpuscope::explore
