#include "ui/highlighter.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace corpuscope::ui {

struct Language {
  std::string_view names;  // extensions and whole file names, between spaces
  std::vector<std::string_view> line_comments;
  std::string_view block_open, block_close;
  std::string_view quotes;                   // strings that end with their line
  std::vector<std::string_view> long_quotes;  // strings that go on over lines
  bool quote_is_character = false;           // ' holds one character, and may also be something else
  bool heading = false;                      // a line that begins with # is one
  std::unordered_set<std::string_view> keywords;
  std::array<bool, 256> stops{};             // bytes at which something other than plain text may begin
};

namespace {

constexpr std::uint8_t in_block = 1, in_long_quote = 2;  // and the following: which of the long quotes
constexpr std::size_t longest_character = 12;            // '\u{10ffff}'

std::unordered_set<std::string_view> words(std::string_view text) {
  std::unordered_set<std::string_view> all;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) all.insert(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

bool is_word(unsigned char c) { return std::isalnum(c) || c == '_' || c >= 0x80; }

std::vector<Language> make_languages() {
  std::vector<Language> all = {
      {" c h cc cpp cxx hh hpp hxx inl cu cuh m mm ", {"//"}, "/*", "*/", "\"", {}, true, false,
       words("alignas alignof asm auto bool break case catch char class concept const consteval constexpr constinit "
             "const_cast continue co_await co_return co_yield decltype default delete do double dynamic_cast else enum "
             "explicit export extern false final float for friend goto if inline int long mutable namespace new "
             "noexcept nullptr operator override private protected public register reinterpret_cast requires return "
             "short signed sizeof static static_assert static_cast struct switch template this thread_local throw true "
             "try typedef typeid typename union unsigned using virtual void volatile while NULL")},
      {" py pyi pyx SConstruct ", {"#"}, "", "", "\"'", {"\"\"\"", "'''"}, false, false,
       words("False None True and as assert async await break class continue def del elif else except finally for from "
             "global if import in is lambda match nonlocal not or pass raise return self try while with yield")},
      {" js mjs cjs jsx ts tsx ", {"//"}, "/*", "*/", "\"'", {"`"}, false, false,
       words("abstract any as async await boolean break case catch class const continue debugger declare default delete "
             "do else enum export extends false finally for from function get if implements import in instanceof "
             "interface let namespace new null number of private protected public readonly return set static string "
             "super switch this throw true try type typeof undefined var void while with yield")},
      {" java kt kts scala cs swift dart groovy ", {"//"}, "/*", "*/", "\"", {"\"\"\""}, true, false,
       words("abstract as assert async await base boolean break byte case catch char class companion const continue data "
             "default do double else enum extends extension false final finally float for foreach fun func get guard if "
             "implements import in instanceof int interface internal is let long namespace native new null object out "
             "override package private protected public readonly return sealed set short static string struct super "
             "switch synchronized this throw throws trait true try typealias using val var virtual void volatile when "
             "where while yield")},
      {" go ", {"//"}, "/*", "*/", "\"", {"`"}, true, false,
       words("break case chan const continue default defer else fallthrough false for func go goto if import interface "
             "iota map nil package range return select struct switch true type var")},
      {" rs ", {"//"}, "/*", "*/", "\"", {}, true, false,
       words("Self as async await break const continue crate dyn else enum extern false fn for if impl in let loop match "
             "mod move mut pub ref return self static struct super trait true type unsafe use where while")},
      {" sh bash zsh ksh fish Dockerfile Makefile makefile GNUmakefile mk ", {"#"}, "", "", "\"'", {}, false, false,
       words("alias break case continue declare do done elif else esac eval exec exit export fi for function if in local "
             "readonly return set shift then trap unset until while")},
      {" cmake CMakeLists.txt ", {"#"}, "#[[", "]]", "\"", {}, false, false,
       words("add_executable add_library add_subdirectory else elseif endforeach endfunction endif endmacro endwhile "
             "find_package foreach function if include install macro message option project return set "
             "target_compile_definitions target_include_directories target_link_libraries while AND NOT OR PRIVATE "
             "PUBLIC INTERFACE REQUIRED")},
      {" json jsonl geojson ipynb ", {}, "", "", "\"", {}, false, false, words("true false null")},
      {" yaml yml toml ini cfg conf properties ", {"#", ";"}, "", "", "\"'", {}, false, false,
       words("true false null yes no on off")},
      {" sql ", {"--"}, "/*", "*/", "'\"", {}, false, false,
       words("select from where and or not in is null join left right inner outer on group by order having limit insert "
             "into values update set delete create table index view primary key foreign references drop alter union all "
             "distinct as case when then else end exists between like SELECT FROM WHERE AND OR NOT IN IS NULL JOIN LEFT "
             "RIGHT INNER OUTER ON GROUP BY ORDER HAVING LIMIT INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INDEX "
             "VIEW PRIMARY KEY FOREIGN REFERENCES DROP ALTER UNION ALL DISTINCT AS CASE WHEN THEN ELSE END EXISTS "
             "BETWEEN LIKE")},
      {" lua ", {"--"}, "--[[", "]]", "\"'", {}, false, false,
       words("and break do else elseif end false for function goto if in local nil not or repeat return then true until "
             "while")},
      {" rb rake Gemfile Rakefile ", {"#"}, "=begin", "=end", "\"'", {}, false, false,
       words("alias and begin break case class def defined do else elsif end ensure false for if in module next nil not "
             "or raise redo rescue retry return self super then true undef unless until when while yield")},
      {" php ", {"//", "#"}, "/*", "*/", "\"'", {}, false, false,
       words("abstract and array as break case catch class const continue declare default do echo else elseif empty "
             "extends false final finally fn for foreach function global if implements include instanceof interface isset "
             "namespace new null or private protected public require return static switch this throw trait true try "
             "unset use var while")},
      {" css scss less ", {}, "/*", "*/", "\"'", {}, false, false, words("important media import charset keyframes")},
      {" html htm xml xhtml svg ui qrc ", {}, "<!--", "-->", "\"", {}, false, false, {}},
      {" r R jl pl pm tcl ", {"#"}, "", "", "\"'", {}, false, false,
       words("FALSE NULL TRUE begin break do else elseif end false for foreach function if import in let local module my "
             "next our package proc repeat return struct sub then true unless until use using while")},
      {" hs elm ", {"--"}, "{-", "-}", "\"", {}, true, false,
       words("case class data deriving do else if import in infix infixl infixr instance let module newtype of then type "
             "where")},
      {" md markdown rst ", {}, "", "", "`", {"```"}, false, true, {}},
  };
  for (auto& language : all) {
    const auto stop = [&](std::string_view opening) {
      if (!opening.empty()) language.stops[static_cast<unsigned char>(opening.front())] = true;
    };
    for (const auto opening : language.line_comments) stop(opening);
    for (const auto opening : language.long_quotes) stop(opening);
    for (const char quote : language.quotes) stop({&quote, 1});
    if (language.quote_is_character) stop("'");
    stop(language.block_open);
  }
  return all;
}

const std::vector<Language>& languages() {
  static const std::vector<Language> all = make_languages();
  return all;
}

// One line on its way from left to right.
class Scanner {
 public:
  Scanner(const Language& language, std::string_view line, std::vector<TextSpan>* spans)
      : language_(language), line_(line), spans_(spans) {}

  std::uint8_t run(std::uint8_t state) {
    if (language_.heading && state == 0 && line_.starts_with('#')) return take(line_.size(), TextKind::keyword), 0;
    while (at_ < line_.size()) {
      if (state == in_block) {
        state = until(language_.block_close, TextKind::comment, at_) ? 0 : state;
      } else if (state >= in_long_quote) {
        state = until(language_.long_quotes[state - in_long_quote], TextKind::string, at_) ? 0 : state;
      } else {
        state = plain();
      }
    }
    return state;
  }

 private:
  bool here(std::string_view text) const { return !text.empty() && line_.substr(at_).starts_with(text); }

  void take(std::size_t count, TextKind kind) {
    if (spans_ && count > 0 && kind != TextKind::plain) spans_->push_back({int(at_), int(count), kind});
    at_ += count;
  }

  // Takes up to and with `close`, looked for from `from`; false where it is not on this line.
  bool until(std::string_view close, TextKind kind, std::size_t from) {
    const auto end = line_.find(close, from);
    take((end == line_.npos ? line_.size() : end + close.size()) - at_, kind);
    return end != line_.npos;
  }

  std::uint8_t plain() {
    const auto c = static_cast<unsigned char>(line_[at_]);
    if (!language_.stops[c]) return word(c), 0;
    if (here(language_.block_open))
      return until(language_.block_close, TextKind::comment, at_ + language_.block_open.size()) ? 0 : in_block;
    for (const auto opening : language_.line_comments)
      if (here(opening)) return take(line_.size() - at_, TextKind::comment), 0;
    for (std::size_t i = 0; i < language_.long_quotes.size(); ++i)
      if (const auto quote = language_.long_quotes[i]; here(quote))
        return until(quote, TextKind::string, at_ + quote.size()) ? 0 : std::uint8_t(in_long_quote + i);
    if (language_.quotes.find(char(c)) != std::string_view::npos) return quoted(char(c), line_.size()), 0;
    if (c == '\'' && language_.quote_is_character) return quoted('\'', at_ + longest_character), 0;
    return word(c), 0;
  }

  // A string on this line; where it does not end before `limit` the quote is an ordinary character.
  void quoted(char quote, std::size_t limit) {
    for (auto end = at_ + 1; end < std::min(limit, line_.size()); ++end) {
      if (line_[end] == '\\') {
        ++end;
      } else if (line_[end] == quote) {
        return take(end + 1 - at_, TextKind::string);
      }
    }
    take(1, TextKind::plain);
  }

  void word(unsigned char first) {
    if (!is_word(first)) return take(1, TextKind::plain);
    auto end = at_ + 1;
    while (end < line_.size() && is_word(static_cast<unsigned char>(line_[end]))) ++end;
    if (!spans_) return take(end - at_, TextKind::plain);
    const auto text = line_.substr(at_, end - at_);
    const bool number = std::isdigit(first) && !language_.heading;
    take(end - at_, number ? TextKind::number : language_.keywords.contains(text) ? TextKind::keyword : TextKind::plain);
  }

  const Language& language_;
  std::string_view line_;
  std::vector<TextSpan>* spans_;
  std::size_t at_ = 0;
};

}  // namespace

const Language* language_of(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  const auto base = slash == file_name.npos ? file_name : file_name.substr(slash + 1);
  const auto dot = base.rfind('.');
  const auto extension = dot == base.npos ? std::string_view() : base.substr(dot + 1);
  const auto named = [](const Language& language, std::string_view name) {
    const std::string padded = std::string(1, ' ').append(name).append(1, ' ');
    return !name.empty() && language.names.find(padded) != std::string_view::npos;
  };
  for (const auto& language : languages())
    if (named(language, base)) return &language;
  for (const auto& language : languages())
    if (named(language, extension)) return &language;
  return nullptr;
}

std::uint8_t scan_line(const Language& language, std::string_view line, std::uint8_t state,
                       std::vector<TextSpan>* spans) {
  return Scanner(language, line, spans).run(state);
}

}  // namespace corpuscope::ui
