#include <algorithm>
#include <string>

#include "attention/cuda/inspect.h"
#include "attention/cuda/plan.h"
#include "core/error.h"

namespace corpuscope::attention::cuda {

InspectionLayout::InspectionLayout(const Plan& plan, const InspectionSettings& settings, std::int64_t span_length)
    : strips_(settings.strips) {
  const Geometry g = geometry_of(plan);
  if (settings.strips < 1 || settings.strips > most_strips || settings.edges < 0 || settings.edges > most_edges)
    throw core::Error("the GPU cannot inspect " + std::to_string(settings.strips) + " strips and " +
                          std::to_string(settings.edges) + " edges",
                      "Use up to " + std::to_string(most_strips) + " strips and " + std::to_string(most_edges) + " edges.");
  std::int64_t most_sums = 0;  // of one level: it is used again for the next
  received_.push_back(0);
  maps_.push_back(0);
  for (int level = 0; level < g.levels; ++level) {
    segments_.push_back(int(most_segments(g, level, span_length)));
    capacities_.push_back(most_rows(plan, level));
    const std::int64_t segments = std::int64_t(g.columns) * segments_.back(), rows = segments * capacities_.back();
    received_.push_back(received_.back() + rows);
    maps_.push_back(maps_.back() + segments * strips_ * strips_);
    most_sums = std::max(most_sums, rows * strips_);
  }
  scratch_bytes_ = std::size_t(span_length * g.columns * settings.edges) * sizeof(Edge) + std::size_t(most_sums) * sizeof(float);
}

}  // namespace corpuscope::attention::cuda
