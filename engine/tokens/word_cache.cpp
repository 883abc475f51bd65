#include "tokens/word_cache.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace corpuscope::tokens {
namespace {

constexpr std::size_t slot_count = std::size_t(1) << 16;  // 4 MiB

}  // namespace

WordCache::WordCache() : slots_(std::make_unique<Slot[]>(slot_count)) {}

WordCache::Slot& WordCache::slot(std::string_view word) const {
  return slots_[std::hash<std::string_view>()(word) % slot_count];
}

bool WordCache::append(std::string_view word, std::vector<std::int32_t>& out) const {
  if (word.size() > longest_word) return false;
  const Slot& here = slot(word);
  if (here.size != word.size() || std::memcmp(here.word, word.data(), word.size()) != 0) return false;
  out.insert(out.end(), here.tokens, here.tokens + here.count);
  return true;
}

void WordCache::store(std::string_view word, std::span<const std::int32_t> tokens) {
  if (word.empty() || word.size() > longest_word || tokens.size() > most_tokens) return;
  Slot& here = slot(word);
  here.size = std::uint8_t(word.size());
  here.count = std::uint8_t(tokens.size());
  std::copy(word.begin(), word.end(), here.word);
  std::copy(tokens.begin(), tokens.end(), here.tokens);
}

WordCaches::Borrowed WordCaches::borrow() {
  std::unique_ptr<WordCache> cache;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      cache = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!cache) cache = std::make_unique<WordCache>();
  return Borrowed(*this, std::move(cache));
}

void WordCaches::give_back(std::unique_ptr<WordCache> cache) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(cache));
}

}  // namespace corpuscope::tokens
