#include "explore/search_matcher.h"

#include <hs/hs.h>
#include <re2/re2.h>

#include <algorithm>

#include "explore/characters.h"

namespace corpuscope::explore {
namespace {

constexpr int largest_filter = 2000;  // RE2 instructions: Vectorscan may take seconds to compile larger ones
constexpr std::size_t longest_filter = 1000;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// A space of a phrase: blanks, with at most one end of a line among them.
constexpr const char* phrase_space = "(?:[ \\t]+|[ \\t]*\\r?\\n[ \\t]*)";

std::string phrase_expression(std::string_view phrase) {
  std::string out;
  for (std::size_t at = 0; at < phrase.size();) {
    std::size_t end = at;
    if (is_blank(phrase[at]) || phrase[at] == '\n' || phrase[at] == '\r') {
      while (end < phrase.size() && (is_blank(phrase[end]) || phrase[end] == '\n' || phrase[end] == '\r')) ++end;
      if (at > 0 && end < phrase.size()) out += phrase_space;
    } else {
      while (end < phrase.size() && !is_blank(phrase[end]) && phrase[end] != '\n' && phrase[end] != '\r') ++end;
      out += RE2::QuoteMeta(re2::StringPiece(phrase.data() + at, end - at));
    }
    at = end;
  }
  return out;
}

bool word_character(UChar32 c) { return c == '_' || (c >= 0 && u_isalnum(c)); }

// Whether text[begin, end) is no part of a longer word.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return !word_character(character_before(text, begin).value) && !word_character(character_at(text, end).value);
}

std::size_t next_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

// Of the line that holds the byte at `at`; its newline belongs to it.
std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t behind_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Filter = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

Filter compile_filter(const std::string& expression, bool match_case) {
  unsigned flags = HS_FLAG_MULTILINE | HS_FLAG_UTF8 | HS_FLAG_PREFILTER;
  if (!match_case) flags |= HS_FLAG_CASELESS;
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile(expression.c_str(), flags, HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return nullptr;
  }
  return Filter(database);
}

// Places of text[begin, ...) where something that may be a match ends: one in each line where one does.
class Candidates {
 public:
  Candidates(std::string_view text, std::size_t begin) : text_(text), begin_(begin) {}

  static int take(unsigned, unsigned long long, unsigned long long to, unsigned, void* context) {
    static_cast<Candidates*>(context)->add(std::size_t(to));
    return 0;
  }

  std::vector<std::size_t> sorted() {
    std::sort(places_.begin(), places_.end());
    return std::move(places_);
  }

 private:
  void add(std::size_t to) {
    const std::size_t place = begin_ + to;
    if (to == 0 || (place > line_begin_ && place <= line_end_)) return;
    line_begin_ = line_begin(text_, place - 1);
    line_end_ = behind_line(text_, place - 1);
    places_.push_back(place);
  }

  const std::string_view text_;
  const std::size_t begin_;
  std::size_t line_begin_ = 0, line_end_ = 0;  // of the last place
  std::vector<std::size_t> places_;
};

// What a match never crosses.
enum class Unit { line, paragraph, document };

bool blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return is_blank(c) || c == '\r'; });
}

// The end of the unit that holds the byte at `at`.
std::size_t unit_end(Unit unit, std::string_view text, std::size_t at) {
  if (unit == Unit::document) return text.size();
  std::size_t end = behind_line(text, at);
  while (unit == Unit::paragraph && end < text.size()) {
    const std::size_t next = behind_line(text, end);
    const bool blank = blank_line(text.substr(end, next - end - (text[next - 1] == '\n')));
    end = next;
    if (blank) break;
  }
  return end;
}

// Its beginning, not before `least`.
std::size_t unit_begin(Unit unit, std::string_view text, std::size_t at, std::size_t least) {
  std::size_t begin = line_begin(text, at);
  while (unit == Unit::paragraph && begin > least) {
    const std::size_t before = line_begin(text, begin - 1);
    if (blank_line(text.substr(before, begin - 1 - before))) break;
    begin = before;
  }
  return std::max(begin, least);
}

