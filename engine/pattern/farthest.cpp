#include "pattern/farthest.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace corpuscope::pattern {

namespace {

using Hops = std::int16_t;
using Profile = std::vector<Hops>;  // by column: of one token, or of the rows of one column
constexpr Hops none = 32767, most = 30000;
constexpr std::int64_t longest_first_segment = 1 << 14;
constexpr std::size_t most_kinds = 2048;

struct Column {  // rows (level, offset)
  int level = 0;
  std::int64_t offset = 0;
};

Hops sum(Hops a, Hops b) { return a == none || b == none ? none : Hops(std::min(int(a) + b + 1, int(most))); }

struct Summary {
  std::vector<Profile> out, in;  // of its tokens: hops to rows, and from rows
  std::vector<Profile> between;  // [column]: from its rows
};

// Leaves out what is never more than another one to and from the same rows.
std::vector<Profile> largest(const std::set<Profile>& all) {
  std::map<std::vector<bool>, std::vector<Profile>> by_rows;
  for (const Profile& profile : all) {
    std::vector<bool> rows;
    for (const Hops hops : profile) rows.push_back(hops != none);
    auto& kept = by_rows[rows];
    const auto below = [](const Profile& a, const Profile& b) {
      return std::equal(a.begin(), a.end(), b.begin(), [](Hops x, Hops y) { return x <= y; });
    };
    if (std::any_of(kept.begin(), kept.end(), [&](const Profile& other) { return below(profile, other); })) continue;
    std::erase_if(kept, [&](const Profile& other) { return below(other, profile); });
    kept.push_back(profile);
  }
  std::vector<Profile> profiles;
  for (auto& [rows, kept] : by_rows) profiles.insert(profiles.end(), kept.begin(), kept.end());
  return profiles;
}

class Kinds {
 public:
  // Levels above `top` are left out.
  Kinds(const Nested& nested, int top, core::Job* job) : nested_(nested), job_(job) {
    for (int level = 0; level <= top; ++level) {
      first_column_.push_back(columns_.size());
      for (const std::int64_t offset : nested.offsets(level)) columns_.push_back({level, offset});
    }
    first_column_.push_back(columns_.size());
  }

  // Of the segment of a level that begins at `begin`; null where there are too many kinds.
  std::shared_ptr<const Summary> segment(int level, std::int64_t begin) {
    std::vector<std::int64_t> key{level};
    for (std::size_t c = first_column_[std::size_t(level) + 1]; c < columns_.size(); ++c)
      key.push_back(first_inside(columns_[c], begin, nested_.levels()[std::size_t(level)].segment));
    const auto known = kinds_.find(key);
    if (known != kinds_.end()) return known->second;
    auto made = level == 0 ? first_level(begin) : together(level, begin);
    if (kinds_.size() >= most_kinds) return nullptr;
    kinds_.emplace(std::move(key), made);
    return made;
  }
  int most_hops() const { return most_hops_; }

 private:
  // Where its rows begin in a segment; -1 where it holds none.
  std::int64_t first_inside(const Column& column, std::int64_t begin, std::int64_t size) const {
    const std::int64_t place = nested_.first_row(column.level, column.offset, begin) - begin;
    return place < size ? place : -1;
  }

  std::shared_ptr<Summary> first_level(std::int64_t begin) {
    const std::int64_t size = nested_.levels()[0].segment;
    std::vector<std::int64_t> first(columns_.size(), size), last(columns_.size(), -1);
    for (std::size_t c = first_column_[1]; c < columns_.size(); ++c) {
      const std::int64_t place = first_inside(columns_[c], begin, size);
      if (place < 0) continue;
      first[c] = place, last[c] = nested_.last_row(columns_[c].level, columns_[c].offset, begin + size) - begin;
    }
    std::set<Profile> out, in;
    auto summary = std::make_shared<Summary>();
    summary->between.assign(columns_.size(), Profile(columns_.size(), none));
    for (std::int64_t token = 0; token < size; ++token) {
      Profile to(columns_.size(), none), from(columns_.size(), none);
      for (std::size_t c = first_column_[1]; c < columns_.size(); ++c) {
        const std::int64_t r = nested_.levels()[std::size_t(columns_[c].level)].dilation;
        const bool is_row = last[c] >= 0 && token >= first[c] && (token - first[c]) % r == 0;
        if (token <= last[c]) to[c] = is_row ? 0 : 1;
        if (token >= first[c]) from[c] = is_row ? 0 : 1;
      }
      for (std::size_t c = first_column_[1]; c < columns_.size(); ++c)
        if (from[c] == 0) lower(summary->between[c], to);
      out.insert(std::move(to)), in.insert(std::move(from));
    }
    if (size > 1) most_hops_ = std::max(most_hops_, 1);
    summary->out = largest(out), summary->in = largest(in);
    return summary;
  }

