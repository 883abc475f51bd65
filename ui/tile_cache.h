#pragma once
// Blocks of tiles that were read and unpacked, kept for the next picture: as many as the bound allows, those that were
// used last. Every thread may ask.

#include <compare>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::ui {

class TileCache {
 public:
  struct Key {
    std::int64_t run = 0, done = 0;  // a run that goes on gets more tiles
    int layer = 0, head = 0, level = 0, zoom = 0;
    std::int64_t block = 0;
    auto operator<=>(const Key&) const = default;
  };
  using Tiles = std::shared_ptr<const std::vector<workspace::Tile>>;

  explicit TileCache(std::int64_t most_bytes = 128 << 20) : most_bytes_(most_bytes) {}

  // What is kept, or else what `load` gives; that runs without holding up others.
  Tiles get(const Key& key, const std::function<std::vector<workspace::Tile>()>& load);
  void clear();
  std::int64_t bytes() const;

 private:
  struct Entry {
    Tiles tiles;
    std::int64_t bytes = 0;
    std::list<Key>::iterator place;
  };

  mutable std::mutex mutex_;
  const std::int64_t most_bytes_;
  std::int64_t bytes_ = 0;
  std::map<Key, Entry> entries_;
  std::list<Key> by_use_;  // the last used first
};

}  // namespace corpuscope::ui
