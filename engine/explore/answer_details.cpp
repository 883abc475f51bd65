#include "explore/answer_details.h"

#include <nlohmann/json.hpp>

namespace corpuscope::explore {

using Json = nlohmann::ordered_json;

std::string answer_details(const Answer& answer, const AskSettings& settings) {
  auto sources = Json::array();
  for (const AskSource& source : answer.sources) {
    sources.push_back({{"name", source.place.name},
                       {"line", source.place.line},
                       {"section", source.place.section},
                       {"first_token", source.first},
                       {"tokens", source.count},
                       {"share", source.share},
                       {"text", source.text}});
    if (source.check)
      sources.back()["check"] = {{"bits", source.check->bits},
                                 {"bits_without", source.check->bits_without},
                                 {"confirmed", source.check->confirmed()}};
  }
  const Sampling& sampling = settings.sampling;
  const Json details = {
      {"prompt_tokens", answer.prompt_tokens},
      {"answer_tokens", answer.tokens.size()},
      {"ended", answer.ended},
      {"seconds", {{"found", answer.seconds_found}, {"ready", answer.seconds_ready}, {"all", answer.seconds}}},
      {"sampling",
       {{"temperature", sampling.temperature},
        {"top_k", sampling.top_k},
        {"top_p", sampling.top_p},
        {"seed", sampling.seed}}},
      {"sources", sources}};
  // A passage may be cut inside of a character.
  return details.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<AskSource> sources_of(const std::string& details) try {
  std::vector<AskSource> sources;
  const Json parsed = Json::parse(details);
  for (const auto& one : parsed.at("sources")) {
    AskSource source;
    source.place.name = one.at("name");
    source.place.line = one.at("line");
    source.place.section = one.value("section", "");  // answers from before there were such
    source.first = one.at("first_token");
    source.count = one.at("tokens");
    source.share = one.at("share");
    source.text = one.at("text");
    if (one.contains("check")) source.check = {one["check"].at("bits"), one["check"].at("bits_without")};
    sources.push_back(std::move(source));
  }
  return sources;
} catch (const nlohmann::json::exception&) {
  return {};
}

}  // namespace corpuscope::explore
