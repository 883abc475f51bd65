#pragma once
// What a person does not want to have read: patterns as lines of .gitignore, for the names of documents.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/gitignore.h"

namespace corpuscope::text {

class Exclusions {
 public:
  Exclusions() = default;
  // Throws core::Error where one is no pattern: empty, a comment, more than a line.
  explicit Exclusions(const std::vector<std::string>& patterns);

  // The pattern by which a name is excluded, folders above it not looked at; nullptr where it is not. The last that
  // matches counts; one that begins with '!' takes back what others exclude.
  const std::string* of(std::string_view name, bool is_folder) const;
  const std::string* of_document(std::string_view name) const;  // folders and archives above it counted in

  bool empty() const { return all_.empty(); }

 private:
  std::vector<std::pair<std::string, IgnoreFile>> all_;
};

// Why something is left out, as the list of skipped files says it.
std::string excluded_by(const std::string& pattern);
bool is_excluded_by(std::string_view reason);

// The pattern of one file or folder and no other.
std::string pattern_of(std::string_view name);
// Of all names with the same ending ("*.log"); empty where the name has none.
std::string pattern_of_kind(std::string_view name);

// A pattern that holds in a folder, as it is seen from the folder above, where the folder is called `folder`.
std::string pattern_below(const std::string& folder, const std::string& pattern);

}  // namespace corpuscope::text
