#pragma once
// A run whose surprisal the test chooses.

#include <cstdint>
#include <vector>

#include "workspace/workspace.h"
#include "workspace/writer.h"

namespace corpuscope::test {

inline std::int64_t add_run(workspace::Workspace& workspace, const std::vector<float>& surprisal) {
  workspace::Run run;
  run.model = "made up";
  run.config = "{}";
  run.tokens = workspace.summary().tokens;
  run.layers = run.heads = run.levels = 1;
  auto& writer = workspace.writer();
  workspace::Transaction transaction(writer);
  const auto id = writer.create_run(run);
  writer.append_surprisal(id, 0, surprisal);
  writer.save_state(id, {}, std::int64_t(surprisal.size()), 1);
  transaction.commit();
  return id;
}

}  // namespace corpuscope::test
