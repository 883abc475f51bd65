#include "explore/twists.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/error.h"
#include "explore/copy_words.h"
#include "explore/repeats.h"

namespace corpuscope::explore {
namespace {

// A new name that is there so often was meant for the one place too where the old one stayed.
constexpr int least_renamed = 2;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos
             ? ""
             : std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool is_name(std::string_view text) {
  return count_words(text) == 1 && !std::isdigit(static_cast<unsigned char>(text.front()));
}

// A copy's bytes, and where its tokens begin in them; the last start is the end.
struct CopyText {
  Stretch tokens;
  std::string text;
  std::vector<std::size_t> starts;

  std::size_t start(std::int64_t token) const { return starts[std::size_t(token - tokens.first)]; }
  Stretch tokens_of(std::size_t first_byte, std::string_view word) const {
    const auto token_at = [&](std::size_t byte) {
      return tokens.first + std::int64_t(std::ranges::upper_bound(starts, byte) - starts.begin()) - 1;
    };
    const auto first = token_at(first_byte);
    return {first, token_at(first_byte + word.size() - 1) + 1 - first};
  }
};

// The differences of one copy that a grown difference holds.
struct Joined {
  Stretch earlier, later;
  bool elsewhere = true;

  void add(const Difference& difference) {
    if (earlier.count == 0 && later.count == 0) earlier = difference.earlier, later = difference.later;
    earlier.count = difference.earlier.end() - earlier.first;
    later.count = difference.later.end() - later.first;
    elsewhere &= difference.elsewhere;
  }
};

class Finder {
 public:
  Finder(const workspace::Workspace& workspace, const TwistSettings& settings)
      : workspace_(workspace), settings_(settings), passages_(workspace) {}

  void add(const NearRepeat& near, std::vector<Twist>& twists) {
    const CopyText earlier = copy_text(near.earlier), later = copy_text(near.later);
    bits_ = settings_.run > 0 ? workspace_.surprisal(settings_.run, near.later.first, near.later.count + 1)
                              : std::vector<float>();
    std::vector<TextDifference> differences;
    for (const Difference& one : near.differences)
      differences.push_back({earlier.start(one.earlier.first), earlier.start(one.earlier.end()),
                             later.start(one.later.first), later.start(one.later.end())});
    const auto grown = grown_to_words(earlier.text, later.text, differences);
    const auto pairs = paired_words(earlier.text, later.text, grown);
    const Renaming renaming(pairs);
    std::vector<Twist> own;
    std::map<std::pair<std::string, std::string>, int> changes;
    std::size_t next = 0;
    for (const TextDifference& one : grown) {
      Joined tokens;
      for (; next < differences.size() && differences[next].later_end <= one.later_end &&
             differences[next].earlier_end <= one.earlier_end;
           ++next)
        tokens.add(near.differences[next]);
      Twist twist = of(near, tokens.earlier, tokens.later);
      twist.earlier_text =
          trimmed(std::string_view(earlier.text).substr(one.earlier_begin, one.earlier_end - one.earlier_begin));
      twist.later_text =
          trimmed(std::string_view(later.text).substr(one.later_begin, one.later_end - one.later_begin));
      judge(renaming, twist);
      ++changes[{twist.earlier_text, twist.later_text}];
      if (!tokens.elsewhere) own.push_back(std::move(twist));
    }
    for (Twist& twist : own) twist.same_change = changes[{twist.earlier_text, twist.later_text}];
    for (const WordPair& pair : pairs)
      if (pair.earlier == pair.later ? forgotten(renaming, pair.later) : stands_with_others(later.text, grown, pair))
        add_slip(
            of(near, earlier.tokens_of(pair.earlier_at, pair.earlier), later.tokens_of(pair.later_at, pair.later)),
            renaming, pair, own);
    for (Twist& twist : own) {
      if (!told(twist)) continue;
      twist.earlier_place = passages_.place(twist.earlier.first);
      twist.later_place = passages_.place(twist.later.first);
      twists.push_back(std::move(twist));
    }
  }

 private:
  CopyText copy_text(const Stretch& tokens) {
    const TokenizedText& document = passages_.document(passages_.place(tokens.first).document);
    const auto first = document.starts.begin() + (tokens.first - document.document.first_token);
    CopyText copy{tokens, document.text.substr(std::size_t(*first), std::size_t(first[tokens.count] - *first)), {}};
    for (auto start = first; start <= first + tokens.count; ++start)
      copy.starts.push_back(std::size_t(*start - *first));
    return copy;
  }