  std::shared_ptr<Summary> together(int level, std::int64_t begin) {
    const std::int64_t part = nested_.levels()[std::size_t(level) - 1].segment;
    const std::int64_t parts = nested_.levels()[std::size_t(level)].segment / part;
    std::shared_ptr<const Summary> all;
    for (std::int64_t i = 0; i < parts; ++i) {
      const auto next = segment(level - 1, begin + i * part);
      if (!next) return nullptr;
      all = i == 0 ? next : joined(*all, *next, level);
    }
    return without_level(*all, level);
  }

  std::shared_ptr<Summary> joined(const Summary& before, const Summary& behind, int level) {
    const std::size_t first = first_column_[std::size_t(level)], end = first_column_[std::size_t(level) + 1];
    if (job_) job_->poll();
    for (const Profile& from : before.out)
      for (const Profile& to : behind.in) {
        Hops hops = none;
        for (std::size_t c = first; c < end; ++c) hops = std::min(hops, sum(from[c], to[c]));
        if (hops != none) most_hops_ = std::max(most_hops_, int(hops));
      }
    const auto& ahead = behind.between;
    const std::vector<Profile> onward(ahead.begin() + std::ptrdiff_t(first), ahead.begin() + std::ptrdiff_t(end));
    std::vector<Profile> backward;  // from the rows of every column before the border to those of this level
    for (std::size_t c = first; c < end; ++c) {
      backward.emplace_back();
      for (const Profile& from : before.between) backward.back().push_back(from[c]);
    }
    std::set<Profile> out(behind.out.begin(), behind.out.end()), in(before.in.begin(), before.in.end());
    for (const Profile& to : before.out) out.insert(beyond(to, onward, first));
    for (const Profile& from : behind.in) in.insert(beyond(from, backward, first));
    auto summary = std::make_shared<Summary>();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      summary->between.push_back(beyond(before.between[c], onward, first));
      lower(summary->between[c], behind.between[c]);
    }
    summary->out = largest(out), summary->in = largest(in);
    return summary;
  }

  // With the ways that pass a border by the rows of one level, whose columns begin with `first`.
  static Profile beyond(const Profile& near, const std::vector<Profile>& far, std::size_t first) {
    Profile all = near;
    for (std::size_t i = 0; i < far.size(); ++i)
      for (std::size_t c = first; near[first + i] != none && c < all.size(); ++c)
        all[c] = std::min(all[c], sum(near[first + i], far[i][c]));
    return all;
  }

  // What a whole segment of the level is for those above: entered and left by higher rows alone.
  std::shared_ptr<Summary> without_level(const Summary& whole, int level) const {
    const std::size_t first = first_column_[std::size_t(level)], end = first_column_[std::size_t(level) + 1];
    const auto without = [&](const std::vector<Profile>& profiles) {
      std::set<Profile> left;
      for (Profile profile : profiles) {
        std::fill(profile.begin() + std::ptrdiff_t(first), profile.begin() + std::ptrdiff_t(end), none);
        left.insert(std::move(profile));
      }
      return largest(left);
    };
    return std::make_shared<Summary>(Summary{without(whole.out), without(whole.in), whole.between});
  }

  static void lower(Profile& profile, const Profile& other) {
    for (std::size_t c = 0; c < profile.size(); ++c) profile[c] = std::min(profile[c], other[c]);
  }

  const Nested& nested_;
  core::Job* job_;
  std::vector<Column> columns_;
  std::vector<std::size_t> first_column_;
  std::map<std::vector<std::int64_t>, std::shared_ptr<const Summary>> kinds_;
  int most_hops_ = 0;
};

}  // namespace

std::optional<int> most_hops(const Nested& nested, std::int64_t length, core::Job* job) {
  const auto& levels = nested.levels();
  if (levels[0].segment > longest_first_segment) return {};
  int top = 0;
  while (top + 1 < int(levels.size()) && levels[std::size_t(top)].segment < length) ++top;
  Kinds kinds(nested, top, job);
  if (!kinds.segment(top, 0) || kinds.most_hops() >= most) return {};
  return kinds.most_hops();
}

}  // namespace corpuscope::pattern
