#include "pattern/survey.h"

#include <cmath>
#include <random>

#include "core/parallel.h"
#include "pattern/density.h"
#include "pattern/paths.h"
#include "pattern/reach.h"

namespace corpuscope::pattern {

namespace {

constexpr std::int64_t most_counted_cells = std::int64_t(1) << 24, tokens_drawn = 64;

// Evenly from [low, high]; the same on every platform.
std::int64_t draw(std::mt19937_64& random, std::int64_t low, std::int64_t high) {
  return low + std::int64_t(random() % std::uint64_t(high - low + 1));
}

// What one source can know of, estimated from some tokens.
Reach drawn_reach(const Pattern& pattern, int heads, std::int64_t length, std::int64_t source, core::Job* job) {
  std::mt19937_64 random{std::uint64_t(source)};
  Reach reach{pattern.causal ? source : length - 1, {0}};
  if (reach.others == 0) return reach;
  std::vector<std::int64_t> found{0};  // by hops
  for (int i = 0; i < tokens_drawn; ++i) {
    std::int64_t token = draw(random, 0, reach.others - 1);
    if (token >= source) ++token;
    const auto path = shortest_path(pattern, heads, length, token, source, job);
    if (!path) continue;
    if (path->size() >= found.size()) found.resize(path->size() + 1, 0);
    ++found[path->size()];
  }
  std::int64_t sum = 0;
  for (std::size_t h = 1; h < found.size(); ++h) {
    sum += found[h];
    reach.within.push_back(std::llround(double(sum) / double(tokens_drawn) * double(reach.others)));
  }
  return reach;
}

// Standard error of sum(value) / sum(weight) over independent pairs.
double ratio_error(const std::vector<std::pair<double, double>>& pairs) {
  double values = 0, weights = 0, squares = 0;
  for (const auto& [value, weight] : pairs) values += value, weights += weight;
  if (pairs.size() < 2 || weights <= 0) return 0;
  for (const auto& [value, weight] : pairs) squares += std::pow(value - values / weights * weight, 2);
  const double n = double(pairs.size());
  return std::sqrt(squares * n / (n - 1)) / weights;
}

Survey summary(const std::vector<Reach>& reaches) {
  Survey survey;
  survey.sources = std::int64_t(reaches.size());
  double others = 0, reached = 0, hops = 0;
  std::vector<std::pair<double, double>> unreachable, mean;
  for (const Reach& reach : reaches) {
    survey.most_hops = std::max(survey.most_hops, reach.most_hops());
    const double all = double(reach.others), known = double(reach.within.back());
    others += all, reached += known, hops += known * reach.mean_hops();
    unreachable.emplace_back(all - known, all);
    mean.emplace_back(known * reach.mean_hops(), known);
  }
  survey.within.assign(std::size_t(survey.most_hops) + 1, 0);
  for (std::size_t h = 0; h < survey.within.size() && others > 0; ++h)
    for (const Reach& reach : reaches)
      survey.within[h] += double(reach.within[std::min(h, reach.within.size() - 1)]) / others;
  survey.unreachable = others > 0 ? (others - reached) / others : 0;
  survey.unreachable_error = ratio_error(unreachable);
  survey.mean_hops = reached > 0 ? hops / reached : 0;
  survey.mean_hops_error = ratio_error(mean);
  return survey;
}

}  // namespace

Survey survey(const Pattern& pattern, int heads, std::int64_t length, const std::vector<std::int64_t>& sources,
              core::Job* job) {
  const bool counted = cell_count(pattern, heads, length) <= most_counted_cells;
  std::vector<Reach> reaches(sources.size());
  core::parallel_for(std::int64_t(sources.size()), [&](std::int64_t i) {
    const std::int64_t source = sources[std::size_t(i)];
    reaches[std::size_t(i)] = counted ? reach(pattern, heads, length, source, Side::past, job)
                                      : drawn_reach(pattern, heads, length, source, job);
    if (job) job->advance(1);
  });
  Survey survey = summary(reaches);
  survey.counted = counted;
  survey.drawn = counted ? 0 : tokens_drawn;
  return survey;
}

std::vector<std::int64_t> random_tokens(std::int64_t length, int count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> tokens;
  for (int i = 0; i < count && length > 1; ++i) tokens.push_back(draw(random, 1, length - 1));
  return tokens;
}

std::vector<std::int64_t> tokens_behind_borders(const Pattern& pattern, std::int64_t length, int count,
                                                unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<int> levels;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    if (pattern.levels[std::size_t(level)].segment < length) levels.push_back(level);
  std::vector<std::int64_t> tokens;
  for (int i = 0; i < count && !levels.empty(); ++i) {
    const auto level = levels[std::size_t(draw(random, 0, std::int64_t(levels.size()) - 1))];
    const std::int64_t w = pattern.levels[std::size_t(level)].segment;
    const std::int64_t moved = draw(random, 0, 1) * shift(pattern, level, 1);
    const std::int64_t border = draw(random, 1, (length - 1) / w) * w - moved;
    tokens.push_back(std::min(border + draw(random, 0, 15), length - 1));
  }
  return tokens;
}

double unreachable_nearby(const Pattern& pattern, int heads, std::int64_t length,
                          const std::vector<std::int64_t>& sources, std::int64_t window, core::Job* job) {
  double blind = 0, all = 0;
  for (const std::int64_t source : sources) {
    for (const auto& [begin, end] : unreached(pattern, heads, length, source, window, job))
      blind += double(end - begin);
    all += double(std::min(window, source));
  }
  return all > 0 ? blind / all : 0;
}

Cost cost(const Pattern& pattern, int heads, std::int64_t length) {
  check(pattern, heads);
  Cost cost;
  for (int head = 0; head < heads; ++head)
    for (int level = 0; level < int(pattern.levels.size()); ++level)
      cost.pairs += double(pairs_in(pattern, level, head, heads, length, {0, length, 0, length}));
  const double n = double(length);
  cost.dense_pairs = heads * (pattern.causal ? n * (n + 1) / 2 : n * n);
  return cost;
}

}  // namespace corpuscope::pattern
