#include "explore/near_repeats.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace corpuscope::explore {
namespace {

// Two places between tokens, and the way on from them: +1 to the right, -1 to the left.
struct Front {
  std::int64_t earlier = 0, later = 0;
  int way = 1;
};

class Grower {
 public:
  Grower(std::span<const std::int32_t> tokens, const NearSettings& settings) : tokens_(tokens), settings_(settings) {}

  NearRepeat grown(const TokenMatch& match) const {
    NearRepeat near{{match.earlier, match.count}, {match.later, match.count}, match.count, {}};
    const Front left = grow({match.earlier, match.later, -1}, near);
    std::ranges::reverse(near.differences);
    const Front right = grow({match.earlier + match.count, match.later + match.count, 1}, near);
    near.earlier = {left.earlier, right.earlier - left.earlier};
    near.later = {left.later, right.later - left.later};
    return near;
  }

 private:
  // The token that comes next on the way, so many further on; nothing where a document ends.
  std::optional<std::int32_t> token(std::int64_t place, int way, std::int64_t on) const {
    const std::int64_t at = way > 0 ? place + on : place - 1 - on;
    if (at < 0 || at >= std::int64_t(tokens_.size()) || tokens_[std::size_t(at)] == settings_.match.separator) return {};
    return tokens_[std::size_t(at)];
  }

  std::int64_t equal(const Front& front, std::int64_t most) const {
    std::int64_t count = 0;
    for (; count < most; ++count) {
      const auto earlier = token(front.earlier, front.way, count);
      if (!earlier || earlier != token(front.later, front.way, count)) break;
    }
    return count;
  }

  // Whether so many tokens follow on each side before the document ends.
  bool inside(const Front& front, std::int64_t earlier, std::int64_t later) const {
    for (std::int64_t on = 0; on < earlier; ++on)
      if (!token(front.earlier, front.way, on)) return false;
    for (std::int64_t on = 0; on < later; ++on)
      if (!token(front.later, front.way, on)) return false;
    return true;
  }

  // The smallest difference behind which the two are the same again; equal lengths before others.
  std::optional<std::pair<std::int64_t, std::int64_t>> difference(const Front& front) const {
    for (std::int64_t longer = 1; longer <= settings_.most_different; ++longer) {
      if (!inside(front, longer, 0) && !inside(front, 0, longer)) return {};
      for (std::int64_t shorter = longer; shorter >= 0; --shorter)
        for (const auto& [earlier, later] : {std::pair(longer, shorter), std::pair(shorter, longer)}) {
          if (!inside(front, earlier, later)) continue;
          const Front behind{front.earlier + front.way * earlier, front.later + front.way * later, front.way};
          if (equal(behind, settings_.again_equal) == settings_.again_equal) return std::pair(earlier, later);
        }
    }
    return {};
  }

  Front grow(Front front, NearRepeat& near) const {
    while (const auto found = difference(front)) {
      const auto [earlier, later] = *found;
      const Front behind{front.earlier + front.way * earlier, front.later + front.way * later, front.way};
      near.differences.push_back({{std::min(front.earlier, behind.earlier), earlier}, {std::min(front.later, behind.later), later}, false});
      const std::int64_t same = equal(behind, std::int64_t(tokens_.size()));
      near.equal += same;
      front = {behind.earlier + front.way * same, behind.later + front.way * same, front.way};
      if (overlaps(front, near)) break;
    }
    return front;
  }

  // The two have grown into each other.
  static bool overlaps(const Front& front, const NearRepeat& near) {
    return front.way > 0 ? front.earlier > near.later.first : front.later < near.earlier.end();
  }

  std::span<const std::int32_t> tokens_;
  const NearSettings& settings_;
};

// Matches that some copy already goes through, by what stays of them whatever side they were grown from.
class Seen {
 public:
  bool holds(const TokenMatch& match) const {
    const std::int64_t distance = match.later - match.earlier;
    return begins_.contains({distance, match.later}) || ends_.contains({distance, match.later + match.count});
  }
  void put(const NearRepeat& near) {
    Stretch earlier{near.earlier.first, 0}, later{near.later.first, 0};
    const auto piece = [&](std::int64_t earlier_end, std::int64_t later_end) {
      begins_.insert({later.first - earlier.first, later.first});
      ends_.insert({later_end - earlier_end, later_end});
    };
    for (const Difference& difference : near.differences) {
      piece(difference.earlier.first, difference.later.first);
      earlier.first = difference.earlier.end();
      later.first = difference.later.end();
    }
    piece(near.earlier.end(), near.later.end());
  }

 private:
  std::set<std::pair<std::int64_t, std::int64_t>> begins_, ends_;  // distance and place in the later text
};

}  // namespace

std::vector<NearRepeat> find_near_repeats(std::span<const std::int32_t> tokens, const NearSettings& settings, core::Job& job) {
  const Grower grower(tokens, settings);
  Seen seen;
  std::vector<NearRepeat> all;
  each_match(tokens, settings.match, job, [&](const TokenMatch& match) {
    if (seen.holds(match)) return;
    NearRepeat near = grower.grown(match);
    seen.put(near);
    if (!near.differences.empty() && near.equal >= settings.least_equal) all.push_back(std::move(near));
  });
  std::ranges::stable_sort(all, std::ranges::greater(), &NearRepeat::equal);
  std::set<std::pair<std::int64_t, std::int64_t>> taken;  // differences, by their later side
  std::vector<NearRepeat> best;
  for (NearRepeat& near : all) {
    for (Difference& difference : near.differences) difference.elsewhere = !taken.insert({difference.later.first, difference.later.count}).second;
    if (std::ranges::any_of(near.differences, std::logical_not(), &Difference::elsewhere)) best.push_back(std::move(near));
  }
  std::ranges::sort(best, {}, [](const NearRepeat& near) { return std::tuple(near.later.first, near.earlier.first); });
  return best;
}

}  // namespace corpuscope::explore
