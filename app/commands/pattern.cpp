#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "app/commands.h"
#include "app/pattern_options.h"
#include "app/terminal.h"
#include "explore/path_json.h"
#include "pattern/blind.h"
#include "pattern/reach.h"
#include "pattern/survey.h"

namespace corpuscope::app {
namespace {

constexpr std::int64_t nearby = 16;  // tokens right before a token

struct Options : Common {
  PatternOptions pattern;
  int sources = 20, head_dim = 64;
  unsigned seed = 1;
};

// What is told of tokens of one kind.
struct Sources {
  pattern::Survey survey;
  double nearby_unreachable = 0;
};

struct Figures {
  pattern::Pattern pattern;
  pattern::Cost cost;
  std::vector<std::pair<std::int64_t, std::int64_t>> blind;  // tokens before and behind a border of each level
  int bound = 0;
  double estimate = 0;
  Sources random, behind_borders;
};

Sources measure(const Options& options, const pattern::Pattern& pattern, const std::vector<std::int64_t>& tokens,
                core::Job& job) {
  const auto& o = options.pattern;
  return {pattern::survey(pattern, o.heads, o.length, tokens, &job),
          pattern::unreachable_nearby(pattern, o.heads, o.length, tokens, nearby, &job)};
}

// Around the first border of each level: with an odd number, so that it is none of the next level too.
std::vector<std::pair<std::int64_t, std::int64_t>> blind_around_borders(const pattern::Pattern& pattern,
                                                                        const PatternOptions& options) {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (const auto& level : pattern.levels) {
    if (level.segment >= options.length) {
      all.emplace_back(0, 0);
      continue;
    }
    const auto [first, second] = pattern::blind_around(pattern, options.heads, options.length, level.segment);
    all.emplace_back(level.segment - first, second - level.segment);
  }
  return all;
}

Figures figures(const Options& options, core::Job& job) {
  const auto& o = options.pattern;
  Figures figures;
  figures.pattern = pattern_of(o);
  figures.cost = pattern::cost(figures.pattern, o.heads, o.length);
  figures.blind = blind_around_borders(figures.pattern, o);
  figures.bound = pattern::hop_bound(figures.pattern, o.heads, o.length, &job);
  figures.estimate = pattern::estimated_hops(figures.pattern, o.length);
  const auto random = pattern::random_tokens(o.length, options.sources, options.seed);
  const auto borders = pattern::tokens_behind_borders(figures.pattern, o.length, options.sources, options.seed);
  job.begin("searching paths", "tokens", std::int64_t(random.size() + borders.size()));
  figures.random = measure(options, figures.pattern, random, job);
  figures.behind_borders = measure(options, figures.pattern, borders, job);
  return figures;
}

nlohmann::ordered_json sources_json(const Sources& sources) {
  const auto& survey = sources.survey;
  nlohmann::ordered_json json = {{"sources", survey.sources},
                                 {"method", survey.counted ? "all tokens counted" : "tokens drawn"},
                                 {"tokens_drawn_a_source", survey.drawn},
                                 {"unreachable", survey.unreachable},
                                 {"unreachable_error", survey.unreachable_error},
                                 {"mean_hops", survey.mean_hops},
                                 {"mean_hops_error", survey.mean_hops_error},
                                 {"most_hops", survey.most_hops},
                                 {"reached_within", survey.within}};
  json[fmt::format("unreachable_of_last_{}", nearby)] = sources.nearby_unreachable;
  return json;
}

void show_json(const Options& options, const Figures& f) {
  const auto& o = options.pattern;
  auto json = explore::pattern_json(f.pattern, o.heads, o.length);
  for (std::size_t k = 0; k < f.blind.size(); ++k) {
    json["levels"][k]["blind_before_border"] = f.blind[k].first;
    json["levels"][k]["blind_behind_border"] = f.blind[k].second;
  }
  json["cost"] = {{"pairs", f.cost.pairs},
                  {"dense_pairs", f.cost.dense_pairs},
                  {"share_of_dense", f.cost.pairs / f.cost.dense_pairs},
                  {"head_dim", options.head_dim},
                  {"flops", f.cost.flops(options.head_dim)},
                  {"dense_flops", f.cost.dense_flops(options.head_dim)}};
  json["coverage"] = f.random.survey.within.size() > 1 ? f.random.survey.within[1] : 0;
  json["proven_hop_bound"] = f.bound > 0 ? nlohmann::ordered_json(f.bound) : nlohmann::ordered_json();
  json["estimated_hops"] = f.estimate;
  json["random_tokens"] = sources_json(f.random);
  json["tokens_behind_borders"] = sources_json(f.behind_borders);
  print_json(json);
}

std::string share_text(double share) { return fmt::format("{:.4g} %", 100 * share); }

void show_sources(const std::string& title, const Sources& sources) {
  const auto& survey = sources.survey;
  if (survey.sources == 0) return;
  print("\n" + title +
        (survey.counted ? fmt::format(": {} drawn, every token they could know of counted", survey.sources)
                        : fmt::format(": {} drawn, and for each {} tokens that it could know of", survey.sources,
                                      survey.drawn)));
  std::string within;
  for (std::size_t h = 1; h < survey.within.size(); ++h)
    within += fmt::format("  {}: {}", h, share_text(survey.within[h]));
  print(fmt::format("  hops         mean {:.3f} ± {:.3f}, most {}", survey.mean_hops, survey.mean_hops_error,
                    survey.most_hops));
  print("  within hops" + within);
  print(fmt::format("  unreachable  {} ± {}; of the last {} tokens {}", share_text(survey.unreachable),
                    share_text(survey.unreachable_error), nearby, share_text(sources.nearby_unreachable)));
}

void show(const Options& options, const Figures& f) {
  const auto& o = options.pattern;
  print("pattern      " + pattern_line(f.pattern, o.heads, o.length));
  for (std::size_t k = 0; k < f.pattern.levels.size(); ++k) {
    const auto [before, behind] = f.blind[k];
    print(fmt::format("  level {:<5} {}{}", k + 1, level_text(f.pattern.levels[k]),
                      before + behind > 0
                          ? fmt::format("; blind at a border: the last {} tokens before it, the first {} behind",
                                        count_text(before), count_text(behind))
                          : ""));
  }
  print(fmt::format("cost         {:.4g} pairs, {} of dense attention's {:.4g}", f.cost.pairs,
                    share_text(f.cost.pairs / f.cost.dense_pairs), f.cost.dense_pairs));
  print(fmt::format("             {:.4g} FLOPs a layer forward at head size {}, dense {:.4g}",
                    f.cost.flops(options.head_dim), options.head_dim, f.cost.dense_flops(options.head_dim)));
  if (f.random.survey.within.size() > 1)
    print(fmt::format("coverage     {} of what a token could see it sees at once",
                      share_text(f.random.survey.within[1])));
  print(fmt::format("hops         {}; the most measured below: {}; the paper estimates {:.1f}",
                    f.bound > 0 ? fmt::format("where there is a path, never more than {} (proven)", f.bound)
                                : std::string("no bound is proven for this kind of pattern"),
                    std::max(f.random.survey.most_hops, f.behind_borders.survey.most_hops), f.estimate));
  show_sources("tokens anywhere", f.random);
  show_sources("tokens right behind a border", f.behind_borders);
}

void tell_of_pattern(const Options& options) {
  Figures result;
  {
    TerminalJob work(options.quiet);
    result = figures(options, work.job());
  }
  if (options.json)
    show_json(options, result);
  else
    show(options, result);
}

}  // namespace

void add_pattern(CLI::App& app) {
  auto* command = app.add_subcommand(
      "pattern", "Tell what an attention pattern costs, and how far tokens can know of each other");
  auto options = std::make_shared<Options>();
  add_pattern_options(*command, options->pattern)->get_option("--length")->required();
  command
      ->add_option("--sources", options->sources, "Draw so many tokens, and as many right behind borders of segments")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Draw others")->capture_default_str();
  command->add_option("--head-dim", options->head_dim, "Numbers a head, for the FLOPs")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->callback([options] { tell_of_pattern(*options); });
}

}  // namespace corpuscope::app
