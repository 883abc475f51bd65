#include "workspace/expansion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "workspace/headings.h"

namespace corpuscope::workspace {
namespace {

constexpr std::size_t added_words = 30;
constexpr double most_added_share = 0.4;  // of the query's whole weight
constexpr double prior_words = 200;

constexpr std::array<std::string_view, 101> small_words = {
    "a", "about", "above", "after", "all", "also", "an", "and", "any", "anyone", "are", "as", "at", "be", "because",
    "been", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "each", "for", "from", "had",
    "has", "have", "he", "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "may", "me", "more",
    "most", "must", "my", "no", "not", "of", "on", "one", "only", "or", "other", "our", "out", "over", "she", "should",
    "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "to", "under", "up", "us", "use", "used", "using", "was", "we", "were", "what", "when", "where", "which", "while",
    "who", "whom", "whose", "why", "will", "with", "would", "you", "your"};

struct Found {
  std::string word;  // one that has this stem, as it is written somewhere
  double weight = 0;
  std::int64_t rows = -1;  // that hold it
};

std::string lower(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

}  // namespace

bool is_small_word(std::string_view word) {
  constexpr std::string_view marks = ".,;:!?()[]\"'";
  word.remove_prefix(std::min(word.find_first_not_of(marks), word.size()));
  word.remove_suffix(word.size() - (word.find_last_not_of(marks) + 1));
  return std::find(small_words.begin(), small_words.end(), lower(word)) != small_words.end();
}

bool expand(RankQuery& query, std::span<const FeedbackText> texts, const WordTokenizer& tokenizer, Ranker& index) {
  double all_scores = 0, scores = 0, whole_weight = 0;
  for (const auto& text : texts) {
    all_scores += text.score;
    if (is_prose(text.text)) scores += text.score;
  }
  for (const auto& term : query.terms) whole_weight += term.weight;
  if (scores <= 0) return false;
  const double added_share = most_added_share * scores / all_scores;
  std::map<std::string, Found> found;  // by stem
  for (const auto& text : texts) {
    if (!is_prose(text.text)) continue;
    const double likelihood = std::pow(text.score / scores, 4);
    double words = 0;
    tokenizer.each(text.text, [&](std::string_view, std::int64_t, std::int64_t) { return ++words > 0; });
    tokenizer.each(text.text, [&](std::string_view stem, std::int64_t start, std::int64_t end) {
      const std::string_view word = std::string_view(text.text).substr(std::size_t(start), std::size_t(end - start));
      if (stem.size() < 2 || is_small_word(word)) return true;
      Found& one = found[std::string(stem)];
      if (one.word.empty()) one.word = word;
      one.weight += likelihood / (words + prior_words);
      return true;
    });
  }
  std::vector<std::pair<std::string, Found>> best(found.begin(), found.end());
  std::sort(best.begin(), best.end(), [](const auto& a, const auto& b) {
    return a.second.weight > b.second.weight || (a.second.weight == b.second.weight && a.first < b.first);
  });
  // A word that stands in one passage only finds nothing new.
  std::vector<std::pair<std::string, Found>> chosen;
  for (auto& one : best) {
    if (chosen.size() == added_words) break;
    one.second.rows = index.rows_with(one.first);
    if (one.second.rows > 1) chosen.push_back(std::move(one));
  }
  double chosen_weight = 0;
  for (const auto& one : chosen) chosen_weight += one.second.weight;
  if (chosen.empty()) return false;
  std::map<std::string, std::size_t> own;  // terms of a single stem
  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    query.terms[i].weight *= 1 - added_share;
    std::vector<std::string> stems;
    tokenizer.each(query.terms[i].word, [&](std::string_view stem, std::int64_t, std::int64_t) {
      stems.emplace_back(stem);
      return stems.size() < 2;
    });
    if (stems.size() == 1) own[stems.front()] = i;
  }
  for (const auto& [stem, word] : chosen) {
    const double weight = added_share * whole_weight * word.weight / chosen_weight;
    const auto same = own.find(stem);
    if (same != own.end()) {
      query.terms[same->second].weight += weight;
      query.terms[same->second].rows = word.rows;
    } else {
      query.terms.push_back({word.word, weight, false, word.rows});
    }
  }
  return true;
}

}  // namespace corpuscope::workspace
