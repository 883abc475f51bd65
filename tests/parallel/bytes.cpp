#include "parallel/bytes.h"

#include <gtest/gtest.h>

#include "parallel/ranks.h"

namespace corpuscope::parallel {
namespace {

using test::on_ranks;

// Every byte there is, and lengths that fill no float.
std::vector<std::byte> bytes(int first, std::size_t count) {
  std::vector<std::byte> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = std::byte(first + int(i));
  return all;
}

TEST(Bytes, TheFirstRanksForAll) {
  on_ranks({1, 2, 3, 5}, [](Collective& self) {
    for (const std::size_t count : {0, 1, 3, 4, 9, 1000})
      EXPECT_EQ(broadcast(self, self.rank() == 0 ? bytes(7, count) : bytes(9, 5)), bytes(7, count));
  });
}

TEST(Bytes, OfAllAtTheFirstRank) {
  on_ranks({1, 2, 3, 5}, [](Collective& self) {
    const auto of = [](int rank) { return bytes(rank * 50, std::size_t(rank * 301 % 7 + rank * 100)); };
    const auto all = gather(self, of(self.rank()));
    ASSERT_EQ(all.size(), self.rank() == 0 ? std::size_t(self.size()) : 0u);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], of(int(i)));
  });
}

TEST(Bytes, SectionsAreJoinedOneBehindTheOther) {
  on_ranks({1, 2, 3, 5}, [](Collective& self) {
    const auto section = [](int rank, int i) { return bytes(rank * 10 + i, std::size_t((rank + 2 * i) % 5)); };
    std::vector<std::byte> expected;
    for (int i = 0; i < 4; ++i)
      for (int rank = 0; rank < self.size() && self.rank() == 0; ++rank)
        for (const std::byte byte : section(rank, i)) expected.push_back(byte);
    std::vector<std::vector<std::byte>> own;
    for (int i = 0; i < 4; ++i) own.push_back(section(self.rank(), i));
    EXPECT_EQ(join(self, own), expected);
  });
}

}  // namespace
}  // namespace corpuscope::parallel
