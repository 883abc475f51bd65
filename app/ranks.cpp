#include "app/ranks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "app/failure.h"
#include "core/parallel.h"
#include "parallel/mpi.h"

namespace corpuscope::app {

void on_ranks(const std::function<void(parallel::Collective&)>& body) {
  parallel::run_as_rank(body, [](parallel::Collective& ranks) {
    return explain_failure(ranks.rank() > 0 ? fmt::format("rank {} of {}: ", ranks.rank(), ranks.size()) : "");
  });
}

void use_threads(int wanted) {
  core::set_threads(wanted);
  if (wanted > 0) return;
  const int processors = int(::sysconf(_SC_NPROCESSORS_ONLN)) / parallel::ranks_on_this_machine();
  core::set_threads(std::clamp(processors, 1, core::threads()));
}

}  // namespace corpuscope::app
