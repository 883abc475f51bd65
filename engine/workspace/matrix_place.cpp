#include "workspace/matrix_place.h"

#include <sstream>

namespace corpuscope::workspace {
namespace {

constexpr const char* matrix_word = "attention";
constexpr std::int64_t longest = std::int64_t(1) << 40;  // sequence

}  // namespace

Bookmark bookmark_of(const MatrixPlace& place, std::string name) {
  const std::string view =
      std::string(matrix_word) + " " + std::to_string(place.query - place.key) + " " + std::to_string(place.queries);
  return {place.key, place.keys, std::move(name), view};
}

std::optional<MatrixPlace> matrix_place(const Bookmark& bookmark) {
  std::istringstream words(bookmark.view);
  std::string word;
  std::int64_t away = 0, queries = 0;
  if (!(words >> word >> away >> queries) || word != matrix_word) return std::nullopt;
  if (away < -longest || away > longest || queries < 1 || queries > longest) return std::nullopt;
  return MatrixPlace{bookmark.first + away, queries, bookmark.first, bookmark.count};
}

}  // namespace corpuscope::workspace
