#include "explore/collocates.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "core/parallel.h"
#include "explore/corpus_words.h"

namespace corpuscope::explore {
namespace {

double term(double observed, double expected) { return observed > 0 ? observed * std::log(observed / expected) : 0; }

std::int64_t total(const NumberedWords& words) {
  return std::accumulate(words.counts.begin(), words.counts.end(), std::int64_t(0));
}

// How often each word stands beside a match. What is left of a word that a match ends in is not a word beside it.
struct Beside {
  std::unordered_map<std::string, std::int64_t> words;
  std::int64_t places = 0;
};

Beside words_beside(const CorpusText& text, std::span<const Match> matches, const CollocateSettings& settings,
                    core::Job& job) {
  Beside beside;
  const auto count = [&](std::string_view whole, const WordSpan& word) {
    ++beside.words[folded(whole.substr(word.begin, word.end - word.begin))];
    ++beside.places;
  };
  for (std::size_t m = 0; m < matches.size(); ++m) {
    if (m % 1024 == 0) job.poll();
    const std::string_view whole = text.text(matches[m].document);
    std::size_t at = word_begin(whole, std::size_t(matches[m].offset));
    for (int i = 0; i < settings.left; ++i) {
      const WordSpan word = word_before(whole, at);
      if (word.empty()) break;
      count(whole, word);
      at = word.begin;
    }
    at = word_end(whole, std::size_t(matches[m].offset) + matches[m].length);
    for (int i = 0; i < settings.right; ++i) {
      const WordSpan word = word_behind(whole, at);
      if (word.empty()) break;
      count(whole, word);
      at = word.end;
    }
  }
  return beside;
}

// Which document a place of the sequence lies in, asked for in rising order.
class DocumentCounter {
 public:
  explicit DocumentCounter(const NumberedWords& words) : words_(words) {}

  std::int64_t count(std::span<const std::uint32_t> places) {
    seen_.clear();
    for (const std::uint32_t place : places) seen_.push_back(document_of(place));
    std::sort(seen_.begin(), seen_.end());
    return std::unique(seen_.begin(), seen_.end()) - seen_.begin();
  }

 private:
  std::size_t document_of(std::size_t place) const {
    const auto& documents = words_.documents;
    const auto behind = std::upper_bound(documents.begin(), documents.end(), place,
                                         [](std::size_t p, const auto& document) { return p < document.second; });
    return std::size_t(behind - documents.begin()) - 1;
  }

  const NumberedWords& words_;
  std::vector<std::size_t> seen_;
};

std::string joined(const NumberedWords& words, std::span<const std::uint32_t> numbers) {
  std::string out;
  for (const std::uint32_t number : numbers) out += (out.empty() ? "" : " ") + words.words[number];
  return out;
}

}  // namespace

double log_likelihood(double a, double b, double c, double d) {
  const double all = a + b + c + d;
  if (all <= 0) return 0;
  return 2 * (term(a, (a + b) * (a + c) / all) + term(b, (a + b) * (b + d) / all) + term(c, (c + d) * (a + c) / all) +
              term(d, (c + d) * (b + d) / all));
}

double log_dice(double together, double first, double second) {
  return 14 + std::log2(2 * together / (first + second));
}

std::vector<Collocate> collocates(const CorpusText& text, std::span<const Match> matches,
                                  const std::vector<bool>& documents, const CollocateSettings& settings,
                                  core::Job& job) {
  const NumberedWords words = number_words(text, documents, job);
  const double corpus = double(total(words));
  const Beside beside = words_beside(text, matches, settings, job);
  std::vector<Collocate> found;
  for (std::size_t number = 1; number < words.words.size(); ++number) {
    const auto together = beside.words.find(words.words[number]);
    if (together == beside.words.end() || together->second < settings.least) continue;
    Collocate one{words.words[number], together->second, words.counts[number], 0, 0, 0};
    const double near = double(beside.places), observed = double(one.together), whole = double(one.in_corpus);
    one.expected = whole * near / corpus;
    if (observed <= one.expected) continue;
    // Windows may overlap, so that a word can be counted beside two matches and the rest would fall below none.
    one.log_likelihood = log_likelihood(observed, near - observed, std::max(whole - observed, 0.0),
                                        std::max(corpus - near - std::max(whole - observed, 0.0), 0.0));
    one.log_dice = log_dice(observed, double(matches.size()), whole);
    found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const Collocate& a, const Collocate& b) {
    return a.log_likelihood > b.log_likelihood || (a.log_likelihood == b.log_likelihood && a.word < b.word);
  });
  return found;
}

