#include "app/path_question.h"

#include <CLI/CLI.hpp>

#include "app/token_option.h"
#include "core/error.h"
#include "explore/place_text.h"
#include "model/config.h"

namespace corpuscope::app {
namespace {

explore::PlaceText place_text(const std::string& text, const Question& question) {
  const auto place = explore::parse_place(text);
  if (!place) throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  if (!place->name.empty() && !question.workspace)
    throw CLI::ValidationError("\"" + text + "\" names a document: give its workspace, -w");
  return *place;
}

std::int64_t token_of(const explore::PlaceText& place, Question& question) {
  return place.name.empty() ? place.number : explore::token_of(place, *question.workspace, *question.passages);
}

void set_pattern(const PathOptions& options, Question& question) {
  const bool given = options.pattern_given->count_all() > 0;
  if (question.workspace && !given) {
    question.run = run_to_look_at(*question.workspace, options.run);
    const auto config = model::parse_config(question.run->config);
    question.pattern = config.attention;
    question.heads = config.heads;
    question.layers = config.layers;
  } else {
    PatternOptions pattern = options.pattern;
    pattern.length = question.length;
    question.pattern = pattern_of(pattern);
    question.heads = pattern.heads;
  }
}

}  // namespace

explore::PathQuestion Question::strongest(const PathOptions& options) const {
  if (!run) throw CLI::ValidationError("--strongest and --rollout are about a run: give a workspace, and no pattern");
  return {run->id, first, count, to, std::max(options.strongest, 1), options.model};
}

Question path_question(const PathOptions& options) {
  Question question;
  if (options.workspace.empty()) {
    if (options.pattern.length < 1) throw CLI::RequiredError("--length or --workspace");
    question.length = options.pattern.length;
  } else {
    if (options.pattern.length > 0) throw CLI::ExcludesError("--length", "--workspace");
    question.workspace.emplace(workspace::Workspace::open(workspace_file(options.workspace)));
    question.passages = std::make_unique<explore::Passages>(*question.workspace);
    question.length = question.workspace->summary().tokens;
  }
  set_pattern(options, question);
  if (!options.from.empty()) {
    const explore::PlaceText from = place_text(options.from, question);
    question.first = token_of(from, question);
    question.count = from.count;
  }
  if (!options.to.empty()) question.to = token_of(place_text(options.to, question), question);
  return question;
}

}  // namespace corpuscope::app