std::unique_ptr<RE2> compile(const SearchTerm& term, const std::string& expression, bool match_case, Unit unit) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(64 << 20);
  options.set_case_sensitive(match_case);
  options.set_never_nl(unit == Unit::line);
  auto compiled = std::make_unique<RE2>(expression, options);
  if (compiled->ok()) return compiled;
  const std::string& part = compiled->error_arg();
  const std::size_t where = part.empty() ? std::string::npos : term.text.find(part);
  throw QueryError(term.place + 1 + (where == std::string::npos ? 0 : where),
                   "The expression /" + term.text + "/ cannot be read: " + compiled->error() + ".",
                   "Correct it (RE2's syntax), or put the text in \"quotes\" to find it as it stands.");
}

}  // namespace

struct Matcher::Impl {
  Unit unit = Unit::line;
  bool alone = false;          // matches must be whole words, and RE2 does not see to it
  int group = 0;               // of the expression: what of it is the match
  std::unique_ptr<RE2> exact;
  Filter filter;

  // All matches in text[begin, end), which is made of whole units; false where `visit` ended it.
  bool scan(std::string_view text, std::size_t begin, std::size_t end, const Visitor& visit) const {
    re2::StringPiece found[2];
    const re2::StringPiece whole(text.data(), text.size());
    for (std::size_t at = begin; at <= end;) {
      if (!exact->Match(whole, at, end, RE2::UNANCHORED, found, group + 1)) return true;
      const auto offset = std::size_t(found[group].data() - text.data());
      const std::size_t length = found[group].size();
      const bool counts = length > 0 && (!alone || stands_alone(text, offset, offset + length));
      if (counts && !visit(offset, length)) return false;
      at = counts ? offset + length : next_character(text, offset);
    }
    return true;
  }

  std::vector<std::size_t> candidates(std::string_view text, std::size_t begin, std::size_t end) const {
    // One for each thread and filter would live longer than its filter: a scratch is made anew, for megabytes.
    hs_scratch_t* made = nullptr;
    if (hs_alloc_scratch(filter.get(), &made) != HS_SUCCESS) throw std::bad_alloc();
    const Scratch scratch(made);
    Candidates found(text.substr(0, end), begin);
    const auto result = hs_scan(filter.get(), text.data() + begin, unsigned(end - begin), 0, made, Candidates::take, &found);
    if (result != HS_SUCCESS) throw std::bad_alloc();
    return found.sorted();
  }
};

Matcher::Matcher(const SearchTerm& term, bool match_case, bool whole_words, bool filtered)
    : impl_(std::make_unique<Impl>()) {
  const bool regex = term.kind == SearchTerm::Kind::regex;
  std::string expression = regex ? term.text : phrase_expression(term.text);
  if (regex)
    impl_->unit = expression.find("\\n") != std::string::npos ? Unit::document : Unit::line;
  else
    impl_->unit = expression.find(phrase_space) != std::string::npos ? Unit::paragraph : Unit::line;
  compile(term, "(?m)" + expression, match_case, impl_->unit);  // on its own first: ")(" is no expression
  impl_->alone = whole_words && !regex;
  impl_->group = whole_words && regex ? 1 : 0;
  const std::string edges[] = {"(?m)(?:^|[^\\pL\\pN_])(", ")(?:$|[^\\pL\\pN_])"};
  impl_->exact = compile(term, impl_->group ? edges[0] + expression + edges[1] : "(?m)" + expression, match_case, impl_->unit);
  const bool may_be_large = expression.size() > longest_filter || impl_->exact->ProgramSize() > largest_filter;
  if (filtered && impl_->unit != Unit::document && !may_be_large) impl_->filter = compile_filter(expression, match_case);
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

std::size_t Matcher::border(std::string_view text, std::size_t at) const {
  if (at == 0 || at >= text.size()) return std::min(at, text.size());
  return unit_end(impl_->unit, text, at - 1);
}

void Matcher::each(std::string_view text, std::size_t begin, std::size_t end, const Visitor& visit) const {
  if (begin >= end) return;
  if (!impl_->filter || end - begin > UINT32_MAX) {
    impl_->scan(text, begin, end, visit);
    return;
  }
  std::size_t done = begin;
  for (const std::size_t place : impl_->candidates(text, begin, end)) {
    if (place <= done) continue;
    const std::size_t first = unit_begin(impl_->unit, text, place - 1, done);
    done = std::min(end, unit_end(impl_->unit, text, place - 1));
    if (!impl_->scan(text, first, done, visit)) return;
  }
}

}  // namespace corpuscope::explore
