#pragma once
// Words as the search index sees them: folded, without diacritics, stemmed.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/database.h"

namespace corpuscope::workspace {

struct Word {
  std::string stem;
  std::int64_t start = 0, end = 0;  // bytes in the text
};

class WordTokenizer {
 public:
  explicit WordTokenizer(Database& database);
  ~WordTokenizer();
  WordTokenizer(const WordTokenizer&) = delete;
  WordTokenizer& operator=(const WordTokenizer&) = delete;

  std::vector<Word> words(std::string_view text) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace corpuscope::workspace
