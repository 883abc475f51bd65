#include "explore/twists.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/error.h"
#include "explore/repeats.h"

namespace corpuscope::explore {
namespace {

constexpr std::size_t longest_word = 80;  // bytes

bool in_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || byte == '_' || byte >= 0x80;
}

struct Side {
  std::string_view text;  // of the document
  std::size_t begin = 0, end = 0;

  bool begins_in_word() const { return begin < text.size() && in_word(text[begin]); }
  bool ends_in_word() const { return end > 0 && in_word(text[end - 1]); }
  bool word_before() const { return begin > 0 && in_word(text[begin - 1]); }
  bool word_behind() const { return end < text.size() && in_word(text[end]); }
  std::string words() const {
    const std::string_view all = text.substr(begin, end - begin);
    const auto first = all.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? "" : std::string(all.substr(first, all.find_last_not_of(" \t\r\n") - first + 1));
  }
};

// Both sides grow alike, over the text that they share, until neither cuts a word.
void grow_to_words(Side& earlier, Side& later) {
  const auto before = [&] { return (earlier.begins_in_word() || later.begins_in_word()) && earlier.word_before() && later.word_before(); };
  const auto behind = [&] { return (earlier.ends_in_word() || later.ends_in_word()) && earlier.word_behind() && later.word_behind(); };
  for (std::size_t i = 0; i < longest_word && before(); ++i) --earlier.begin, --later.begin;
  for (std::size_t i = 0; i < longest_word && behind(); ++i) ++earlier.end, ++later.end;
}

std::int64_t word_count(std::string_view text) {
  std::int64_t words = 0;
  for (std::size_t i = 0; i < text.size(); ++i) words += in_word(text[i]) && (i == 0 || !in_word(text[i - 1]));
  return words;
}

class Finder {
 public:
  Finder(const workspace::Workspace& workspace, const TwistSettings& settings)
      : workspace_(workspace), settings_(settings), passages_(workspace) {}

  void add(const NearRepeat& near, std::vector<Twist>& twists) {
    const std::vector<float> bits = settings_.run > 0 ? workspace_.surprisal(settings_.run, near.later.first, near.later.count + 1)
                                                      : std::vector<float>();
    std::vector<Twist> own;
    bool dear = false;
    for (const Difference& difference : near.differences) {
      Twist twist;
      twist.earlier = difference.earlier;
      twist.later = difference.later;
      twist.earlier_copy = near.earlier;
      twist.later_copy = near.later;
      twist.equal = near.equal;
      twist.bits = dearest(bits, near, difference);
      dear |= twist.bits >= settings_.least_bits;
      own.push_back(std::move(twist));
    }
    if (settings_.run > 0 && !dear) return;
    const double mean = mean_of(bits, near.later.count);
    std::map<std::pair<std::string, std::string>, int> changes;
    for (Twist& twist : own) {
      tell(twist);
      twist.bits_around = mean;
      twist.differences = int(own.size());
      ++changes[{twist.earlier_text, twist.later_text}];
    }
    for (Twist& twist : own) {
      twist.same_change = changes[{twist.earlier_text, twist.later_text}];
      if (told(twist)) twists.push_back(std::move(twist));
    }
  }

 private:
  static double dearest(const std::vector<float>& bits, const NearRepeat& near, const Difference& difference) {
    const auto first = std::size_t(difference.later.first - near.later.first);
    const auto end = first + std::size_t(std::max<std::int64_t>(1, difference.later.count));
    if (end > bits.size()) return -1;
    return double(*std::max_element(bits.begin() + std::ptrdiff_t(first), bits.begin() + std::ptrdiff_t(end)));
  }
  static double mean_of(const std::vector<float>& bits, std::int64_t count) {
    if (std::int64_t(bits.size()) < count) return -1;
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += double(bits[std::size_t(i)]);
    return sum / double(count);
  }

  bool told(const Twist& twist) const {
    if (settings_.run > 0 && twist.bits < settings_.least_bits) return false;
    if (settings_.lone && twist.same_change > 1) return false;
    const auto words = std::max(word_count(twist.earlier_text), word_count(twist.later_text));
    return words > 0 && words <= settings_.most_words && twist.earlier_text != twist.later_text;
  }

  Place side(const Stretch& tokens, Side& side, std::string& kept) {
    const Place place = passages_.place(tokens.first);
    const TokenizedText& document = passages_.document(place.document);
    const auto at = std::size_t(tokens.first - document.document.first_token);
    kept = document.text.substr(window_begin(document, at), 2 * longest_word + bytes(document, at, tokens.count));
    const std::size_t moved = window_begin(document, at);
    side = {kept, std::size_t(document.starts[at]) - moved, std::size_t(document.starts[at + std::size_t(tokens.count)]) - moved};
    return place;
  }
  static std::size_t window_begin(const TokenizedText& document, std::size_t token) {
    const auto begin = std::size_t(document.starts[token]);
    return begin - std::min(begin, longest_word);
  }
  static std::size_t bytes(const TokenizedText& document, std::size_t token, std::int64_t count) {
    return std::size_t(document.starts[token + std::size_t(count)] - document.starts[token]);
  }

  void tell(Twist& twist) {
    std::string around[2];  // the text at each side, as asking for the other may drop the document
    Side earlier, later;
    twist.earlier_place = side(twist.earlier, earlier, around[0]);
    twist.later_place = side(twist.later, later, around[1]);
    grow_to_words(earlier, later);
    twist.earlier_text = earlier.words();
    twist.later_text = later.words();
  }

  const workspace::Workspace& workspace_;
  const TwistSettings& settings_;
  Passages passages_;
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
    twists.differences += std::int64_t(copy.differences.size());
    finder.add(copy, twists.shown);
    job.advance(1);
  }
  twists.found = std::int64_t(twists.shown.size());
  if (settings.run > 0) std::ranges::stable_sort(twists.shown, std::ranges::greater(), &Twist::bits);
  if (twists.found > settings.most) twists.shown.resize(std::size_t(settings.most));
  return twists;
}

}  // namespace corpuscope::explore
