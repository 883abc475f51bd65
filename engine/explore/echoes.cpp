#include "explore/echoes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "explore/alignment.h"
#include "explore/echo_candidates.h"
#include "explore/run_reader.h"
#include "explore/strongest_paths.h"
#include "tokens/tokenizer.h"

namespace corpuscope::explore {
namespace {

constexpr std::int64_t around = 32;  // tokens on each side of a candidate that are aligned too
constexpr std::size_t most_by_text = 64, most_by_attention = 16;

// The tokens that predict the passage's: each one's predecessor.
Stretch queries_of(const Stretch& passage) {
  const std::int64_t first = std::max<std::int64_t>(0, passage.first - 1);
  return {first, std::max<std::int64_t>(passage.end() - 1 - first, 0)};
}

void check_passage(const workspace::Run& run, const Stretch& passage) {
  if (passage.count < 1 || passage.count > longest_echoed)
    throw core::Error(fmt::format("A passage of {} tokens has no echoes to look for.", passage.count),
                      fmt::format("Choose 1 to {} tokens.", longest_echoed));
  if (passage.first < 0 || passage.end() > run.done)
    throw core::Error(fmt::format("Run {} has not read tokens {} to {}.", run.id, passage.first, passage.end() - 1),
                      fmt::format("It has read {} tokens, counted from 0.", run.done));
}

// All weights on what lies before the passage. Heads come from several threads, each into its own list.
class EarlierWeights : public attention::WeightSink, public model::LayerSinks {
 public:
  EarlierWeights(const Stretch& passage, int heads) : passage_(passage), heads_(std::size_t(heads)) {}

  attention::WeightSink* layer(int) override { return this; }

  void tile(const attention::WeightTile& tile) override {
    Looked& looked = heads_[std::size_t(tile.head)];
    for (std::int64_t column = 0; column < tile.keys; ++column) {
      const std::int64_t key = tile.key_first + column * tile.dilation;
      if (key >= passage_.first) break;
      double sum = 0;
      for (std::int64_t row = 0; row < tile.queries; ++row) sum += double(tile.weights[row * tile.stride + column]);
      looked.add(key, sum);
    }
  }

  Looked take() const {
    Looked all;
    for (const Looked& head : heads_) all.add(head);
    return all;
  }

 private:
  const Stretch passage_;
  std::vector<Looked> heads_;
};

class Judge {
 public:
  Judge(const workspace::Workspace& workspace, const Stretch& passage, const Looked& looked, double whole)
      : workspace_(workspace), passage_(passage), looked_(looked), whole_(whole), own_(workspace.tokens(passage.first, passage.count)) {}

  // The candidate as far as its text is that of the passage; as it is where the text is another.
  Echo echo(const Stretch& candidate) const {
    const std::int64_t first = std::max<std::int64_t>(0, candidate.first - around);
    const std::int64_t end = std::min(candidate.end() + around, passage_.first);
    const auto tokens = workspace_.tokens(first, end - first);
    const Alignment found = align(tokens, own_);
    Echo echo;
    echo.source = candidate;
    echo.source.count = std::min(candidate.count, passage_.first - candidate.first);
    echo.passage = passage_;
    if (found.equal >= Echo::least_equal) {
      echo.source = {first + found.first.first, found.first.count};
      echo.passage = {passage_.first + found.second.first, found.second.count};
      echo.equal = found.equal;
    }
    echo.lift = looked_.lift(echo.source);
    echo.share = whole_ > 0 ? looked_.sum(echo.source) / whole_ : 0;
    return echo;
  }

 private:
  const workspace::Workspace& workspace_;
  const Stretch passage_;
  const Looked& looked_;
  const double whole_;
  const std::vector<std::int32_t> own_;
};

int rank(const Echo& echo) { return echo.same_text() && echo.looked_at() ? 0 : echo.same_text() ? 1 : echo.looked_at() ? 2 : 3; }

bool stronger(const Echo& a, const Echo& b) {
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) != 2 && a.equal != b.equal) return a.equal > b.equal;
  return a.share != b.share ? a.share > b.share : a.source.first > b.source.first;
}

// `whole`: the sum of all weights of the passage's queries.
std::vector<Echo> judged(const workspace::Workspace& workspace, const Stretch& passage, const Looked& looked, double whole,
                         int most, core::Job& job) {
  const Judge judge(workspace, passage, looked, whole);
  std::vector<Echo> echoes;
  std::vector<Stretch> candidates = text_candidates(workspace, passage, most_by_text, job);
  const auto peaks = looked.peaks(std::max<std::int64_t>(16, std::min<std::int64_t>(passage.count, 64)), most_by_attention);
  candidates.insert(candidates.end(), peaks.begin(), peaks.end());
  job.begin("comparing", "places", std::int64_t(candidates.size()));
  for (const Stretch& candidate : candidates) {
    job.poll();
    echoes.push_back(judge.echo(candidate));
    job.advance(1);
  }
  std::ranges::stable_sort(echoes, stronger);
  std::vector<Echo> chosen;
  for (Echo& echo : echoes) {
    if (int(chosen.size()) == most || rank(echo) > 2) break;
    if (std::ranges::any_of(chosen, [&](const Echo& other) { return other.source.overlaps(echo.source); })) continue;
    chosen.push_back(std::move(echo));
  }
  Passages passages(workspace);
  const auto tokenizer = tokens::Tokenizer::from_bytes(workspace.tokenizer_model());
  for (Echo& echo : chosen) {
    echo.place = passages.place(echo.source.first);
    echo.text = tokenizer.decode(workspace.tokens(echo.source.first, echo.source.count));
  }
  return chosen;
}

}  // namespace

struct EchoFinder::Impl {
  RunReader reader;
};

EchoFinder::EchoFinder(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model)
    : impl_(new Impl{{workspace, run, model}}) {}
EchoFinder::~EchoFinder() = default;

RereadCost EchoFinder::cost(const Stretch& passage) const {
  const Stretch queries = queries_of(passage);
  return impl_->reader.cost(queries.first, queries.end());
}

std::vector<Echo> EchoFinder::find(const Stretch& passage, int most, core::Job& job) {
  RunReader& reader = impl_->reader;
  check_passage(reader.run(), passage);
  const Stretch queries = queries_of(passage);
  EarlierWeights weights(passage, reader.config().heads);
  job.begin("reading again", "tokens", cost(passage).tokens);
  reader.go_to(queries.first, job);
  if (queries.count > 0) reader.read(queries.count, nullptr, &weights, job);
  const double whole = double(queries.count) * reader.config().heads * reader.config().layers;
  return judged(reader.workspace(), passage, weights.take(), whole, most, job);
}

std::vector<Echo> stored_echoes(const workspace::Workspace& workspace, std::int64_t id, const Stretch& passage, int most, core::Job& job) {
  const workspace::Run run = require_run(workspace, id);
  check_passage(run, passage);
  const Stretch queries = queries_of(passage);
  Looked looked;
  for (std::int64_t query = queries.first; query < queries.end(); ++query) {
    job.poll();
    for (const auto& edge : workspace.edges_into(id, -1, query))
      if (edge.key < passage.first) looked.add(edge.key, double(edge.weight));
  }
  return judged(workspace, passage, looked, double(queries.count) * run.heads * run.layers, most, job);
}

}  // namespace corpuscope::explore
