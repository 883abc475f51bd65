#include "app/path_output.h"

#include <fmt/format.h>

#include "app/link_output.h"
#include "explore/path_json.h"
#include "pattern/explain.h"

namespace corpuscope::app {
namespace {

constexpr int tokens_around = 6;

std::string token_line(std::int64_t token, Question& question) {
  const std::string number = count_text(token);
  if (!question.passages) return "token " + number;
  const auto place = question.passages->place(token);
  return fmt::format("token {}  {}:{}:{}{}  {}", number, printable(place.name), place.line, place.column, printable(behind_line(place)),
                     printable(question.passages->snippet(token, tokens_around, tokens_around)));
}

std::string hops_text(std::size_t hops) { return counted(std::int64_t(hops), "hop"); }

std::string step_line(const workspace::PathStep& step, Question& question) {
  if (step.stays()) return fmt::format("  layer {}  stays", step.layer + 1);
  const auto& level = question.pattern.levels[std::size_t(step.level)];
  return fmt::format("  layer {}  {}  [level {}, {}, head {}{}]", step.layer + 1, token_line(step.to, question),
                     step.level + 1, level_text(level), step.head + 1,
                     step.weight > 0 ? fmt::format(", weight {:.3g}", step.weight) : "");
}

void show_found(const std::vector<workspace::FoundPath>& paths, Question& question,
                const std::vector<std::vector<workspace::LinkCheck>>& checks = {}) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    print(fmt::format("\npath {}: strength {:.3g}, {}", i + 1, workspace::strength(paths[i], question.heads),
                      hops_text(std::size_t(workspace::hops(paths[i])))));
    print("  from     " + token_line(paths[i].front().from, question));
    std::size_t hop = 0;
    for (const auto& step : paths[i]) {
      const bool checked = !step.stays() && i < checks.size() && hop < checks[i].size();
      print(step_line(step, question) + (checked ? "  " + link_text(checks[i][hop++]) : ""));
    }
  }
}

std::string passage_line(Question& question) {
  const std::string more =
      question.count > 1 ? fmt::format("  and {} more", count_text(question.count - 1)) : std::string();
  return token_line(question.first, question) + more;
}

void show_run(const RunAnswer& run, Question& question) {
  if (run.paths.empty())
    print(run.exact ? "\nNothing of it arrives: this model has too few layers for the hops, or there is no path."
                    : "\nThe edges that are stored with the run do not lead there; others may.");
  else
    print(run.exact ? "\nThe strongest paths through the model's layers:"
                    : "\nThe strongest paths among the edges that are stored with the run:");
  show_found(run.paths, question, run.hops);
  if (run.whole) print("\nall of the passage: " + link_text(*run.whole));
  if (!run.exact)
    print(fmt::format("\nTo ask all weights: --reread. That reads {} tokens again, which took {} when they were read.",
                      count_text(run.cost.tokens), seconds_text(run.cost.seconds)));
}

}  // namespace

void show(const explore::PatternAnswer& answer, const RunAnswer& run, Question& question) {
  print("pattern  " + pattern_line(question.pattern, question.heads, question.length));
  print("from     " + passage_line(question));
  if (answer.path) {
    for (const auto& hop : *answer.path)
      print(fmt::format("  hop    {}  [level {}, {}, head {}]", token_line(hop.to, question), hop.level + 1,
                        level_text(question.pattern.levels[std::size_t(hop.level)]), hop.head + 1));
    print(hops_text(answer.path->size()) + ", one a layer");
    if (question.layers > 0 && int(answer.path->size()) > question.layers)
      print(fmt::format("The model has only {} layers: it cannot have known of it this way.", question.layers));
  } else {
    print("to       " + token_line(question.to, question));
    print("No number of layers leads there. " + pattern::explain(*answer.why, question.pattern, count_text));
    for (const auto& cure : answer.cures)
      print("Opened by " + pattern::difference(question.pattern, cure.pattern) + ": " +
            hops_text(std::size_t(cure.hops)) + ".");
  }
  if (run.asked) show_run(run, question);
}

void show_json(const explore::PatternAnswer& found, const RunAnswer& run, Question& question) {
  explore::PathsAnswer answer;
  answer.pattern = question.pattern;
  answer.heads = question.heads;
  answer.length = question.length;
  answer.first = question.first;
  answer.count = question.count;
  answer.target = question.to;
  if (found.path) answer.structural = explore::steps_of(*found.path);
  answer.why = found.why;
  if (found.why) answer.why_text = pattern::explain(*found.why, question.pattern, count_text);
  answer.cures = found.cures;
  answer.asked_run = run.asked;
  answer.strongest = run.paths;
  answer.exact = run.exact;
  answer.cost = run.cost;
  answer.whole = run.whole;
  answer.hop_checks = run.hops;
  print_json(explore::paths_json(answer, question.passages.get()));
}

void show_saved(const workspace::SavedPaths& paths, Question& question, bool json) {
  if (json) return print_json(explore::paths_json(paths, question.heads, question.passages.get()));
  print(fmt::format("\"{}\" (number {}), run {}", printable(paths.name), paths.id, paths.run));
  print("from     " + passage_line(question));
  print("to       " + token_line(paths.target, question));
  if (!paths.structural.empty()) {
    print("\nby the pattern: " + hops_text(paths.structural.size()));
    for (const auto& step : paths.structural) print(step_line(step, question));
  }
  if (!paths.strongest.empty())
    print(paths.exact ? "\nthe strongest paths:" : "\nthe strongest paths among the stored edges:");
  show_found(paths.strongest, question);
}

}  // namespace corpuscope::app
