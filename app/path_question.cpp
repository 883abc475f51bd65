#include "app/path_question.h"

#include <fmt/format.h>

#include <charconv>

#include "core/error.h"
#include "model/config.h"

namespace corpuscope::app {
namespace {

bool read_number(std::string_view text, std::int64_t& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return !text.empty() && read.ec == std::errc() && read.ptr == end;
}

// The first token of a line.
std::int64_t token_of_line(const std::string& name, std::int64_t line, Question& question) {
  const auto document = question.workspace->find_document(name);
  if (!document)
    throw core::Error("There is no document " + name + " in " + question.workspace->file().string() + ".",
                      "\"corpuscope info --documents\" lists them.");
  if (document->first_token < 0)
    throw core::Error(name + " has no tokens yet.", "Open its folder again: corpuscope open.");
  const std::string& content = question.passages->document(document->id).text;
  std::size_t offset = 0;
  for (std::int64_t i = 1; i < line; ++i) {
    offset = content.find('\n', offset);
    if (offset == std::string::npos)
      throw core::Error(fmt::format("{} has no line {}.", name, line), fmt::format("It has {}.", document->lines));
    ++offset;
  }
  return question.passages->token_at(document->id, std::int64_t(offset));
}

// A token by its number, or the first of a line by NAME:LINE.
std::int64_t token_of(const std::string& text, Question& question) {
  std::int64_t number = 0;
  if (read_number(text, number)) return number;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || !read_number(std::string_view(text).substr(colon + 1), number) || number < 1)
    throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  if (!question.workspace) throw CLI::ValidationError("\"" + text + "\" names a document: give its workspace, -w");
  return token_of_line(text.substr(0, colon), number, question);
}

// The same with +COUNT behind it: so many tokens.
std::pair<std::int64_t, std::int64_t> passage_of(const std::string& text, Question& question) {
  const auto plus = text.rfind('+');
  std::int64_t count = 1;
  const bool many = plus != std::string::npos && read_number(std::string_view(text).substr(plus + 1), count);
  if (count < 1) throw CLI::ValidationError("\"" + text + "\" is a passage of no tokens");
  return {token_of(many ? text.substr(0, plus) : text, question), count};
}

void set_pattern(const PathOptions& options, Question& question) {
  const bool given = options.pattern_given->count_all() > 0;
  if (question.workspace && !given) {
    question.run = run_of(*question.workspace, options.run);
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

workspace::Run run_of(const workspace::Workspace& workspace, std::int64_t id) {
  if (id > 0) return explore::require_run(workspace, id);
  const auto runs = workspace.runs();
  if (runs.empty())
    throw core::Error(workspace.file().string() + " was not read by a model yet, whose pattern could be searched.",
                      "Read it (corpuscope read), or give a pattern (--segment, --levels).");
  return runs.front();
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
  if (!options.from.empty()) std::tie(question.first, question.count) = passage_of(options.from, question);
  if (!options.to.empty()) question.to = token_of(options.to, question);
  return question;
}

}  // namespace corpuscope::app