std::vector<NGram> ngrams(const CorpusText& text, const std::vector<bool>& documents, int length, std::int64_t least,
                          core::Job& job) {
  if (length < 1 || length > 9) throw core::Error("A row of " + std::to_string(length) + " words cannot be counted.", "Choose 1 to 9.");
  const NumberedWords words = number_words(text, documents, job);
  const auto& sequence = words.sequence;
  const auto size = std::size_t(length);
  if (sequence.size() > UINT32_MAX) throw core::Error("The corpus has more than 4,294,967,295 words.", "Choose documents by path: or lang:.");
  // Places sorted by what stands there: equal rows come together, and memory is 4 bytes a word whatever the length.
  std::vector<std::uint32_t> places;
  std::size_t run = 0;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    run = sequence[i] == NumberedWords::border ? 0 : run + 1;
    if (run >= size) places.push_back(std::uint32_t(i + 1 - size));
  }
  const auto row = [&](std::uint32_t place) { return std::span(sequence).subspan(place, size); };
  job.poll();
  std::sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto x = row(a), y = row(b);
    const auto differ = std::mismatch(x.begin(), x.end(), y.begin());
    return differ.first == x.end() ? a < b : *differ.first < *differ.second;
  });
  job.poll();
  DocumentCounter counter(words);
  std::vector<NGram> found;
  for (std::size_t begin = 0; begin < places.size();) {
    std::size_t end = begin + 1;
    while (end < places.size() && std::ranges::equal(row(places[begin]), row(places[end]))) ++end;
    if (std::int64_t(end - begin) >= least)
      found.push_back({joined(words, row(places[begin])), std::int64_t(end - begin),
                       counter.count(std::span(places).subspan(begin, end - begin))});
    begin = end;
  }
  std::sort(found.begin(), found.end(), [](const NGram& a, const NGram& b) {
    return a.count > b.count || (a.count == b.count && a.words < b.words);
  });
  return found;
}

std::vector<Keyword> keyness(const CorpusText& text, const std::vector<bool>& documents, std::int64_t least,
                             core::Job& job) {
  const NumberedWords words = number_words(text, std::vector<bool>(documents.size(), true), job);
  std::vector<std::int64_t> here(words.words.size(), 0);
  for (std::size_t i = 0; i < words.documents.size(); ++i) {
    if (!documents[words.documents[i].first]) continue;
    const std::size_t end = i + 1 < words.documents.size() ? words.documents[i + 1].second : words.sequence.size();
    for (std::size_t at = words.documents[i].second; at < end; ++at) ++here[words.sequence[at]];
  }
  here[NumberedWords::border] = 0;
  const double all_here = double(std::accumulate(here.begin(), here.end(), std::int64_t(0)));
  const double all_elsewhere = double(total(words)) - all_here;
  if (all_here == 0 || all_elsewhere == 0)
    throw core::Error("There is nothing to compare: the chosen documents hold all words of the corpus, or none.",
                      "Choose some of its documents.");
  std::vector<Keyword> found;
  for (std::size_t number = 1; number < words.words.size(); ++number) {
    if (words.counts[number] < least) continue;
    const double a = double(here[number]), b = double(words.counts[number] - here[number]);
    Keyword one{words.words[number], here[number], words.counts[number] - here[number], a / all_here * 1e6, b / all_elsewhere * 1e6, 0, 0};
    const double both = a + b, all = all_here + all_elsewhere;
    const double score = 2 * (term(a, all_here * both / all) + term(b, all_elsewhere * both / all));
    one.log_likelihood = a / all_here >= b / all_elsewhere ? score : -score;
    one.log_ratio = std::log2(std::max(a, 0.5) / all_here / (std::max(b, 0.5) / all_elsewhere));
    found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const Keyword& a, const Keyword& b) {
    return a.log_likelihood > b.log_likelihood || (a.log_likelihood == b.log_likelihood && a.word < b.word);
  });
  return found;
}

}  // namespace corpuscope::explore
