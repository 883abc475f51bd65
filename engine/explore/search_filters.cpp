// Which documents path:, lang: and doc: let through.

#include <algorithm>
#include <array>

#include "explore/search.h"
#include "text/glob.h"

namespace corpuscope::explore {
namespace {

struct Language {
  std::string_view name, endings;  // separated and ended by spaces
};

constexpr std::array languages = {
    Language{"ada", "adb ads "}, Language{"assembly", "s asm "}, Language{"awk", "awk "}, Language{"bash", "sh bash "},
    Language{"c", "c h "}, Language{"c#", "cs "}, Language{"c++", "cpp cc cxx hpp hh hxx h "}, Language{"clojure", "clj cljs cljc "},
    Language{"cmake", "cmake "}, Language{"cpp", "cpp cc cxx hpp hh hxx h "}, Language{"csharp", "cs "},
    Language{"css", "css scss sass less "}, Language{"cuda", "cu cuh "}, Language{"d", "d "}, Language{"dart", "dart "},
    Language{"elixir", "ex exs "}, Language{"erlang", "erl hrl "}, Language{"f#", "fs fsi fsx "}, Language{"fortran", "f f77 f90 f95 f03 f08 for "},
    Language{"go", "go "}, Language{"groovy", "groovy gradle "}, Language{"haskell", "hs lhs "}, Language{"html", "html htm xhtml "},
    Language{"java", "java "}, Language{"javascript", "js mjs cjs jsx "}, Language{"js", "js mjs cjs jsx "}, Language{"json", "json "}, Language{"julia", "jl "},
    Language{"kotlin", "kt kts "}, Language{"latex", "tex sty cls "}, Language{"lisp", "lisp lsp cl el "}, Language{"lua", "lua "},
    Language{"markdown", "md markdown "}, Language{"nim", "nim "}, Language{"objective-c", "m mm h "}, Language{"ocaml", "ml mli "},
    Language{"pascal", "pas pp "}, Language{"perl", "pl pm t "}, Language{"php", "php "}, Language{"powershell", "ps1 psm1 "},
    Language{"prolog", "pro "}, Language{"python", "py pyi pyw pyx "}, Language{"r", "r rmd "}, Language{"ruby", "rb rake "}, Language{"rust", "rs "},
    Language{"scala", "scala sc "}, Language{"scheme", "scm ss rkt "}, Language{"shell", "sh bash zsh ksh fish "}, Language{"sql", "sql "},
    Language{"swift", "swift "}, Language{"tcl", "tcl "}, Language{"text", "txt text "}, Language{"ts", "ts tsx mts cts "}, Language{"typescript", "ts tsx mts cts "},
    Language{"verilog", "v sv svh "}, Language{"vhdl", "vhd vhdl "}, Language{"xml", "xml xsd xsl svg "}, Language{"yaml", "yaml yml "}, Language{"zig", "zig "}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string ending(std::string_view name) {
  const std::string_view last = last_part(name);
  const std::size_t dot = last.rfind('.');
  return dot == std::string_view::npos ? std::string() : lower(last.substr(dot + 1));
}

std::string_view endings_of(const std::string& language) {
  const auto found = std::find_if(languages.begin(), languages.end(), [&](const auto& one) { return one.name == language; });
  if (found != languages.end()) return found->endings;
  throw core::Error("The language " + language + " in lang: is not known.",
                    "Use its usual name (python, c++, rust ...), or path:*.ENDING instead.");
}

bool has_ending(std::string_view endings, const std::string& wanted) {
  for (std::size_t at = 0; at < endings.size();) {
    const std::size_t end = endings.find(' ', at);
    if (endings.substr(at, end - at) == wanted) return true;
    at = end + 1;
  }
  return false;
}

using Test = std::function<bool(const std::string& name)>;

Test path_test(const std::string& value) {
  if (value.find_first_of("*?[") == std::string::npos) {
    return [part = lower(value)](const std::string& name) { return lower(name).find(part) != std::string::npos; };
  }
  // A pattern without a slash is one for the last part of the path, as Git has it.
  const bool whole = value.find('/') != std::string::npos;
  return [glob = text::Glob(value), whole](const std::string& name) {
    return glob.matches(whole ? std::string_view(name) : last_part(name));
  };
}

Test test_of(const SearchFilter& filter) {
  switch (filter.by) {
    case SearchFilter::By::path: return path_test(filter.value);
    case SearchFilter::By::language:
      return [endings = endings_of(lower(filter.value))](const std::string& name) {
        return has_ending(endings, ending(name));
      };
    case SearchFilter::By::document: break;
  }
  return [value = filter.value](const std::string& name) { return name == value || last_part(name) == value; };
}

}  // namespace

std::vector<bool> filtered_documents(const std::vector<workspace::Document>& documents,
                                     const std::vector<SearchFilter>& filters) {
  std::vector<bool> through(documents.size(), true);
  for (const SearchFilter& filter : filters) {
    const Test test = test_of(filter);
    for (std::size_t i = 0; i < documents.size(); ++i)
      if (test(documents[i].name) == filter.excluded) through[i] = false;
  }
  return through;
}

std::vector<bool> documents_with_paths(const std::vector<workspace::Document>& documents,
                                       const std::vector<std::string>& paths) {
  std::vector<bool> chosen(documents.size(), paths.empty());
  for (const auto& path : paths) {
    const auto through = filtered_documents(documents, {{SearchFilter::By::path, path, false}});
    for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = chosen[i] || through[i];
  }
  return chosen;
}

}  // namespace corpuscope::explore
