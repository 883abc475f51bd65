#pragma once
// The single attention weights of a few tokens, as the run's model gives them: computed again, since a run keeps but
// pooled maps and the strongest.
//
// A weight depends on all that was read before. So the model reads again from the nearest streaming state that is kept
// up to the queries, without looking, and is looked at there. What it costs is known before; states kept on the way
// make the next windows cheap.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/job.h"
#include "explore/reread_cost.h"

namespace corpuscope::explore {

// Queries [query, query + queries) on keys [key, key + keys).
struct WeightWindow {
  std::int64_t query = 0, queries = 0;
  std::int64_t key = 0, keys = 0;
  bool operator==(const WeightWindow&) const = default;
};

constexpr std::int64_t most_pairs_of_window = 1 << 18;

// A weight is its share of the whole softmax of its query and head over all levels.
struct ExactWeight {
  std::int32_t query = 0, key = 0;  // counted from the window's first
  std::int16_t level = 0, head = 0;
  float weight = 0;
};

struct ExactWeights {
  std::int64_t run = 0;
  WeightWindow window;
  bool dense = false;
  std::int64_t context = 0;  // of a dense window: the first token that was read
  int heads = 0;
  std::vector<std::vector<ExactWeight>> layers;  // by query, key, head, level

  // All weights of a pair in a layer.
  std::pair<const ExactWeight*, const ExactWeight*> of_pair(int layer, std::int64_t query, std::int64_t key) const;
};

// One thread at a time.
class ExactReader {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or not
  // the very model that made it.
  ExactReader(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});
  ~ExactReader();

  // Both throw core::Error where the window is empty, too large or not within what was read.
  RereadCost cost(const WeightWindow& window) const;
  ExactWeights weights(const WeightWindow& window, core::Job& job);

  // The same with dense attention in all layers, over the `context` tokens before the last query (at most): what the
  // weights would be if every earlier token of that stretch were seen by every head. Level is 0 throughout.
  ExactWeights dense_weights(const WeightWindow& window, std::int64_t context, core::Job& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

constexpr std::int64_t longest_dense_context = 4096;

}  // namespace corpuscope::explore
