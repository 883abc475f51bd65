#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "app/commands.h"
#include "app/pattern_options.h"
#include "app/terminal.h"
#include "core/error.h"
#include "explore/passages.h"
#include "model/config.h"
#include "pattern/blind.h"
#include "pattern/paths.h"

namespace corpuscope::app {
namespace {

constexpr int tokens_around = 6;

struct Options : Common {
  PatternOptions pattern;
  CLI::Option_group* pattern_given = nullptr;
  std::string from, to;
  std::int64_t run = 0;
};

// The two tokens, the pattern, and the texts where there is a workspace.
struct Question {
  pattern::Pattern pattern;
  int heads = 1;
  std::int64_t length = 0, from = 0, to = 0;
  std::optional<workspace::Workspace> workspace;
  std::unique_ptr<explore::Passages> passages;
};

workspace::Run run_of(const workspace::Workspace& workspace, std::int64_t id) {
  if (id > 0) {
    const auto run = workspace.run(id);
    if (run) return *run;
    throw core::Error(fmt::format("There is no run {} in {}.", id, workspace.file().string()),
                      "\"corpuscope info\" lists the runs.");
  }
  const auto runs = workspace.runs();
  if (runs.empty())
    throw core::Error(workspace.file().string() + " was not read by a model yet, whose pattern could be searched.",
                      "Read it (corpuscope read), or give a pattern (--segment, --levels).");
  return runs.front();
}

// A token by its number, or the first of a line by NAME:LINE.
std::int64_t token_of(const std::string& text, Question& question) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, number); read.ec == std::errc() && read.ptr == end)
    return number;
  const auto colon = text.rfind(':');
  std::int64_t line = 0;
  if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, line).ptr != end || line < 1)
    throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  if (!question.workspace) throw CLI::ValidationError("\"" + text + "\" names a document: give its workspace, -w");
  const std::string name = text.substr(0, colon);
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

Question question_of(const Options& options) {
  Question question;
  const bool given = options.pattern_given->count_all() > 0;
  if (options.workspace.empty()) {
    if (options.pattern.length < 1) throw CLI::RequiredError("--length or --workspace");
    question.length = options.pattern.length;
  } else {
    if (options.pattern.length > 0) throw CLI::ExcludesError("--length", "--workspace");
    question.workspace.emplace(workspace::Workspace::open(workspace_file(options.workspace)));
    question.passages = std::make_unique<explore::Passages>(*question.workspace);
    question.length = question.workspace->summary().tokens;
  }
  if (question.workspace && !given) {
    const auto config = model::parse_config(run_of(*question.workspace, options.run).config);
    question.pattern = config.attention;
    question.heads = config.heads;
  } else {
    PatternOptions pattern = options.pattern;
    pattern.length = question.length;
    question.pattern = pattern_of(pattern);
    question.heads = pattern.heads;
  }
  question.from = token_of(options.from, question);
  question.to = token_of(options.to, question);
  return question;
}

nlohmann::ordered_json token_json(std::int64_t token, Question& question) {
  nlohmann::ordered_json json = {{"token", token}};
  if (!question.passages) return json;
  const auto place = question.passages->place(token);
  json["name"] = place.name;
  json["line"] = place.line;
  json["column"] = place.column;
  json["text"] = question.passages->token_text(token);
  json["around"] = question.passages->snippet(token, tokens_around, tokens_around);
  return json;
}

std::string token_line(std::int64_t token, Question& question) {
  const std::string number = count_text(token);
  if (!question.passages) return "token " + number;
  const auto place = question.passages->place(token);
  return fmt::format("token {}  {}:{}:{}  {}", number, printable(place.name), place.line, place.column,
                     printable(question.passages->snippet(token, tokens_around, tokens_around)));
}

const char* kind_name(pattern::BlindSpot::Kind kind) {
  using Kind = pattern::BlindSpot::Kind;
  switch (kind) {
    case Kind::earlier:
      return "earlier";
    case Kind::apart:
      return "apart";
    case Kind::tail:
      return "tail";
    case Kind::head:
      return "head";
    case Kind::sides:
      return "sides";
    case Kind::detour:
      return "detour";
  }
  return "";
}

std::string why_text(const pattern::BlindSpot& spot, const Question& question) {
  using Kind = pattern::BlindSpot::Kind;
  const auto range = [](std::int64_t begin, std::int64_t end) {
    return end - begin == 1 ? "token " + count_text(begin)
                            : fmt::format("tokens {} to {}", count_text(begin), count_text(end - 1));
  };
  if (spot.kind == Kind::earlier)
    return "The pattern is causal: what comes earlier knows nothing of what comes later.";
  const std::string segment =
      fmt::format("level {} ({}) has a segment of {}", spot.level + 1,
                  level_text(question.pattern.levels[std::size_t(spot.level)]), range(spot.begin, spot.end));
  const std::string border = "the border before token " + count_text(spot.border);
  switch (spot.kind) {
    case Kind::apart:
      return fmt::format(
          "Nothing passes {}, where {}: no segment of any level spans it with positions on both sides.", border,
          segment);
    case Kind::tail:
      return fmt::format(
          "Nothing passes {} from here, where {}: its last class positions end too early. Of {} none takes "
          "part, for any head, in a level that goes on behind the border.",
          border, segment, range(spot.blind_begin, spot.blind_end));
    case Kind::head:
      return fmt::format(
          "Nothing gets here past {}, where {}: of {} none takes part, for any head, in a level that "
          "spans the border.",
          border, segment, range(spot.blind_begin, spot.blind_end));
    case Kind::sides:
      return fmt::format(
          "Nothing passes {}, where {}: in each class that spans it the last positions lie before the one "
          "token, or the first ones behind the other.",
          border, segment);
    default:
      return fmt::format(
          "Nothing passes {}, where {}: positions that take part in levels that span it lie between the "
          "tokens on both sides, but no hops lead from the one token through them to the other.",
          border, segment);
  }
}

