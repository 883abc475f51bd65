#include "text/exclusions.h"

#include "core/error.h"

namespace corpuscope::text {
namespace {

constexpr std::string_view excluded_prefix = "excluded: ";

// Signs that mean something to Git stand for themselves behind a backslash.
std::string quoted(std::string_view name) {
  std::string pattern;
  for (const char c : name) {
    if (std::string_view("*?[]\\ ").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

Exclusions::Exclusions(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const bool one_line = pattern.find_first_of("\r\n") == std::string::npos;
    IgnoreFile rule{one_line ? pattern : std::string()};
    if (rule.empty())
      throw core::Error("\"" + pattern + "\" is no pattern of names.",
                        "Patterns are as in .gitignore: *.log, build/, /notes/old, **/test/*.json, !kept.log.");
    all_.emplace_back(pattern, std::move(rule));
  }
}

const std::string* Exclusions::of(std::string_view name, bool is_folder) const {
  for (auto rule = all_.rbegin(); rule != all_.rend(); ++rule)
    if (const auto verdict = rule->second.verdict(name, is_folder)) return *verdict ? &rule->first : nullptr;
  return nullptr;
}

const std::string* Exclusions::of_document(std::string_view name) const {
  if (all_.empty()) return nullptr;
  for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1))
    if (const auto* pattern = of(name.substr(0, slash), true)) return pattern;
  return of(name, false);
}

std::string excluded_by(const std::string& pattern) { return std::string(excluded_prefix) + pattern; }
bool is_excluded_by(std::string_view reason) { return reason.starts_with(excluded_prefix); }

std::string pattern_of(std::string_view name) {
  std::string pattern = "/";
  pattern += quoted(name);
  return pattern;
}

std::string pattern_of_kind(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == 0 || dot == name.npos || dot + 1 == name.size()) return {};
  std::string pattern = "*";
  pattern += quoted(name.substr(dot));
  return pattern;
}

std::string pattern_below(const std::string& folder, const std::string& pattern) {
  const bool keeps = pattern.starts_with('!');
  std::string_view rest = std::string_view(pattern).substr(keeps);
  // Without a slash before its end it is about names at any depth.
  if (rest.substr(0, rest.size() - rest.ends_with('/')).find('/') == rest.npos) return pattern;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  std::string below = keeps ? "!/" : "/";
  below += quoted(folder);
  below += '/';
  below += rest;
  return below;
}

}  // namespace corpuscope::text
