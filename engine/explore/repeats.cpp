#include "explore/repeats.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

// Texts by what they are: their length and a hash, then the tokens themselves.
class Families {
 public:
  Families(std::span<const std::int32_t> tokens, const RepeatSettings& settings) : tokens_(tokens), settings_(settings), shortest_(settings.min_tokens) {}

  void add(const TokenMatch& match) {
    if (match.count < shortest_) return;
    auto [begin, end] = by_text_.equal_range(hash(match.earlier, match.count));
    while (begin != end && !same(families_[begin->second], match)) ++begin;
    std::size_t family = begin == end ? families_.size() : begin->second;
    if (begin == end) {
      by_text_.emplace(hash(match.earlier, match.count), family);
      families_.push_back({match.count, {}});
    }
    auto& first = families_[family].first;
    for (const std::int64_t place : {match.earlier, match.later}) first.push_back(place);
    places_ += 2;
    if (first.size() >= 64 && first.size() % 64 == 0) places_ -= unique(first);
    if (places_ > settings_.most_places) drop_shortest();
  }

  std::vector<Repeat> take() {
    for (auto& family : families_) unique(family.first);
    return std::move(families_);
  }
  int shortest() const { return shortest_; }

 private:
  std::uint64_t hash(std::int64_t first, std::int64_t count) const {
    std::uint64_t sum = std::uint64_t(count);
    for (std::int64_t i = 0; i < count; ++i) sum = (sum ^ std::uint64_t(tokens_[std::size_t(first + i)])) * 0x9e3779b97f4a7c15u + (sum >> 29);
    return sum;
  }
  bool same(const Repeat& family, const TokenMatch& match) const {
    return family.count == match.count &&
           std::equal(tokens_.begin() + match.earlier, tokens_.begin() + match.earlier + match.count, tokens_.begin() + family.first.front());
  }
  static std::int64_t unique(std::vector<std::int64_t>& places) {
    std::ranges::sort(places);
    const auto gone = std::ranges::unique(places);
    const auto count = std::int64_t(gone.size());
    places.erase(gone.begin(), gone.end());
    return count;
  }

  // Half of the texts, at least.
  void drop_shortest() {
    for (auto& family : families_) places_ -= unique(family.first);
    if (places_ <= settings_.most_places / 2) return;
    std::vector<std::int64_t> counts;
    for (const auto& family : families_) counts.push_back(family.count);
    std::ranges::nth_element(counts, counts.begin() + std::ptrdiff_t(counts.size() / 2));
    shortest_ = int(counts[counts.size() / 2]) + 1;
    std::erase_if(families_, [&](const auto& family) { return family.count < shortest_; });
    by_text_.clear();
    places_ = 0;
    for (std::size_t i = 0; i < families_.size(); ++i) {
      by_text_.emplace(hash(families_[i].first.front(), families_[i].count), i);
      places_ += std::int64_t(families_[i].first.size());
    }
  }

  std::span<const std::int32_t> tokens_;
  const RepeatSettings& settings_;
  int shortest_;
  std::int64_t places_ = 0;
  std::vector<Repeat> families_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_text_;
};

// Stretches of which none lies inside of another.
class Stretches {
 public:
  bool hold(std::int64_t first, std::int64_t end) const {
    const auto behind = ends_.upper_bound(first);
    return behind != ends_.begin() && std::prev(behind)->second >= end;
  }
  void add(std::int64_t first, std::int64_t end) {
    if (hold(first, end)) return;
    auto inside = ends_.lower_bound(first);
    while (inside != ends_.end() && inside->second <= end) inside = ends_.erase(inside);
    ends_[first] = end;
  }
  std::int64_t covered() const {
    std::int64_t sum = 0, until = 0;
    for (const auto& [first, end] : ends_) {
      sum += std::max<std::int64_t>(0, end - std::max(first, until));
      until = std::max(until, end);
    }
    return sum;
  }

 private:
  std::map<std::int64_t, std::int64_t> ends_;  // by the first token; both ascend
};

bool longer(const Repeat& a, const Repeat& b) { return a.count != b.count ? a.count > b.count : a.first < b.first; }

std::int64_t again(const Repeat& repeat) { return repeat.count * std::int64_t(repeat.first.size() - 1); }

void sort(std::vector<Repeat>& repeats, RepeatOrder order) {
  if (order == RepeatOrder::longest) return;  // as they are
  std::ranges::stable_sort(repeats, [&](const Repeat& a, const Repeat& b) {
    return order == RepeatOrder::most_places ? a.first.size() > b.first.size() : again(a) > again(b);
  });
}

