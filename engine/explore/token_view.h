#pragma once
// One token as the model saw it: what it expected in that place, every weight with which the token looked back, and
// the weights with which the tokens behind it look at it. Computed again, exactly; nothing of it is stored.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/job.h"
#include "explore/next_tokens.h"
#include "explore/reread_cost.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

struct TokenView {
  std::int64_t run = 0, token = 0;
  std::int32_t id = 0;
  double bits = 0;  // surprisal of the token: log2(1 / expected.probability)
  Expectation expected;
  std::vector<workspace::Edge> sources;  // every weight that the token gives, by layer, head, level, key
  std::int64_t ahead = 0;                // so many tokens behind it were looked at
  std::vector<workspace::Edge> readers;  // every weight that those give to it, by layer, head, level, query
};

// Reads from the nearest state that is kept: a waypoint of the run, or one that was passed for an earlier question, so
// that a question about a place near the last one costs little. One thread at a time.
class TokenReader {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  TokenReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});
  ~TokenReader();

  const workspace::Run& run() const;
  RereadCost cost(std::int64_t token, std::int64_t ahead = 0) const;
  // `ahead` is cut to what the run has read. Throws core::Error where it has not read the token, core::Cancelled when
  // the job is.
  TokenView view(std::int64_t token, std::int64_t ahead, core::Job& job, int most_expected = 20);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
