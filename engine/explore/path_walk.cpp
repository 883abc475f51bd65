#include "explore/path_walk.h"

#include <algorithm>
#include <tuple>

#include "compute/loops.h"
#include "core/parallel.h"

namespace corpuscope::explore {

namespace {

constexpr std::int64_t block = 256;

// Positions that the target sees, and itself.
std::vector<bool> seen_by_target(const PathWalkSettings& s, std::int64_t length) {
  std::vector<bool> seen(std::size_t(length), false);
  seen.back() = true;
  for (int level = 0; level < int(s.pattern.levels.size()); ++level)
    for (int head = 0; head < s.heads; ++head) {
      if (!pattern::takes_part(s.pattern, level, head, s.heads, s.target)) continue;
      const std::int64_t w = s.pattern.levels[std::size_t(level)].segment, r = s.pattern.levels[std::size_t(level)].dilation;
      const std::int64_t begin =
          std::max((s.target + pattern::shift(s.pattern, level, head)) / w * w - pattern::shift(s.pattern, level, head),
                   s.first);
      for (std::int64_t key = s.target; key >= begin; key -= r) seen[std::size_t(key - s.first)] = true;
    }
  return seen;
}

}  // namespace

std::int64_t path_walk_bytes(const PathWalkSettings& s) {
  constexpr std::int64_t way = 16;
  const std::int64_t length = s.target - s.first + 1, dense = std::max(s.layers - 2, 0);
  return length * (s.layers * std::int64_t(sizeof(float)) + dense * s.most * way);
}

PathWalk::PathWalk(const PathWalkSettings& settings)
    : settings_(settings), length_(settings.target - settings.first + 1), seen_(seen_by_target(settings, length_)) {
  static_assert(sizeof(Way) == 16);
  states_.resize(std::size_t(settings.layers + 1));
  for (States& states : states_) {
    states.best.assign(std::size_t(length_), 0);
    states.blocks.resize(std::size_t((length_ + block - 1) / block));
  }
  for (std::int64_t at = 0; at < std::min(settings.count, length_); ++at) {
    auto& ways = states_[0].blocks[std::size_t(at / block)];
    if (!ways) ways = std::make_unique<Way[]>(std::size_t(block * settings.most));
    ways[std::size_t(at % block * settings.most)].strength = 1;
    states_[0].best[std::size_t(at)] = 1;
  }
  heads_.resize(std::size_t(settings.heads));
}

// A total order, so that equal ways do not leave the choice to chance.
bool PathWalk::stronger(const Way& a, const Way& b) {
  if (a.strength != b.strength) return a.strength > b.strength;
  return std::tuple(a.head, a.level, a.from, a.rank) < std::tuple(b.head, b.level, b.from, b.rank);
}

bool PathWalk::wants(int layer, std::int64_t first, std::int64_t count) const {
  const std::int64_t end = first + count;
  if (end <= settings_.first || first > settings_.target) return false;
  return layer + 1 < settings_.layers || end > settings_.target;  // of the last layer the target's row alone
}

void PathWalk::begin(int, std::int64_t first, std::int64_t count) {
  chunk_first_ = first;
  chunk_count_ = count;
  for (Head& head : heads_) head.ways.assign(std::size_t(count * settings_.most), {});
}

const PathWalk::Way* PathWalk::ways_of(int state, std::int64_t at) const {
  const auto& ways = states_[std::size_t(state)].blocks[std::size_t(at / block)];
  return ways ? ways.get() + at % block * settings_.most : nullptr;
}

void PathWalk::insert(Way* ways, const Way& way) const {
  int at = settings_.most - 1;
  if (!stronger(way, ways[at])) return;
  for (; at > 0 && stronger(way, ways[at - 1]); --at) ways[at] = ways[at - 1];
  ways[at] = way;
}

// All ways to the key go on by this edge.
void PathWalk::add_edge(int layer, Way* ways, const attention::WeightTile& tile, float weight,
                        std::int64_t key) const {
  const Way* before = ways_of(layer, key);
  for (int rank = 0; rank < settings_.most && before[rank].strength > 0; ++rank) {
    const float strength = weight / float(settings_.heads) * before[rank].strength;
    if (strength < ways[settings_.most - 1].strength) return;
    insert(ways, {strength, std::uint32_t(key), std::int16_t(tile.level), std::int16_t(tile.head), rank});
  }
}

void PathWalk::tile(int layer, const attention::WeightTile& tile) {
  const std::vector<float>& best = states_[std::size_t(layer)].best;
  Head& head = heads_[std::size_t(tile.head)];
  head.at_keys.resize(std::size_t(tile.keys));
  head.products.resize(std::size_t(tile.keys));
  float any = 0;
  for (std::int64_t j = 0; j < tile.keys; ++j) {
    const std::int64_t at = tile.key_first + j * tile.dilation - settings_.first;
    const float strength = at >= 0 && at < length_ ? best[std::size_t(at)] : 0;
    head.at_keys[std::size_t(j)] = strength / float(settings_.heads);
    any = std::max(any, strength);
  }
  if (any == 0) return;
  const auto& loops = compute::loops();
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    const std::int64_t query = tile.query_first + i * tile.dilation;
    if (query < settings_.first || (layer + 1 == settings_.layers && query != settings_.target)) continue;
    const float* weights = tile.weights + i * tile.stride;
    for (std::int64_t j = 0; j < tile.keys; ++j) head.products[std::size_t(j)] = weights[j] * head.at_keys[std::size_t(j)];
    Way* ways = head.ways.data() + (query - chunk_first_) * settings_.most;
    // A little below the last one, whose strength was rounded elsewhere.
    const auto bound = [&] { return ways[settings_.most - 1].strength * (1 - 1e-6f); };
    for (std::int64_t j = tile.keys; (j = loops.last_above(head.products.data(), j, bound())) >= 0;)
      add_edge(layer, ways, tile, weights[j], tile.key_first + j * tile.dilation - settings_.first);
  }
}

