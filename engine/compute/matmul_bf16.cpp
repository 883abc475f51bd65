#include "compute/matmul_bf16.h"

#include <algorithm>
#include <vector>

#include "compute/loops.h"
#include "compute/rows.h"

namespace corpuscope::compute {

const Bf16* rounded(const float* x, std::int64_t count, int slot) {
  thread_local std::vector<Bf16> rooms[2];
  std::vector<Bf16>& room = rooms[slot];
  if (std::int64_t(room.size()) < count) room.resize(std::size_t(count));
  constexpr std::int64_t row = 1024;
  for_row_blocks((count + row - 1) / row, [&room, x, count](std::int64_t first, std::int64_t last, std::int64_t) {
    loops().round_to_bf16(x + first * row, std::min(count, last * row) - first * row, room.data() + first * row);
  });
  return room.data();
}

}  // namespace corpuscope::compute