  Twist of(const NearRepeat& near, const Stretch& earlier, const Stretch& later) const {
    Twist twist;
    twist.earlier = earlier;
    twist.later = later;
    twist.earlier_copy = near.earlier;
    twist.later_copy = near.later;
    twist.equal = near.equal;
    twist.differences = int(near.differences.size());
    twist.bits = dearest(near, later);
    twist.bits_around = mean_of(near.later.count);
    return twist;
  }

  static void judge(const Renaming& renaming, Twist& twist) {
    if (!is_name(twist.earlier_text) || !is_name(twist.later_text)) return;
    const auto [word, times] = renaming.rule(twist.earlier_text, twist.later_text);
    twist.expected_text = word;
    twist.expected = times;
    twist.for_others = renaming.for_others(twist.earlier_text, twist.later_text);
  }

  static bool forgotten(const Renaming& renaming, std::string_view word) {
    return is_name(word) && renaming.rule(word, word).second >= least_renamed && renaming.times(word, word) == 1;
  }

  // In a difference of several words, which is a change of none of them by itself.
  static bool stands_with_others(std::string_view later, const std::vector<TextDifference>& grown,
                                 const WordPair& pair) {
    const auto holds = [&](const TextDifference& one) {
      return one.later_begin <= pair.later_at && pair.later_at < one.later_end;
    };
    const auto found = std::ranges::find_if(grown, holds);
    return found != grown.end() &&
           count_words(later.substr(found->later_begin, found->later_end - found->later_begin)) > 1;
  }

  void add_slip(Twist twist, const Renaming& renaming, const WordPair& pair, std::vector<Twist>& own) {
    twist.earlier_text = pair.earlier;
    twist.later_text = pair.later;
    twist.same_change = renaming.times(pair.earlier, pair.later);
    judge(renaming, twist);
    if (twist.slip() && slips_.insert(twist.later.first).second) own.push_back(std::move(twist));
  }

  double dearest(const NearRepeat& near, const Stretch& later) const {
    const auto first = std::size_t(later.first - near.later.first);
    const auto end = first + std::size_t(std::max<std::int64_t>(1, later.count));
    if (end > bits_.size()) return -1;
    return double(*std::max_element(bits_.begin() + std::ptrdiff_t(first), bits_.begin() + std::ptrdiff_t(end)));
  }
  double mean_of(std::int64_t count) const {
    if (std::int64_t(bits_.size()) < count) return -1;
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += double(bits_[std::size_t(i)]);
    return sum / double(count);
  }

  bool told(const Twist& twist) const {
    if (settings_.lone && twist.same_change > 1) return false;
    if (!twist.slip() && (settings_.slips || (settings_.run > 0 && twist.bits < settings_.least_bits))) return false;
    const auto words = std::int64_t(std::max(count_words(twist.earlier_text), count_words(twist.later_text)));
    return words > 0 && words <= settings_.most_words && (twist.earlier_text != twist.later_text || twist.slip());
  }

  const workspace::Workspace& workspace_;
  const TwistSettings& settings_;
  Passages passages_;
  std::vector<float> bits_;       // of the later copy's tokens
  std::set<std::int64_t> slips_;  // tokens of those that are found word by word
};

}  // namespace

Twists find_twists(const workspace::Workspace& workspace, const TwistSettings& settings, core::Job& job) {
  if (settings.run > 0 && !workspace.run(settings.run))
    throw core::Error("Run " + std::to_string(settings.run) + " is not in " + workspace.file().string() + ".",
                      "Choose one that \"corpuscope info\" lists.");
  const Sequence sequence = whole_sequence(workspace, job);
  NearSettings near;
  near.match.separator = sequence.separator;
  near.least_equal = settings.least_equal;
  const auto copies = find_near_repeats(sequence.tokens, near, job);
  Twists twists;
  twists.copies = std::int64_t(copies.size());
  Finder finder(workspace, settings);
  job.begin("looking at the differences", "copies", twists.copies);
  for (const NearRepeat& copy : copies) {
    job.poll();
    twists.differences += std::ranges::count(copy.differences, false, &Difference::elsewhere);
    finder.add(copy, twists.shown);
    job.advance(1);
  }
  twists.found = std::int64_t(twists.shown.size());
  if (settings.run > 0)
    std::ranges::stable_sort(twists.shown, std::ranges::greater(),
                             [](const Twist& twist) { return std::pair(twist.slip(), twist.bits); });
  if (twists.found > settings.most) twists.shown.resize(std::size_t(settings.most));
  return twists;
}

}  // namespace corpuscope::explore
