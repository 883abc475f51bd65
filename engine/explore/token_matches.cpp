#include "explore/token_matches.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace corpuscope::explore {
namespace {

constexpr std::uint32_t none = UINT32_MAX;
constexpr std::int64_t poll_every = 1 << 16;  // tokens

std::uint64_t mixed(std::uint64_t x) {  // the finaliser of splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

struct Fingerprint {
  std::uint64_t hash = 0;
  std::int64_t position = 0;  // of the gram's first token
};

// The grams of one document pass by; those that are the smallest of a window of grams are kept.
class Winnower {
 public:
  Winnower(int gram, int window, std::vector<Fingerprint>& kept) : gram_(gram), window_(window), kept_(kept) {
    for (int i = 0; i < gram; ++i) highest_ *= base;
  }

  void document(std::span<const std::int32_t> tokens, std::int64_t first) {
    std::uint64_t rolling = 0;
    smallest_.clear();
    std::int64_t last_kept = -1;
    for (std::int64_t i = 0; i < std::int64_t(tokens.size()); ++i) {
      rolling = rolling * base + value(tokens[std::size_t(i)]);
      if (i >= gram_) rolling -= highest_ * value(tokens[std::size_t(i - gram_)]);
      const std::int64_t at = i - gram_ + 1;
      if (at < 0) continue;
      // Ascending hashes; of equal ones the last, so that every window of the same text keeps the same gram.
      const std::uint64_t hash = mixed(rolling);
      while (!smallest_.empty() && smallest_.back().hash >= hash) smallest_.pop_back();
      smallest_.push_back({hash, at});
      if (smallest_.front().position <= at - window_) smallest_.pop_front();
      if (at + 1 < window_ || smallest_.front().position == last_kept) continue;
      last_kept = smallest_.front().position;
      kept_.push_back({smallest_.front().hash, first + last_kept});
    }
  }

 private:
  static constexpr std::uint64_t base = 0x9e3779b97f4a7c15u;
  static std::uint64_t value(std::int32_t token) { return mixed(std::uint64_t(token) + 1); }

  const int gram_, window_;
  std::uint64_t highest_ = 1;
  std::deque<Fingerprint> smallest_;
  std::vector<Fingerprint>& kept_;
};

struct Fingerprints {
  std::vector<Fingerprint> all;         // in the order of the sequence
  std::vector<std::uint32_t> document;  // of each
  std::vector<std::uint32_t> previous;  // the one before it with the same hash; `none`
};

Fingerprints fingerprints(std::span<const std::int32_t> tokens, const MatchSettings& settings, int gram, core::Job& job) {
  Fingerprints found;
  Winnower winnower(gram, settings.least - gram + 1, found.all);
  std::uint32_t document = 0;
  for (std::size_t begin = 0; begin < tokens.size(); ++document) {
    const auto end = std::size_t(std::find(tokens.begin() + std::ptrdiff_t(begin), tokens.end(), settings.separator) - tokens.begin());
    winnower.document(tokens.subspan(begin, end - begin), std::int64_t(begin));
    found.document.resize(found.all.size(), document);
    job.advance(std::int64_t(std::min(end + 1, tokens.size()) - begin));
    job.poll();
    begin = end + 1;
  }
  std::vector<std::uint32_t> order(found.all.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return found.all[a].hash != found.all[b].hash ? found.all[a].hash < found.all[b].hash : a < b;
  });
  found.previous.assign(found.all.size(), none);
  for (std::size_t i = 1; i < order.size(); ++i)
    if (found.all[order[i - 1]].hash == found.all[order[i]].hash) found.previous[order[i]] = order[i - 1];
  return found;
}

// Where the matches that were found end, by the distance of their two places: a place inside of one is not looked at
// again.
class Known {
 public:
  bool holds(std::int64_t distance, std::int64_t later) const {
    const auto found = ends_.find(distance);
    return found != ends_.end() && later < found->second;
  }
  void put(const TokenMatch& match, std::int64_t later) {
    ends_[match.later - match.earlier] = match.later + match.count;
    if (ends_.size() < swept_) return;
    std::erase_if(ends_, [&](const auto& end) { return end.second <= later; });
    swept_ = std::max<std::size_t>(least_swept, 2 * ends_.size());
  }

 private:
  static constexpr std::size_t least_swept = 1 << 16;
  std::unordered_map<std::int64_t, std::int64_t> ends_;
  std::size_t swept_ = least_swept;
};

}  // namespace

std::int64_t equal_before(std::span<const std::int32_t> tokens, std::int64_t a, std::int64_t b, std::int32_t separator) {
  std::int64_t count = 0;
  for (; a - count > 0 && b - count > 0; ++count) {
    const std::int32_t token = tokens[std::size_t(a - count - 1)];
    if (token != tokens[std::size_t(b - count - 1)] || token == separator) break;
  }
  return count;
}

std::int64_t equal_from(std::span<const std::int32_t> tokens, std::int64_t a, std::int64_t b, std::int32_t separator) {
  const auto size = std::int64_t(tokens.size());
  std::int64_t count = 0;
  for (; a + count < size && b + count < size; ++count) {
    const std::int32_t token = tokens[std::size_t(a + count)];
    if (token != tokens[std::size_t(b + count)] || token == separator) break;
  }
  return count;
}

void each_match(std::span<const std::int32_t> tokens, const MatchSettings& wished, core::Job& job,
                const std::function<void(const TokenMatch&)>& on_match) {
  MatchSettings settings = wished;
  settings.least = std::max(settings.least, least_match);
  const int gram = settings.least / 2;
  job.begin("looking for repeats", "tokens", 2 * std::int64_t(tokens.size()));
  const Fingerprints marks = fingerprints(tokens, settings, gram, job);
  std::vector<std::uint32_t> nearest = marks.previous;  // with which the comparing begins
  if (settings.between_documents)
    for (std::uint32_t i = 0; i < nearest.size(); ++i)
      if (nearest[i] != none && marks.document[nearest[i]] == marks.document[i]) nearest[i] = nearest[nearest[i]];
  Known known;
  std::int64_t told = 0;
  for (std::uint32_t i = 0; i < marks.all.size(); ++i) {
    const std::int64_t later = marks.all[i].position;
    if (later - told >= poll_every) {
      job.poll();
      job.advance(later - told);
      told = later;
    }
    int compared = 0;
    for (std::uint32_t other = nearest[i]; other != none; other = marks.previous[other]) {
      if (settings.most_earlier > 0 && compared++ == settings.most_earlier) break;
      const std::int64_t earlier = marks.all[other].position;
      if (known.holds(later - earlier, later)) continue;
      const std::int64_t from = equal_from(tokens, earlier, later, settings.separator);
      if (from < gram) continue;  // equal hashes of different tokens
      const std::int64_t before = equal_before(tokens, earlier, later, settings.separator);
      const TokenMatch match{earlier - before, later - before, before + from};
      known.put(match, later);
      if (match.count >= settings.least && match.later - match.earlier >= match.count) on_match(match);
    }
  }
  job.advance(std::int64_t(tokens.size()) - told);
}

}  // namespace corpuscope::explore