std::string change_text(const pattern::Pattern& from, const pattern::Pattern& to) {
  std::vector<std::string> changes;
  if (to.rule != from.rule) changes.push_back("the offset rule " + pattern::name(to.rule));
  if (to.staggered != from.staggered) changes.emplace_back("staggered segments");
  if (to.levels.size() > from.levels.size())
    changes.push_back(fmt::format("{} more level{}", to.levels.size() - from.levels.size(),
                                  to.levels.size() - from.levels.size() == 1 ? "" : "s"));
  return fmt::format("{}", fmt::join(changes, " and "));
}

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

// A path, or why there is none and what opens one.
struct Result {
  std::optional<pattern::Path> path;
  std::optional<pattern::BlindSpot> why;
  std::vector<pattern::Cure> cures;
};

Result answer_to(const Question& q, core::Job& job) {
  Result result{pattern::shortest_path(q.pattern, q.heads, q.length, q.from, q.to, &job), {}, {}};
  if (result.path) return result;
  result.why = pattern::why_no_path(q.pattern, q.heads, q.length, q.from, q.to, &job);
  result.cures = pattern::cures(q.pattern, q.heads, q.length, q.from, q.to, &job);
  return result;
}

nlohmann::ordered_json why_json(const pattern::BlindSpot& spot, const Question& question) {
  nlohmann::ordered_json json = {{"kind", kind_name(spot.kind)}, {"text", why_text(spot, question)}};
  if (spot.kind == pattern::BlindSpot::Kind::earlier) return json;
  json["border"] = spot.border;
  json["level"] = spot.level;
  json["segment"] = {spot.begin, spot.end};
  json["blind"] = {spot.blind_begin, spot.blind_end};
  return json;
}

void show_json(const Result& result, Question& question) {
  nlohmann::ordered_json json = {{"pattern", pattern_json(question.pattern, question.heads, question.length)},
                                 {"from", token_json(question.from, question)},
                                 {"to", token_json(question.to, question)},
                                 {"reachable", bool(result.path)}};
  if (result.path) {
    json["hops"] = result.path->size();
    json["path"] = hops_json(*result.path, question);
  } else {
    json["why"] = why_json(*result.why, question);
    auto& opened = json["opened_by"] = nlohmann::ordered_json::array();
    for (const auto& cure : result.cures)
      opened.push_back({{"change", change_text(question.pattern, cure.pattern)},
                        {"hops", cure.hops},
                        {"pattern", pattern_json(cure.pattern, question.heads, question.length)}});
  }
  print_json(json);
}

std::string hops_text(std::size_t hops) { return fmt::format("{} hop{}", hops, hops == 1 ? "" : "s"); }

void show(const Result& result, Question& question) {
  print("pattern  " + pattern_line(question.pattern, question.heads, question.length));
  print("from     " + token_line(question.from, question));
  if (result.path) {
    for (const auto& hop : *result.path)
      print(fmt::format("  hop    {}  [level {}, {}, head {}]", token_line(hop.to, question), hop.level + 1,
                        level_text(question.pattern.levels[std::size_t(hop.level)]), hop.head + 1));
    return print(hops_text(result.path->size()) + ", one a layer");
  }
  print("to       " + token_line(question.to, question));
  print("No number of layers leads there. " + why_text(*result.why, question));
  for (const auto& cure : result.cures)
    print("Opened by " + change_text(question.pattern, cure.pattern) + ": " + hops_text(std::size_t(cure.hops)) +
          ".");
}

void tell_of_path(const Options& options) {
  Question question = question_of(options);
  TerminalJob work(true);  // silent: it only lets Ctrl-C through
  const Result result = answer_to(question, work.job());
  if (options.json)
    show_json(result, question);
  else
    show(result, question);
}

}  // namespace

void add_path(CLI::App& app) {
  auto* command =
      app.add_subcommand("path", "Find the fewest hops by which one token can know of another, or why it cannot");
  auto options = std::make_shared<Options>();
  command->add_option("--from", options->from, "The token that is known of: its number, or NAME:LINE")
      ->required()
      ->type_name("TOKEN");
  command->add_option("--to", options->to, "The token that knows")->required()->type_name("TOKEN");
  command
      ->add_option("-w,--workspace", options->workspace,
                   "Search the pattern by which this workspace was read, and show the text of every hop")
      ->type_name("FILE");
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  options->pattern_given = add_pattern_options(*command, options->pattern);
  add_json(*command, *options);
  command->footer("In JSON levels and heads count from 0.");
  command->callback([options] { tell_of_path(*options); });
}

}  // namespace corpuscope::app
