#include "explore/edge_table.h"

#include <fmt/format.h>

#include "core/error.h"
#include "explore/csv.h"

namespace corpuscope::explore {

std::vector<workspace::Edge> stored_edges(const workspace::Workspace& workspace, std::int64_t run, int layer,
                                          const WeightWindow& window) {
  if (window.queries > most_queries_of_edges)
    throw core::Error(fmt::format("The edges of {} queries are too many for one table.", window.queries),
                      fmt::format("Zoom in, or ask for at most {}.", most_queries_of_edges));
  std::vector<workspace::Edge> all;
  for (std::int64_t query = window.query; query < window.query + window.queries; ++query)
    for (const auto& edge : workspace.edges_into(run, layer, query))
      if (edge.key >= window.key && edge.key < window.key + window.keys) all.push_back(edge);
  return all;
}

std::string edge_table(const std::vector<workspace::Edge>& edges, Passages& passages) {
  std::string table = csv_row({"query", "query_text", "key", "key_text", "layer", "head", "level", "weight"}) + "\r\n";
  for (const auto& edge : edges)
    table += csv_row({std::to_string(edge.query), passages.token_text(edge.query), std::to_string(edge.key),
                      passages.token_text(edge.key), std::to_string(edge.layer + 1), std::to_string(edge.head + 1),
                      std::to_string(edge.level + 1), fmt::format("{:.6g}", edge.weight)}) +
             "\r\n";
  return table;
}

}  // namespace corpuscope::explore
