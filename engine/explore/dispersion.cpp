#include "explore/dispersion.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "explore/corpus_words.h"

namespace corpuscope::explore {
namespace {

constexpr std::size_t words_between_polls = 65536;

// Counts the document's words, and those before each of its places.
void count_words(std::string_view whole, Dispersion::Document& document, core::Job& job) {
  auto place = document.places.begin();
  for (WordSpan word = word_behind(whole, 0); !word.empty(); word = word_behind(whole, word.end)) {
    for (; place != document.places.end() && std::size_t(place->offset) < word.end; ++place) place->word = document.words;
    if (std::size_t(++document.words) % words_between_polls == 0) job.poll();
  }
  for (; place != document.places.end(); ++place) place->word = document.words;
}

std::optional<double> deviation_of_proportions(const Dispersion& all) {
  if (all.words == 0 || all.places == 0) return std::nullopt;
  double sum = 0;
  for (const auto& one : all.documents)
    sum += std::abs(double(one.words) / double(all.words) - double(one.places.size()) / double(all.places));
  return sum / 2;
}

}  // namespace

Dispersion dispersion(const CorpusText& text, std::span<const Match> matches, const std::vector<bool>& documents,
                      core::Job& job) {
  Dispersion all;
  std::vector<std::size_t> rows(documents.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    rows[i] = all.documents.size();
    if (documents[i]) all.documents.push_back({std::uint32_t(i), 0, {}});
  }
  for (const Match& match : matches)
    if (documents[match.document]) all.documents[rows[match.document]].places.push_back({match.offset, 0});
  job.begin("counting words", "bytes", text.bytes());
  core::parallel_for(std::int64_t(all.documents.size()), [&](std::int64_t i) {
    job.poll();
    auto& document = all.documents[std::size_t(i)];
    std::ranges::sort(document.places, {}, &Dispersion::Place::offset);
    const std::string_view whole = text.text(document.document);
    count_words(whole, document, job);
    job.advance(std::int64_t(whole.size()));
  });
  for (const auto& one : all.documents) {
    all.words += one.words;
    all.places += std::int64_t(one.places.size());
  }
  all.deviation = deviation_of_proportions(all);
  return all;
}

}  // namespace corpuscope::explore
