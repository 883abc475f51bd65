#include "explore/passages_before.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/parallel.h"
#include "explore/corpus_words.h"
#include "explore/search_matcher.h"
#include "workspace/expansion.h"

namespace corpuscope::explore {
namespace {

constexpr double k1 = 1.2;  // stretches are about equally long: no norm for their length

// A word's letters without an ending, so that "whaling" finds "whales". Too much is found rather than too little.
std::string without_ending(const std::string& word) {
  constexpr std::size_t least = 4;
  for (const std::string_view ending : {"ings", "ing", "ies", "ied", "es", "ed", "ly", "s", "y", "e"})
    if (word.size() >= ending.size() + least && word.ends_with(ending)) return word.substr(0, word.size() - ending.size());
  return word;
}

std::string as_expression(const std::string& word) {
  std::string escaped;
  for (const char c : without_ending(word)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !std::isalnum(byte)) escaped += '\\';
    escaped += c;
  }
  return "\\b" + escaped + "\\w{0,4}\\b";
}

std::vector<Matcher> matchers(const std::string& question) {
  std::vector<Matcher> all;
  std::set<std::string> seen;
  for (WordSpan word = word_behind(question, 0); !word.empty(); word = word_behind(question, word.end)) {
    const std::string_view written = std::string_view(question).substr(word.begin, word.end - word.begin);
    const std::string expression = as_expression(folded(written));
    if (workspace::is_small_word(written) || !seen.insert(expression).second) continue;
    all.emplace_back(SearchTerm{SearchTerm::Kind::regex, expression, 0}, false, false);
  }
  return all;
}

// Ends of the stretches of a text: behind a line's end near the wanted length, else behind a blank. Each depends on the
// text before it alone.
std::vector<std::size_t> stretches(std::string_view text, std::size_t bytes) {
  std::vector<std::size_t> ends;
  for (std::size_t first = 0; first + bytes <= text.size();) {
    const std::string_view most = text.substr(first, bytes);
    std::size_t cut = most.find_last_of('\n');
    if (cut == std::string_view::npos || cut < bytes / 2) cut = most.find_last_of(" \t");
    if (cut == std::string_view::npos || cut < bytes / 2) cut = bytes - 1;
    first += cut + 1;
    ends.push_back(first);
  }
  if (text.size() > (ends.empty() ? 0 : ends.back())) ends.push_back(text.size());
  return ends;
}

// How often each word stands in the stretches of one document that have any.
struct InStretch {
  std::vector<int> words;
  std::size_t hit = std::string::npos, length = 0;  // the first of them
};
struct Counted {
  std::map<std::size_t, InStretch> found;  // by stretch
  std::vector<std::size_t> ends;
};

Counted count(std::string_view text, std::size_t bytes, const std::vector<Matcher>& words) {
  Counted counted;
  counted.ends = stretches(text, bytes);
  for (std::size_t w = 0; w < words.size(); ++w)
    words[w].each(text, 0, text.size(), [&](std::size_t offset, std::size_t length) {
      const auto stretch = std::size_t(std::ranges::upper_bound(counted.ends, offset) - counted.ends.begin());
      InStretch& in = counted.found[stretch];
      in.words.resize(words.size());
      ++in.words[w];
      if (offset < in.hit) {
        in.hit = offset;
        in.length = length;
      }
      return true;
    });
  return counted;
}

}  // namespace

std::vector<PassageBefore> passages_before(const CorpusText& text, const std::string& question, int most, std::int64_t bytes,
                                           core::Job& job, const std::vector<bool>& allowed) {
  const auto words = matchers(question);
  const std::size_t documents = text.documents().size();
  if (words.empty() || most <= 0) return {};
  std::vector<Counted> counted(documents);
  core::parallel_for(std::int64_t(documents), [&](std::int64_t i) {
    job.poll();
    counted[std::size_t(i)] = count(text.text(std::size_t(i)), std::size_t(std::max<std::int64_t>(bytes, 64)), words);
  });
  double all = 0;
  std::vector<double> with(words.size(), 0);
  for (const Counted& one : counted) {
    all += double(one.ends.size());
    for (const auto& [stretch, in] : one.found)
      for (std::size_t w = 0; w < in.words.size(); ++w) with[w] += in.words[w] > 0;
  }
  std::vector<PassageBefore> found;
  for (std::size_t d = 0; d < documents; ++d) {
    if (!allowed.empty() && !allowed[d]) continue;
    for (const auto& [stretch, in] : counted[d].found) {
      double score = 0;
      for (std::size_t w = 0; w < in.words.size(); ++w)
        score += std::log(1 + (all - with[w] + 0.5) / (with[w] + 0.5)) * in.words[w] * (k1 + 1) / (in.words[w] + k1);
      const std::size_t first = stretch == 0 ? 0 : counted[d].ends[stretch - 1];
      found.push_back({d, std::int64_t(first), std::int64_t(counted[d].ends[stretch] - first), std::int64_t(in.hit),
                       std::int64_t(in.length), score});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &PassageBefore::score);
  if (found.size() > std::size_t(most)) found.resize(std::size_t(most));
  return found;
}

}  // namespace corpuscope::explore
