#pragma once
// The tokens of words seen before: text repeats itself, and the library is slower than a look-up.

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace corpuscope::tokens {

// Every word has one place by its hash and drives out who was there before, so the memory is fixed.
class WordCache {
 public:
  WordCache();

  bool append(std::string_view word, std::vector<std::int32_t>& out) const;  // false: not here
  void store(std::string_view word, std::span<const std::int32_t> tokens);   // too long: does nothing

 private:
  static constexpr std::size_t longest_word = 30, most_tokens = 8;
  struct alignas(64) Slot {
    std::uint8_t size = 0, count = 0;
    char word[longest_word] = {};
    std::int32_t tokens[most_tokens] = {};
  };
  Slot& slot(std::string_view word) const;

  std::unique_ptr<Slot[]> slots_;
};

// A cache for each thread that encodes at the moment; borrowing is the only thing that locks.
class WordCaches {
 public:
  class Borrowed {
   public:
    Borrowed(WordCaches& owner, std::unique_ptr<WordCache> cache) : owner_(owner), cache_(std::move(cache)) {}
    ~Borrowed() { owner_.give_back(std::move(cache_)); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    WordCache* operator->() const { return cache_.get(); }

   private:
    WordCaches& owner_;
    std::unique_ptr<WordCache> cache_;
  };

  Borrowed borrow();

 private:
  void give_back(std::unique_ptr<WordCache> cache);

  std::mutex mutex_;
  std::vector<std::unique_ptr<WordCache>> idle_;
};

}  // namespace corpuscope::tokens
