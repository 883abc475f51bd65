#include <algorithm>
#include <queue>

#include "core/error.h"
#include "explore/passages.h"

namespace corpuscope::explore {
namespace {

// The surprisal of a run, token after token, read in blocks.
class SurprisalReader {
 public:
  SurprisalReader(const workspace::Workspace& workspace, std::int64_t run) : workspace_(workspace), run_(run) {}

  float at(std::int64_t token) {
    if (token < first_ || token >= first_ + std::int64_t(values_.size())) {
      first_ = token;
      values_ = workspace_.surprisal(run_, token, 1 << 16);
      if (values_.empty()) throw core::Error("The surprisal of token " + std::to_string(token) + " is missing.",
                                             "The workspace is damaged: read the corpus again.");
    }
    return values_[std::size_t(token - first_)];
  }

 private:
  const workspace::Workspace& workspace_;
  std::int64_t run_, first_ = 0;
  std::vector<float> values_;
};

struct Candidate {
  double rank = 0;  // greater is wanted more
  std::int64_t first = 0, count = 0, document = 0;
};

bool better(const Candidate& a, const Candidate& b) { return a.rank != b.rank ? a.rank > b.rank : a.first < b.first; }

// The best so many candidates of all that pass by.
class Best {
 public:
  explicit Best(std::size_t most) : most_(most) {}

  void offer(const Candidate& candidate) {
    if (most_ == 0) return;
    if (heap_.size() == most_) {
      if (!better(candidate, heap_.top())) return;
      heap_.pop();
    }
    heap_.push(candidate);
  }

  std::vector<Candidate> sorted() {
    std::vector<Candidate> all;
    for (; !heap_.empty(); heap_.pop()) all.push_back(heap_.top());
    std::reverse(all.begin(), all.end());
    return all;
  }

 private:
  struct WorstOnTop {
    bool operator()(const Candidate& a, const Candidate& b) const { return better(a, b); }
  };
  std::size_t most_;
  std::priority_queue<Candidate, std::vector<Candidate>, WorstOnTop> heap_;
};

bool overlap(const Candidate& a, const Candidate& b) {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

std::int64_t step_of(int window) { return std::max(1, window / 4); }

// Windows begin at every quarter. A document shorter than a window is one passage, if at least half as long.
void offer_windows(const workspace::Document& document, std::int64_t read, int window, double sign,
                   SurprisalReader& surprisal, Best& best) {
  const std::int64_t tokens = std::min(document.tokens, read - document.first_token);
  const std::int64_t length = std::min<std::int64_t>(window, tokens), step = step_of(window);
  if (length < std::max(1, window / 2)) return;
  std::vector<float> values(static_cast<std::size_t>(length));  // of the window, as a ring
  double sum = 0;
  for (std::int64_t i = 0; i < tokens; ++i) {
    float& value = values[std::size_t(i % length)];
    sum -= value;
    value = surprisal.at(document.first_token + i);
    sum += value;
    const std::int64_t first = i + 1 - length;
    if (first >= 0 && first % step == 0)
      best.offer({sign * sum / double(length), document.first_token + first, length, document.id});
  }
}

Passage passage_of(const Candidate& candidate, double sign, Passages& passages) {
  Passage passage{candidate.first, candidate.count, sign * candidate.rank, passages.place(candidate.first), {}};
  const TokenizedText& document = passages.document(candidate.document);
  const auto index = std::size_t(candidate.first - document.document.first_token);
  auto begin = std::size_t(document.starts[index]);
  auto end = std::size_t(document.starts[index + std::size_t(candidate.count)]);
  // Tokens may be single bytes; characters stay whole.
  const auto inside_character = [&](std::size_t at) { return at < document.text.size() && (document.text[at] & 0xC0) == 0x80; };
  while (begin > 0 && inside_character(begin)) --begin;
  while (inside_character(end)) ++end;
  passage.text = document.text.substr(begin, end - begin);
  return passage;
}

}  // namespace

std::vector<Passage> surprising_passages(const workspace::Workspace& workspace, std::int64_t run, bool most, int count,
                                         int window) {
  const auto found = workspace.run(run);
  if (!found) throw core::Error("Run " + std::to_string(run) + " is not in " + workspace.file().string() + ".",
                                "Choose one that \"corpuscope info\" lists.");
  const double sign = most ? 1 : -1;
  SurprisalReader surprisal(workspace, run);
  // A chosen window rules out those that start less than a window before or behind it, so the best that do not
  // overlap are among so many candidates.
  window = std::max(window, 1);
  const std::int64_t ruled_out = 2 * (window / step_of(window) + 1);
  Best best(std::size_t(std::max(count, 0) * ruled_out));
  for (const auto& document : workspace.documents()) {
    if (document.first_token < 0 || document.first_token >= found->done) continue;
    offer_windows(document, found->done, window, sign, surprisal, best);
  }

  Passages passages(workspace);
  std::vector<Candidate> chosen;
  std::vector<Passage> result;
  for (const auto& candidate : best.sorted()) {
    if (std::int64_t(chosen.size()) == count) break;
    if (std::any_of(chosen.begin(), chosen.end(), [&](const auto& other) { return overlap(candidate, other); })) continue;
    chosen.push_back(candidate);
    result.push_back(passage_of(candidate, sign, passages));
  }
  return result;
}

}  // namespace corpuscope::explore
