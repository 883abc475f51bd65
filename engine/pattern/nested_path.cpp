#include "pattern/nested_path.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace corpuscope::pattern {

namespace {

constexpr int none = 1 << 20;  // more hops than any path has

// From any of first, first + first_step, ... to any of last, last - last_step, ...; a step of 0: that position alone.
struct Ends {
  std::int64_t first = 0, first_step = 0, last = 0, last_step = 0;
  bool operator==(const Ends&) const = default;

  // Without steps that lead beyond the other end.
  Ends cut() const {
    const std::int64_t span = last - first;
    return {first, first_step > span ? 0 : first_step, last, last_step > span ? 0 : last_step};
  }
  // Whether both have a position in common; steps divide each other.
  bool meet() const {
    const auto [low, high] = std::minmax(first_step, last_step);
    const std::int64_t step = low > 0 ? low : high;
    return step > 0 ? (last - first) % step == 0 : first == last;
  }
  std::int64_t meeting() const {
    return first_step > 0 && (last_step == 0 || first_step <= last_step) ? last : first;
  }
};

struct Hash {
  std::size_t operator()(const Ends& ends) const {
    std::uint64_t hash = 0;
    for (const std::int64_t value : {ends.first, ends.first_step, ends.last, ends.last_step}) {
      hash = (hash ^ std::uint64_t(value)) * 0x9E3779B97F4A7C15ull;
      hash ^= hash >> 29;
    }
    return hash;
  }
};

class Fewest {
 public:
  Fewest(const Nested& nested, core::Job* job) : nested_(nested), job_(job) {}

  Path path(std::int64_t from, std::int64_t to) {
    const Ends ends{from, 0, to, 0};
    int hops = 0;
    while (fewest(ends, hops) > hops) ++hops;
    follow(ends, hops);
    return std::move(path_);
  }

 private:
  struct Answer {
    int at_least = 0;
    bool exact = false;
  };
  // On one side of a border, or on both with a hop of `level` over it.
  struct Way {
    int hops = none;
    Ends before, behind;
    int hops_before = 0, level = -1;
    std::int64_t offset = 0;
  };

  // `none` where it takes more than `most`.
  int fewest(const Ends& whole, int most) {
    if (whole.first > whole.last || most < 0) return none;
    const Ends ends = whole.cut();
    if (ends.meet()) return 0;
    if (most == 0) return none;
    const int level = nested_.common_level(ends.first, ends.last);
    if (level <= 0) return level == 0 ? 1 : none;
    const std::int64_t begin = ends.first - ends.first % nested_.levels()[std::size_t(level)].segment;
    const Ends inside{ends.first - begin, ends.first_step, ends.last - begin, ends.last_step};
    if (const auto at = answers_.find(inside); at != answers_.end()) {
      const auto [at_least, exact] = at->second;
      if (exact || at_least > most) return at_least <= most ? at_least : none;
    }
    if (job_ && answers_.size() % 256 == 0) job_->poll();
    const int hops = best_way(ends, level, most).hops;
    answers_[inside] = {std::min(hops, most + 1), hops <= most};
    return hops;
  }

  // Of those with at most so many hops.
  Way best_way(const Ends& ends, int level, int most) {
    const std::int64_t w = nested_.levels()[std::size_t(level) - 1].segment,
                       r = nested_.levels()[std::size_t(level)].dilation;
    const std::int64_t border = (ends.first / w + 1) * w;
    Way best;
    const auto try_side = [&](const Ends& side) {
      const int hops = fewest(side, std::min(most, best.hops - 1));
      if (hops != none) best = {hops, side, {}, hops, -1, 0};
    };
    const auto steps = [](std::int64_t distance, std::int64_t step) { return (distance + step - 1) / step * step; };
    if (ends.first_step > 0)
      try_side(
          {ends.first + steps(border - ends.first, ends.first_step), ends.first_step, ends.last, ends.last_step});
    if (ends.last_step > 0)
      try_side(
          {ends.first, ends.first_step, ends.last - steps(ends.last - border + 1, ends.last_step), ends.last_step});
    for (const std::int64_t offset : nested_.offsets(level)) {
      const int enough = std::min(most, best.hops - 1) - 1;
      const Ends before{ends.first, ends.first_step, nested_.last_row(level, offset, border), r},
          behind{nested_.first_row(level, offset, border), r, ends.last, ends.last_step};
      if (before.last < ends.first || behind.first > ends.last) continue;
      const int hops = fewest(before, enough - (behind.cut().meet() ? 0 : 1));
      if (hops == none) continue;
      const int onward = fewest(behind, enough - hops);
      if (onward != none) best = {hops + 1 + onward, before, behind, hops, level, offset};
    }
    return best;
  }

  // Adds the hops, which are as few as there can be; where they begin and end.
  std::pair<std::int64_t, std::int64_t> follow(const Ends& whole, int hops) {
    const Ends ends = whole.cut();
    if (hops == 0) return {ends.meeting(), ends.meeting()};
    const int level = nested_.common_level(ends.first, ends.last);
    if (level == 0) {
      path_.push_back({ends.first, ends.last, 0, 0});
      return {ends.first, ends.last};
    }
    const Way way = best_way(ends, level, hops);
    const auto [first, before] = follow(way.before, way.hops_before);
    if (way.level < 0) return {first, before};
    const std::size_t over = path_.size();
    path_.push_back({before, 0, level, nested_.head(level, way.offset)});
    const auto [behind, last] = follow(way.behind, way.hops - 1 - way.hops_before);
    path_[over].to = behind;
    return {first, last};
  }

  const Nested& nested_;
  core::Job* job_;
  std::unordered_map<Ends, Answer, Hash> answers_;
  Path path_;
};

}  // namespace

std::optional<Path> nested_path(const Nested& nested, std::int64_t from, std::int64_t to, core::Job* job) {
  if (!nested.connected(from, to)) return {};
  return Fewest(nested, job).path(from, to);
}

}  // namespace corpuscope::pattern
