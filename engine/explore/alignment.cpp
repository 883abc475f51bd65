#include "explore/alignment.h"

#include <algorithm>
#include <vector>

namespace corpuscope::explore {
namespace {

// The best alignment that ends at a pair: its score, equal tokens and where it begins.
struct Cell {
  std::int64_t score = 0, equal = 0, first = 0, second = 0;
};

}  // namespace

Alignment align(std::span<const std::int32_t> first, std::span<const std::int32_t> second) {
  std::vector<Cell> above(second.size() + 1), row(second.size() + 1);
  Alignment best;
  for (std::size_t j = 0; j <= second.size(); ++j) above[j] = {0, 0, 0, std::int64_t(j)};
  for (std::size_t i = 0; i < first.size(); ++i) {
    row[0] = {0, 0, std::int64_t(i + 1), 0};
    for (std::size_t j = 0; j < second.size(); ++j) {
      const bool same = first[i] == second[j];
      Cell cell = above[j];
      cell.score += same ? 1 : -1;
      cell.equal += same;
      for (const Cell* gap : {&above[j + 1], &row[j]})
        if (gap->score - 1 > cell.score) {
          cell = *gap;
          --cell.score;
        }
      if (cell.score <= 0) cell = {0, 0, std::int64_t(i + 1), std::int64_t(j + 1)};
      row[j + 1] = cell;
      if (cell.score > best.score)
        best = {{cell.first, std::int64_t(i + 1) - cell.first}, {cell.second, std::int64_t(j + 1) - cell.second}, cell.equal, cell.score};
    }
    std::swap(above, row);
  }
  return best;
}

}  // namespace corpuscope::explore
