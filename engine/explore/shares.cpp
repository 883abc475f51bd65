#include "explore/shares.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>

namespace corpuscope::explore {

namespace {

bool looked_at(const workspace::Edge& edge, const Attended& attended) {
  return edge.layer >= 0 && edge.layer < attended.layers && (attended.layer < 0 || edge.layer == attended.layer) &&
         edge.head >= 0 && edge.head < attended.heads && edge.level >= 0 && edge.level < attended.levels;
}

double part_of(const workspace::Edge& edge, const Attended& attended) {
  return double(edge.weight) / (double(attended.heads) * attended.layers_looked_at());
}

}  // namespace

int distance_bin(std::int64_t distance) { return int(std::bit_width(std::uint64_t(std::abs(distance)))); }
std::int64_t bin_first(int bin) { return bin == 0 ? 0 : std::int64_t(1) << (bin - 1); }

Shares shares(std::span<const workspace::Edge> edges, const Attended& attended) {
  const std::vector<double> none(std::size_t(attended.levels), 0);
  Shares found{0, none, {std::size_t(attended.heads), none}, {}};
  for (const workspace::Edge& edge : edges) {
    if (!looked_at(edge, attended)) continue;
    const double part = part_of(edge, attended);
    const auto bin = std::size_t(distance_bin(edge.query - edge.key));
    if (bin >= found.by_distance.size()) found.by_distance.resize(bin + 1, none);
    found.total += part;
    found.by_level[std::size_t(edge.level)] += part;
    found.by_head[std::size_t(edge.head)][std::size_t(edge.level)] += part;
    found.by_distance[bin][std::size_t(edge.level)] += part;
  }
  return found;
}

std::vector<Contact> contacts(std::span<const workspace::Edge> edges, End end, const Attended& attended) {
  std::map<std::int64_t, Contact> by_token;
  for (const workspace::Edge& edge : edges) {
    if (!looked_at(edge, attended)) continue;
    const std::int64_t token = end == End::keys ? edge.key : edge.query;
    Contact& contact = by_token.try_emplace(token, Contact{token, 0, edge}).first->second;
    contact.share += part_of(edge, attended);
    if (edge.weight > contact.strongest.weight) contact.strongest = edge;
  }
  std::vector<Contact> all;
  for (const auto& [token, contact] : by_token) all.push_back(contact);
  std::ranges::stable_sort(all, [](const Contact& a, const Contact& b) { return a.share > b.share; });
  return all;
}

}  // namespace corpuscope::explore
