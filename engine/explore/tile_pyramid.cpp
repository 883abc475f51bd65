#include "explore/tile_pyramid.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "explore/batch.h"

namespace corpuscope::explore {

namespace {

using workspace::Tile;

constexpr std::int64_t parents_in_hand = 64;

std::int64_t covered(std::int64_t segment, int zoom) {
  for (; zoom > 0; --zoom) segment *= workspace::segments_a_zoom;
  return segment;
}

std::int64_t moved_by(const pattern::Pattern& pattern, int level) {
  return pattern.staggered ? pattern::shift(pattern, level, 1) : 0;
}

// The strips of `parent` that a strip of `child` overlaps, and its share in each.
struct Share {
  int strip;
  float part;
};
std::vector<Share> shares(const Tile& child, int strip, const Tile& parent) {
  const double wide = double(child.length) / child.size, parent_wide = double(parent.length) / parent.size;
  const double begin = (double(child.first - parent.first) + strip * wide) / parent_wide;
  const double end = begin + wide / parent_wide;
  std::vector<Share> out;
  constexpr double rounding = 1e-9;
  for (int s = int(std::floor(begin + rounding)); s < end - rounding && s < parent.size; ++s) {
    const double part = std::min(end, s + 1.0) - std::max(begin, double(s));
    if (s >= 0 && part > 0) out.push_back({s, float(part / (end - begin))});
  }
  return out;
}

// Sums of weights go from strips of queries and keys to those that hold them. Where a child is cut by the sequence's
// end its strips do not fit: nothing that they give may come to lie above the diagonal.
void add_child(const Tile& child, bool causal, Tile& parent) {
  const double wide = double(child.length) / child.size, parent_wide = double(parent.length) / parent.size;
  std::vector<std::vector<Share>> places;
  for (int s = 0; s < child.size; ++s) places.push_back(shares(child, s, parent));
  for (int row = 0; row < child.size; ++row)
    for (int column = 0; column < child.size; ++column) {
      const float weight = child.weights[std::size_t(row * child.size + column)];
      if (weight <= 0) continue;
      for (const Share& down : places[std::size_t(row)])
        for (const Share& across : places[std::size_t(column)]) {
          const int key = causal ? std::min(across.strip, down.strip) : across.strip;
          parent.weights[std::size_t(down.strip * parent.size + key)] +=
              weight * down.part * across.part * float(wide / parent_wide);
        }
    }
}

class Pyramid {
 public:
  Pyramid(workspace::Workspace& workspace, const workspace::Run& run, const pattern::Pattern& pattern, core::Job& job)
      : workspace_(workspace), run_(run), pattern_(pattern), job_(job), batch_(workspace.writer()) {}

  void write(int layer, int head, int level) {
    const int top = top_zoom(pattern_, level, run_.tokens);
    for (int zoom = 1; zoom <= top; ++zoom) {
      write(layer, head, level, zoom, 0);
      if (pattern_.staggered) write(layer, head, level, zoom, moved_by(pattern_, level));
    }
    batch_.finish();
  }

 private:
  void write(int layer, int head, int level, int zoom, std::int64_t moved) {
    const std::int64_t wide = covered(pattern_.levels[std::size_t(level)].segment, zoom);
    const std::int64_t parents = (run_.tokens + moved - 1) / wide + 1;
    for (std::int64_t first = 0; first < parents; first += parents_in_hand) {
      job_.poll();
      write(layer, head, level, zoom, moved, first, std::min(parents, first + parents_in_hand));
    }
  }

  void write(int layer, int head, int level, int zoom, std::int64_t moved, std::int64_t first, std::int64_t end) {
    const std::int64_t wide = covered(pattern_.levels[std::size_t(level)].segment, zoom);
    std::map<std::int64_t, Tile> parents;
    const std::int64_t begin = first * wide - moved;
    for (const Tile& child : workspace_.tiles(run_.id, layer, head, level, begin, end * wide - moved - begin, zoom - 1)) {
      if ((moved > 0) != on_moved_grid(pattern_, child, run_.tokens)) continue;
      const std::int64_t index = (child.first + moved) / wide;
      if (index < first || index >= end) continue;
      Tile& parent = parents[index];
      if (parent.weights.empty()) {
        parent = {layer, head, level, index * wide - moved, wide, zoomed_tile_size, {}, zoom};
        parent.weights.assign(std::size_t(zoomed_tile_size * zoomed_tile_size), 0);
      }
      add_child(child, pattern_.causal, parent);
    }
    for (const auto& [index, parent] : parents) {
      batch_.writer().put_tile(run_.id, parent);
      batch_.wrote(std::int64_t(parent.weights.size()));
    }
  }

  workspace::Workspace& workspace_;
  const workspace::Run& run_;
  const pattern::Pattern& pattern_;
  core::Job& job_;
  Batch batch_;
};

}  // namespace

int top_zoom(const pattern::Pattern& pattern, int level, std::int64_t length) {
  const std::int64_t segment = pattern.levels[std::size_t(level)].segment;
  int zoom = 0;
  while (covered(segment, zoom) - moved_by(pattern, level) < length) ++zoom;
  return zoom;
}

bool on_moved_grid(const pattern::Pattern& pattern, const workspace::Tile& tile, std::int64_t length) {
  if (!pattern.staggered) return false;
  const std::int64_t segment = pattern.levels[std::size_t(tile.level)].segment;
  if (tile.first % segment != 0) return true;
  // The first segment of the moved grid is cut where the sequence begins.
  return tile.zoom == 0 && tile.first == 0 && tile.length != std::min(segment, length);
}

void write_tile_pyramid(workspace::Workspace& workspace, const workspace::Run& run, const pattern::Pattern& pattern,
                        int heads, core::Job& job) {
  std::vector<int> groups = {workspace::strongest_head};
  if (run.detail == workspace::Detail::full)
    for (int head = 0; head < heads; ++head) groups.push_back(head);
  groups.push_back(workspace::mean_of_heads);
  // What is written last tells that all is there.
  const int last_level = int(pattern.levels.size()) - 1;
  for (int level = last_level; level >= 0; --level) {
    const int top = top_zoom(pattern, level, run.tokens);
    if (top > 0 && !workspace.tiles(run.id, run.layers - 1, groups.back(), level, run.tokens - 1, 1, top).empty()) return;
    if (top > 0) break;
  }
  Pyramid pyramid(workspace, run, pattern, job);
  for (int layer = 0; layer < run.layers; ++layer)
    for (const int head : groups)
      for (int level = 0; level <= last_level; ++level) pyramid.write(layer, head, level);
}

}  // namespace corpuscope::explore
