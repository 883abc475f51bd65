#include "ui/tile_cache.h"

namespace corpuscope::ui {

namespace {

std::int64_t size_of(const std::vector<workspace::Tile>& tiles) {
  std::int64_t bytes = 256;  // of the entry itself
  for (const auto& tile : tiles) bytes += std::int64_t(sizeof tile + tile.weights.capacity() * sizeof(float));
  return bytes;
}

}  // namespace

TileCache::Tiles TileCache::get(const Key& key, const std::function<std::vector<workspace::Tile>()>& load) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(key); found != entries_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.place);
      return found->second.tiles;
    }
  }
  const auto tiles = std::make_shared<const std::vector<workspace::Tile>>(load());
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = entries_.try_emplace(key);
  if (!fresh) return entry->second.tiles;  // another thread was faster
  by_use_.push_front(key);
  entry->second = {tiles, size_of(*tiles), by_use_.begin()};
  bytes_ += entry->second.bytes;
  while (bytes_ > most_bytes_ && by_use_.size() > 1) {
    const auto oldest = entries_.find(by_use_.back());
    bytes_ -= oldest->second.bytes;
    entries_.erase(oldest);
    by_use_.pop_back();
  }
  return tiles;
}

void TileCache::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  by_use_.clear();
  bytes_ = 0;
}

std::int64_t TileCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace corpuscope::ui
