#include "text/gitignore.h"

namespace corpuscope::text {
namespace {

// Spaces at the end do not count unless a backslash stands before them.
std::string_view without_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size())
      end = ++i + 1;
    else if (line[i] != ' ')
      end = i + 1;
  }
  return line.substr(0, end);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

IgnoreFile::IgnoreFile(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  while (!content.empty()) {
    const auto end = content.find('\n');
    auto line = content.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    add_rule(line);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
  }
}

void IgnoreFile::add_rule(std::string_view line) {
  if (line.starts_with('#')) return;
  line = without_trailing_spaces(line);
  const bool keeps = line.starts_with('!');
  if (keeps) line.remove_prefix(1);
  const bool folders_only = line.ends_with('/');
  if (folders_only) line.remove_suffix(1);
  const bool anywhere = line.find('/') == std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  rules_.push_back({Glob(line), keeps, folders_only, anywhere});
}

std::optional<bool> IgnoreFile::verdict(std::string_view path, bool is_folder) const {
  const auto name = name_of(path);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && !is_folder) continue;
    if (rule->glob.matches(rule->anywhere ? name : path)) return !rule->keeps;
  }
  return std::nullopt;
}

IgnoreRules IgnoreRules::with(std::string folder, IgnoreFile file) const {
  if (file.empty()) return *this;
  IgnoreRules more;
  more.nearest_ = std::make_shared<const Link>(Link{std::move(folder), std::move(file), nearest_});
  return more;
}

bool IgnoreRules::ignores(std::string_view path, bool is_folder) const {
  for (const Link* link = nearest_.get(); link; link = link->outer.get())
    if (const auto verdict = link->file.verdict(path.substr(link->folder.size()), is_folder)) return *verdict;
  return false;
}

}  // namespace corpuscope::text
