#include "explore/path_json.h"

#include <nlohmann/json.hpp>

#include "pattern/explain.h"

namespace corpuscope::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr int tokens_around = 6;

Json token_json(std::int64_t token, Passages* passages) {
  Json json = {{"token", token}};
  if (!passages) return json;
  const Place place = passages->place(token);
  json["name"] = place.name;
  json["line"] = place.line;
  json["column"] = place.column;
  json["section"] = place.section;
  json["text"] = passages->token_text(token);
  json["around"] = passages->snippet(token, tokens_around, tokens_around);
  return json;
}

Json hops_json(const PathsAnswer& answer, Passages* passages) {
  Json hops = Json::array();
  for (const auto& hop : answer.structural) {
    const auto& level = answer.pattern.levels[std::size_t(hop.level)];
    hops.push_back({{"from", token_json(hop.from, passages)},
                    {"to", token_json(hop.to, passages)},
                    {"level", hop.level},
                    {"segment", level.segment},
                    {"dilation", level.dilation},
                    {"head", hop.head}});
  }
  return hops;
}

Json why_json(const pattern::BlindSpot& spot, const std::string& text) {
  Json json = {{"kind", pattern::name(spot.kind)}, {"text", text}};
  if (spot.kind == pattern::BlindSpot::Kind::earlier) return json;
  json["border"] = spot.border;
  json["level"] = spot.level;
  json["segment"] = {spot.begin, spot.end};
  json["blind"] = {spot.blind_begin, spot.blind_end};
  return json;
}

Json step_json(const workspace::PathStep& step, Passages* passages) {
  Json json = {{"layer", step.layer}, {"from", token_json(step.from, passages)}};
  if (step.stays()) {
    json["stays"] = true;
    return json;
  }
  json["to"] = token_json(step.to, passages);
  json["level"] = step.level;
  json["head"] = step.head;
  if (step.weight > 0) json["weight"] = step.weight;
  return json;
}

// `checks`: of its hops, or none.
Json found_json(const workspace::FoundPath& path, int heads, Passages* passages,
                const std::vector<workspace::LinkCheck>& checks = {}) {
  Json steps = Json::array();
  std::size_t hop = 0;
  for (const auto& step : path) {
    steps.push_back(step_json(step, passages));
    if (!step.stays() && hop < checks.size()) steps.back()["check"] = link_json(checks[hop++]);
  }
  return {{"strength", workspace::strength(path, heads)}, {"hops", workspace::hops(path)}, {"steps", steps}};
}

Json found_json(const std::vector<workspace::FoundPath>& paths, int heads, Passages* passages,
                const std::vector<std::vector<workspace::LinkCheck>>& checks = {}) {
  Json all = Json::array();
  for (std::size_t i = 0; i < paths.size(); ++i)
    all.push_back(found_json(paths[i], heads, passages, i < checks.size() ? checks[i] : std::vector<workspace::LinkCheck>()));
  return all;
}

}  // namespace

Json link_json(const workspace::LinkCheck& check) {
  return {{"bits", check.bits}, {"bits_without", check.bits_without}, {"spread", check.spread}, {"confirmed", check.confirmed()}};
}

Json pattern_json(const pattern::Pattern& pattern, int heads, std::int64_t length) {
  Json levels = Json::array();
  for (const auto& level : pattern.levels) levels.push_back({{"segment", level.segment}, {"dilation", level.dilation}});
  return {{"length", length},
          {"heads", heads},
          {"levels", levels},
          {"rule", pattern::name(pattern.rule)},
          {"staggered", pattern.staggered},
          {"causal", pattern.causal}};
}

Json paths_json(const PathsAnswer& answer, Passages* passages) {
  Json json = {{"pattern", pattern_json(answer.pattern, answer.heads, answer.length)},
               {"from", token_json(answer.first, passages)},
               {"from_count", answer.count},
               {"to", token_json(answer.target, passages)},
               {"reachable", !answer.why}};
  if (!answer.why) {
    json["hops"] = answer.structural.size();
    json["path"] = hops_json(answer, passages);
  } else {
    json["why"] = why_json(*answer.why, answer.why_text);
    auto& opened = json["opened_by"] = Json::array();
    for (const auto& cure : answer.cures)
      opened.push_back({{"change", pattern::difference(answer.pattern, cure.pattern)},
                        {"hops", cure.hops},
                        {"pattern", pattern_json(cure.pattern, answer.heads, answer.length)}});
  }
  if (answer.asked_run) {
    json["strongest"] = found_json(answer.strongest, answer.heads, passages, answer.hop_checks);
    if (answer.whole) json["check"] = link_json(*answer.whole);
    json["exact"] = answer.exact;
    json["reread"] = {{"tokens", answer.cost.tokens}, {"seconds", answer.cost.seconds}, {"memory", answer.cost.bytes}};
  }
  return json;
}

Json paths_json(const workspace::SavedPaths& paths, int heads, Passages* passages) {
  Json json = {{"id", paths.id},       {"name", paths.name},
               {"run", paths.run},     {"exact", paths.exact},
               {"from", token_json(paths.first, passages)}, {"from_count", paths.count},
               {"to", token_json(paths.target, passages)}};
  if (!paths.structural.empty()) json["structural"] = found_json(paths.structural, heads, passages);
  json["strongest"] = found_json(paths.strongest, heads, passages);
  return json;
}

// Tokens may end in the middle of a character.
std::string paths_json_text(const PathsAnswer& answer, Passages* passages) {
  return paths_json(answer, passages).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace corpuscope::explore
