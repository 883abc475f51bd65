#pragma once
// Words as the search index sees them: folded, without diacritics, stemmed.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "workspace/database.h"

struct fts5_api;

namespace corpuscope::workspace {

fts5_api* full_text_api(Database& database);  // null where SQLite lacks it

class WordTokenizer {
 public:
  explicit WordTokenizer(Database& database);
  ~WordTokenizer();
  WordTokenizer(const WordTokenizer&) = delete;
  WordTokenizer& operator=(const WordTokenizer&) = delete;

  // Calls `visit` for each word with its stem and its bytes [start, end) of the text, until it returns false.
  using Visitor = std::function<bool(std::string_view stem, std::int64_t start, std::int64_t end)>;
  void each(std::string_view text, const Visitor& visit) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace corpuscope::workspace