double mean_bits(const workspace::Workspace& workspace, std::int64_t run, std::int64_t first, std::int64_t count) {
  const auto bits = workspace.surprisal(run, first, count);
  if (std::int64_t(bits.size()) < count) return -1;
  double sum = 0;
  for (const float one : bits) sum += double(one);
  return sum / double(count);
}

std::string_view bytes_of(const TokenizedText& document, std::int64_t first, std::int64_t count) {
  const auto at = std::size_t(first - document.document.first_token);
  const auto begin = std::size_t(document.starts[at]), end = std::size_t(document.starts[at + std::size_t(count)]);
  return std::string_view(document.text).substr(begin, end - begin);
}

}  // namespace

Sequence whole_sequence(const workspace::Workspace& workspace, core::Job& job) {
  Sequence sequence;
  const std::int64_t all = workspace.summary().tokens;
  constexpr std::int64_t block = 1 << 20;
  sequence.tokens.reserve(std::size_t(all));
  job.begin("reading the sequence", "tokens", all);
  for (std::int64_t first = 0; first < all; first += block) {
    job.poll();
    const auto part = workspace.tokens(first, std::min(block, all - first));
    if (part.empty()) throw core::Error("The sequence of " + workspace.file().string() + " is not whole.", "Open the corpus again and let it finish.");
    sequence.tokens.insert(sequence.tokens.end(), part.begin(), part.end());
    job.advance(std::int64_t(part.size()));
  }
  for (const auto& document : workspace.documents()) {
    const std::int64_t behind = document.first_token + document.tokens;
    if (document.first_token < 0 || behind >= std::int64_t(sequence.tokens.size())) continue;
    sequence.separator = sequence.tokens[std::size_t(behind)];
    break;
  }
  return sequence;
}

Repeats find_repeats(const workspace::Workspace& workspace, const RepeatSettings& settings, core::Job& job) {
  const Sequence sequence = whole_sequence(workspace, job);
  Repeats repeats;
  repeats.sequence = std::int64_t(sequence.tokens.size());
  Families families(sequence.tokens, settings);
  MatchSettings matching;
  matching.least = settings.min_tokens;
  matching.separator = sequence.separator;
  matching.between_documents = settings.between_documents;
  each_match(sequence.tokens, matching, job, [&](const TokenMatch& match) { families.add(match); });
  repeats.shortest = families.shortest();
  auto all = families.take();
  std::ranges::sort(all, longer);
  Stretches held, copies;
  for (auto& repeat : all) {
    const auto inside = [&](std::int64_t first) { return held.hold(first, first + repeat.count); };
    if (std::ranges::all_of(repeat.first, inside)) continue;
    for (const std::int64_t first : repeat.first) held.add(first, first + repeat.count);
    for (std::size_t i = 1; i < repeat.first.size(); ++i) copies.add(repeat.first[i], repeat.first[i] + repeat.count);
    repeats.shown.push_back(std::move(repeat));
  }
  repeats.tokens = copies.covered();
  repeats.found = std::int64_t(repeats.shown.size());
  sort(repeats.shown, settings.order);
  if (repeats.found > settings.most) repeats.shown.resize(std::size_t(settings.most));
  return repeats;
}

RepeatView view_repeat(const workspace::Workspace& workspace, Passages& passages, const Repeat& repeat, std::int64_t run,
                       std::size_t most_places) {
  RepeatView view;
  double again = 0;
  for (std::size_t i = 0; i < repeat.first.size() && i < std::max<std::size_t>(most_places, 2); ++i) {
    const std::int64_t first = repeat.first[i];
    const Place place = passages.place(first);
    const std::string_view bytes = bytes_of(passages.document(place.document), first, repeat.count);
    if (i == 0) view.text = bytes;
    if (bytes != view.text)
      throw core::Error("The same tokens stand for different text in " + place.name + ".",
                        "The workspace is damaged: make it anew from the corpus folder.");
    view.places.push_back(place);
    const double bits = run > 0 ? mean_bits(workspace, run, first, repeat.count) : -1;
    if (i == 0) view.bits_first = bits;
    else again = bits < 0 || again < 0 ? -1 : again + bits;
  }
  view.bits_again = again < 0 || run <= 0 ? -1 : again / double(view.places.size() - 1);
  return view;
}

}  // namespace corpuscope::explore
