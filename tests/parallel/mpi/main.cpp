// Every rank runs the same tests; they meet in the bodies.
#include <gtest/gtest.h>

#include <iostream>

#include "parallel/mpi.h"
#include "parallel/ranks.h"

namespace corpuscope::parallel {
namespace {

Collective* world = nullptr;

}  // namespace

void test::on_ranks(std::initializer_list<int>, const std::function<void(Collective&)>& body) { body(*world); }

}  // namespace corpuscope::parallel

int main(int argc, char** argv) {
  using namespace corpuscope::parallel;
  testing::InitGoogleTest(&argc, argv);
  int failed = 1;
  run_as_rank(
      [&](Collective& ranks) {
        world = &ranks;
        std::vector<float> failures(1, float(RUN_ALL_TESTS()));
        ranks.all_reduce(failures);
        failed = failures[0] > 0;
      },
      [](Collective& ranks) {
        std::cerr << "rank " << ranks.rank() << " has failed\n";
        return 1;
      });
  return failed;
}
