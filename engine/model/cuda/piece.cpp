#include "model/cuda/piece.h"

namespace corpuscope::model::cuda {

LayerSums sums_of(const Config& config, const attention::cuda::Plan& plan,
                  const attention::cuda::InspectionLayout& layout, const SumsWanted& wanted, const Results& results,
                  int layer, std::vector<StrongEdge>& strongest) {
  const pattern::Pattern& pattern = config.attention;
  const float* received = results.received.data() + layer * layout.received_floats();
  const float* maps = results.maps.data() + layer * layout.map_floats();
  LayerSums sums{results.first, results.rows, {}, nullptr};
  for (int head = plan.own.begin; head < plan.own.end; ++head)
    for (int level = 0; level < int(pattern.levels.size()); ++level) {
      const int column = head - plan.own.begin;
      const std::int64_t w = pattern.levels[std::size_t(level)].segment;
      const std::int64_t shift = pattern::shift(pattern, level, head), first = (results.first + shift) / w;
      const std::int64_t end = (results.first + results.rows - 1 + shift) / w + 1;
      for (std::int64_t segment = first; segment < end; ++segment) {
        const int slot = int(segment - first);
        sums.segments.push_back(
            {head,
             level,
             segment,
             {received + layout.received(level, column, slot), std::size_t(layout.capacity(level))},
             maps + layout.map(level, column, slot),
             wanted.strips});
      }
    }
  const attention::cuda::Edge* edges = results.edges.data() + layer * results.rows * wanted.edges;
  strongest.clear();
  for (std::int64_t i = 0; i < results.rows * wanted.edges; ++i)
    strongest.push_back({edges[i].weight, edges[i].level, edges[i].head, edges[i].key});
  sums.edges = strongest.data();
  return sums;
}

}  // namespace corpuscope::model::cuda