// The ways of a state from those by each head's edges and by the residual stream.
void PathWalk::gather(int state, std::int64_t at, Way* ways) const {
  for (const Head& head : heads_) {
    const Way* found = head.ways.data() + (at + settings_.first - chunk_first_) * settings_.most;
    for (int i = 0; i < settings_.most && found[i].strength > 0; ++i) insert(ways, found[i]);
  }
  const Way* stays = ways_of(state - 1, at);
  for (int rank = 0; stays && rank < settings_.most && stays[rank].strength > 0; ++rank)
    insert(ways, {stays[rank].strength, std::uint32_t(at), -1, -1, rank});
}

void PathWalk::end_block(int state, std::int64_t number) {
  const std::int64_t last = length_ - 1, chunk_begin = std::max(chunk_first_ - settings_.first, std::int64_t(0));
  const std::int64_t from = std::max(number * block, chunk_begin);
  const std::int64_t to = std::min({(number + 1) * block, chunk_first_ + chunk_count_ - settings_.first, length_});
  States& states = states_[std::size_t(state)];
  auto& ways = states.blocks[std::size_t(number)];
  std::vector<Way> own(std::size_t(settings_.most));
  for (std::int64_t at = from; at < to; ++at) {
    if (state == settings_.layers && at != last) continue;
    if (state + 1 == settings_.layers && !seen_[std::size_t(at)]) continue;
    std::fill(own.begin(), own.end(), Way());
    gather(state, at, own.data());
    if (own[0].strength == 0) continue;
    if (!ways) ways = std::make_unique<Way[]>(std::size_t(block * settings_.most));
    std::copy(own.begin(), own.end(), ways.get() + at % block * settings_.most);
    states.best[std::size_t(at)] = own[0].strength;
  }
}

void PathWalk::end(int layer) {
  const std::int64_t begin = std::max(chunk_first_ - settings_.first, std::int64_t(0)) / block;
  const std::int64_t end =
      (std::min(chunk_first_ + chunk_count_ - settings_.first, length_) + block - 1) / block;
  core::parallel_for(end - begin, [&](std::int64_t i) { end_block(layer + 1, begin + i); });
}

std::vector<workspace::FoundPath> PathWalk::paths() const {
  std::vector<workspace::FoundPath> found;
  const Way* last = ways_of(settings_.layers, length_ - 1);
  for (int i = 0; last && i < settings_.most && last[i].strength > 0; ++i) {
    workspace::FoundPath path(std::size_t(settings_.layers));
    std::int64_t at = length_ - 1;
    int rank = i;
    for (int layer = settings_.layers - 1; layer >= 0; --layer) {
      const Way& way = ways_of(layer + 1, at)[rank];
      const Way& before = ways_of(layer, way.from)[way.rank];
      const float weight = way.head < 0 ? 1 : way.strength / before.strength * float(settings_.heads);
      path[std::size_t(layer)] = {settings_.first + way.from, settings_.first + at, layer, way.level, way.head, weight};
      at = way.from;
      rank = way.rank;
    }
    found.push_back(std::move(path));
  }
  return found;
}

}  // namespace corpuscope::explore
