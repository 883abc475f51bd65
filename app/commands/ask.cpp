#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <ctime>
#include <iostream>
#include <optional>

#include "app/commands.h"
#include "app/link_output.h"
#include "app/terminal.h"
#include "app/token_option.h"
#include "core/error.h"
#include "explore/answer_details.h"
#include "explore/ask.h"
#include "workspace/writer.h"

namespace corpuscope::app {
namespace {

using Json = nlohmann::ordered_json;

struct Options : Common {
  std::vector<std::string> words;
  explore::AskSettings settings;
  std::string as_of;
  std::int64_t run = 0;
  std::filesystem::path model;
  int how = 0;  // the answer's token, from 1; 0: none
  bool check = false, forget = false, history = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

void show_sources(const explore::Answer& answer) {
  print(answer.sources.empty() ? "\nNo passage holds any of these words."
                               : "\nThe passages that it stood on, by how much the answer attended to them:");
  for (const auto& source : answer.sources) {
    const std::string checked = source.check ? "  " + link_text(*source.check) : "";
    print(fmt::format("{:5.1f} %  {}:{}{}{}\n    {}", 100 * source.share, printable(source.place.name), source.place.line,
                      printable(behind_line(source.place)), checked, printable(one_line(source.text))));
  }
}

std::string place_text(const explore::AnswerPlace& place) {
  return place.of_sequence < 0 ? place.name : fmt::format("{}:{}", place.name, place.line);
}

std::string around(const explore::AnswerPlace& place) {
  return one_line(place.before) + " [" + place.token + "] " + one_line(place.behind);
}

void show_how(const explore::AnswerHow& how) {
  print(fmt::format("\nHow \"{}\" came about: where the model looked when it drew it", printable(how.token)));
  for (const auto& contact : how.looked_at) {
    const auto& place = how.places.at(contact.token);
    print(fmt::format("{:6.2f} %  L{} H{}  {}  {}", 100 * contact.share, contact.strongest.layer + 1, contact.strongest.head + 1,
                      printable(place_text(place)), printable(around(place))));
  }
  if (how.paths.empty()) return print("No path leads there from the passage that was attended to most.");
  print("The strongest path from the passage that was attended to most:");
  print("  from     " + printable(around(how.places.at(how.paths.front().front().from))));
  for (const auto& step : how.paths.front())
    print(step.stays() ? fmt::format("  layer {}  stays", step.layer + 1)
                       : fmt::format("  layer {}  {}  [level {}, head {}, weight {:.3g}]", step.layer + 1,
                                     printable(around(how.places.at(step.to))), step.level + 1, step.head + 1, step.weight));
}

Json how_json(const explore::AnswerHow& how) {
  const auto place_json = [&](std::int64_t position) {
    const auto& place = how.places.at(position);
    return Json{{"position", position}, {"token", place.of_sequence}, {"name", place.name}, {"line", place.line},
                {"text", place.token}, {"around", around(place)}};
  };
  Json json = {{"text", how.token}, {"looked_at", Json::array()}, {"paths", Json::array()}};
  for (const auto& contact : how.looked_at) {
    Json one = place_json(contact.token);
    one["share"] = contact.share;
    json["looked_at"].push_back(one);
  }
  for (const auto& path : how.paths) {
    auto steps = Json::array();
    for (const auto& step : path)
      steps.push_back({{"layer", step.layer}, {"from", place_json(step.from)}, {"to", place_json(step.to)}, {"level", step.level},
                       {"head", step.head}, {"weight", step.weight}});
    json["paths"].push_back(steps);
  }
  return json;
}

void list_questions(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  auto list = Json::array();
  for (const auto& asked : workspace.questions()) {
    if (options.json)
      list.push_back({{"id", asked.id}, {"run", asked.run}, {"asked_at", asked.asked_at}, {"as_of", asked.as_of},
                      {"question", asked.question}, {"answer", asked.answer},
                      {"details", Json::parse(asked.details, nullptr, false)}});
    else
      print(fmt::format("{}: {}\n    {}", asked.id, printable(asked.question), printable(one_line(asked.answer))));
  }
  if (options.json) print_json({{"questions", list}});
}

void ask(const Options& options) {
  if (options.history) return list_questions(options);
  const std::string question = joined(options.words);
  if (question.empty()) throw CLI::RequiredError("QUESTION");
  const auto file = workspace_file(options.workspace);
  auto workspace = workspace::Workspace::open(file);
  explore::Passages passages(workspace);
  explore::AskSettings settings = options.settings;
  if (!options.as_of.empty()) settings.as_of = token_of(options.as_of, workspace, passages);
  const auto run = run_to_look_at(workspace, options.run);
  explore::Asker asker(file, run.id, options.model);
  TerminalJob work(true);  // the answer itself is the progress
  const bool streamed = !options.json && !options.quiet;
  auto answer = asker.ask(question, settings, work.job(), [&](std::string_view piece) {
    if (streamed) std::cout << printable(piece, true) << std::flush;
  });
  if (options.check && !answer.tokens.empty()) {
    for (std::size_t i = 0; i < answer.sources.size(); ++i) asker.check(i, work.job());
    answer = asker.last();
  }
  std::optional<explore::AnswerHow> how;
  if (options.how > 0) how = asker.how(std::size_t(options.how - 1), 0, work.job());
  std::int64_t id = 0;
  if (!options.forget)
    id = workspace.writer().put_question({0, answer.run, std::int64_t(std::time(nullptr)), answer.as_of, question,
                                          answer.text, explore::answer_details(answer, settings)});
  if (options.json) {
    Json json = {{"id", id}, {"run", answer.run}, {"as_of", answer.as_of}, {"question", question}, {"answer", answer.text}};
    json.update(Json::parse(explore::answer_details(answer, settings)));
    if (how) json["how"] = how_json(*how);
    print_json(json);
    return;
  }
  if (!streamed) print(printable(answer.text, true));
  else print("");
  show_sources(answer);
  if (how) show_how(*how);
  if (!options.quiet)
    std::cerr << fmt::format("{} tokens of passages and question, {} of the answer; first token after {:.2f} s, {:.1f} ms a token\n",
                             answer.prompt_tokens, answer.tokens.size(), answer.seconds_ready,
                             answer.tokens.empty() ? 0 : 1e3 * (answer.seconds - answer.seconds_ready) / double(answer.tokens.size()));
}

}  // namespace

void add_ask(CLI::App& app) {
  auto* command = app.add_subcommand("ask", "Ask the model that has read the corpus; the passages it stood on come with the answer");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("QUESTION", options->words, "In plain words");
  command->add_option("--as-of", options->as_of, "Nothing behind this token is known: its number, or NAME:LINE")->type_name("TOKEN");
  command->add_option("--passages", options->settings.passages, "So many passages are put before the question")
      ->check(CLI::Range(0, 16))->capture_default_str();
  command->add_option("--passage-tokens", options->settings.passage_tokens, "Length of a passage")
      ->check(CLI::Range(8, 4096))->capture_default_str();
  command->add_option("--tokens", options->settings.most_tokens, "The answer's length at most; more of them, with the same seed, go on with the same answer")
      ->check(CLI::Range(0, 100000))->capture_default_str();
  auto& sampling = options->settings.sampling;
  command->add_option("--temperature", sampling.temperature, "0 always takes the most probable token")
      ->check(CLI::Range(0.0, 100.0))->capture_default_str();
  command->add_option("--top-k", sampling.top_k, "Draw from so many of the most probable tokens; 0: from all")
      ->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--top-p", sampling.top_p, "And from the fewest that together are so probable")
      ->check(CLI::Range(1e-9, 1.0))->capture_default_str();
  command->add_option("--seed", sampling.seed, "Another seed draws another answer")->capture_default_str();
  command->add_flag("--check", options->check, "Read the answer again without each passage: is it less likely then?");
  command->add_option("--how", options->how, "Also where the model looked for this token of the answer, counted from 1, and by which path")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command->add_flag("--forget", options->forget, "Do not keep question and answer in the workspace");
  command->add_flag("--history", options->history, "List the questions that were asked");
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  command->add_option("--model", options->model, "The folder of the model that made the run, where it is not a built-in one")->type_name("DIR");
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer("A small model writes in the manner of the corpus and knows little: there the passages are the answer.");
  command->callback([options] { ask(*options); });
}

}  // namespace corpuscope::app
