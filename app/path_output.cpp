#include "app/path_output.h"

#include <fmt/format.h>

#include "pattern/explain.h"

namespace corpuscope::app {
namespace {

constexpr int tokens_around = 6;

nlohmann::ordered_json token_json(std::int64_t token, Question& question) {
  nlohmann::ordered_json json = {{"token", token}};
  if (!question.passages) return json;
  const auto place = question.passages->place(token);
  json["name"] = place.name;
  json["line"] = place.line;
  json["column"] = place.column;
  json["section"] = place.section;
  json["text"] = question.passages->token_text(token);
  json["around"] = question.passages->snippet(token, tokens_around, tokens_around);
  return json;
}

std::string token_line(std::int64_t token, Question& question) {
  const std::string number = count_text(token);
  if (!question.passages) return "token " + number;
  const auto place = question.passages->place(token);
  return fmt::format("token {}  {}:{}:{}{}  {}", number, printable(place.name), place.line, place.column, printable(behind_line(place)),
                     printable(question.passages->snippet(token, tokens_around, tokens_around)));
}

std::string hops_text(std::size_t hops) { return fmt::format("{} hop{}", hops, hops == 1 ? "" : "s"); }

nlohmann::ordered_json hops_json(const pattern::Path& path, Question& question) {
  auto hops = nlohmann::ordered_json::array();
  for (const auto& hop : path) {
    const auto& level = question.pattern.levels[std::size_t(hop.level)];
    hops.push_back({{"from", token_json(hop.from, question)},
                    {"to", token_json(hop.to, question)},
                    {"level", hop.level},
                    {"segment", level.segment},
                    {"dilation", level.dilation},
                    {"head", hop.head}});
  }
  return hops;
}

nlohmann::ordered_json why_json(const pattern::BlindSpot& spot, const Question& question) {
  nlohmann::ordered_json json = {{"kind", pattern::name(spot.kind)},
                                 {"text", pattern::explain(spot, question.pattern, count_text)}};
  if (spot.kind == pattern::BlindSpot::Kind::earlier) return json;
  json["border"] = spot.border;
  json["level"] = spot.level;
  json["segment"] = {spot.begin, spot.end};
  json["blind"] = {spot.blind_begin, spot.blind_end};
  return json;
}

nlohmann::ordered_json step_json(const workspace::PathStep& step, Question& question) {
  nlohmann::ordered_json json = {{"layer", step.layer}, {"from", token_json(step.from, question)}};
  if (step.stays()) {
    json["stays"] = true;
    return json;
  }
  json["to"] = token_json(step.to, question);
  json["level"] = step.level;
  json["head"] = step.head;
  if (step.weight > 0) json["weight"] = step.weight;
  return json;
}

nlohmann::ordered_json found_json(const workspace::FoundPath& path, Question& question) {
  auto steps = nlohmann::ordered_json::array();
  for (const auto& step : path) steps.push_back(step_json(step, question));
  return {{"strength", workspace::strength(path, question.heads)}, {"hops", workspace::hops(path)}, {"steps", steps}};
}

std::string step_line(const workspace::PathStep& step, Question& question) {
  if (step.stays()) return fmt::format("  layer {}  stays", step.layer + 1);
  const auto& level = question.pattern.levels[std::size_t(step.level)];
  return fmt::format("  layer {}  {}  [level {}, {}, head {}{}]", step.layer + 1, token_line(step.to, question),
                     step.level + 1, level_text(level), step.head + 1,
                     step.weight > 0 ? fmt::format(", weight {:.3g}", step.weight) : "");
}

void show_found(const std::vector<workspace::FoundPath>& paths, Question& question) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    print(fmt::format("\npath {}: strength {:.3g}, {}", i + 1, workspace::strength(paths[i], question.heads),
                      hops_text(std::size_t(workspace::hops(paths[i])))));
    print("  from     " + token_line(paths[i].front().from, question));
    for (const auto& step : paths[i]) print(step_line(step, question));
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
  show_found(run.paths, question);
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

void show_json(const explore::PatternAnswer& answer, const RunAnswer& run, Question& question) {
  nlohmann::ordered_json json = {{"pattern", pattern_json(question.pattern, question.heads, question.length)},
                                 {"from", token_json(question.first, question)},
                                 {"from_count", question.count},
                                 {"to", token_json(question.to, question)},
                                 {"reachable", bool(answer.path)}};
  if (answer.path) {
    json["hops"] = answer.path->size();
    json["path"] = hops_json(*answer.path, question);
  } else {
    json["why"] = why_json(*answer.why, question);
    auto& opened = json["opened_by"] = nlohmann::ordered_json::array();
    for (const auto& cure : answer.cures)
      opened.push_back({{"change", pattern::difference(question.pattern, cure.pattern)},
                        {"hops", cure.hops},
                        {"pattern", pattern_json(cure.pattern, question.heads, question.length)}});
  }
  if (run.asked) {
    auto& strongest = json["strongest"] = nlohmann::ordered_json::array();
    for (const auto& path : run.paths) strongest.push_back(found_json(path, question));
    json["exact"] = run.exact;
    json["reread"] = {{"tokens", run.cost.tokens}, {"seconds", run.cost.seconds}, {"memory", run.cost.bytes}};
  }
  print_json(json);
}

void show_saved(const workspace::SavedPaths& paths, Question& question, bool json) {
  if (json) {
    nlohmann::ordered_json out = {{"id", paths.id},       {"name", paths.name},
                                  {"run", paths.run},     {"exact", paths.exact},
                                  {"from", token_json(paths.first, question)}, {"from_count", paths.count},
                                  {"to", token_json(paths.target, question)}};
    if (!paths.structural.empty()) out["structural"] = found_json(paths.structural, question);
    auto& strongest = out["strongest"] = nlohmann::ordered_json::array();
    for (const auto& path : paths.strongest) strongest.push_back(found_json(path, question));
    return print_json(out);
  }
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
