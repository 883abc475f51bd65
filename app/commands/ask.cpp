#include <fmt/format.h>

#include <ctime>
#include <iostream>

#include "app/commands.h"
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

void show_sources(const explore::Answer& answer, const std::vector<explore::SourceCheck>& checks) {
  print(answer.sources.empty() ? "\nNo passage holds any of these words."
                               : "\nThe passages that it stood on, by how much the answer attended to them:");
  for (std::size_t i = 0; i < answer.sources.size(); ++i) {
    const auto& source = answer.sources[i];
    std::string checked;
    if (i < checks.size())
      checked = fmt::format("  {} ({:+.2f} bits without it)", checks[i].confirmed() ? "confirmed" : "not confirmed",
                            checks[i].bits_without - checks[i].bits);
    print(fmt::format("{:5.1f} %  {}:{}{}{}\n    {}", 100 * source.share, printable(source.place.name), source.place.line,
                      printable(behind_line(source.place)), checked, printable(one_line(source.text))));
  }
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
  const auto answer = asker.ask(question, settings, work.job(), [&](std::string_view piece) {
    if (streamed) std::cout << printable(piece, true) << std::flush;
  });
  std::vector<explore::SourceCheck> checks;
  if (options.check && !answer.tokens.empty())
    for (std::size_t i = 0; i < answer.sources.size(); ++i) checks.push_back(asker.check(i, work.job()));
  std::int64_t id = 0;
  if (!options.forget)
    id = workspace.writer().put_question({0, answer.run, std::int64_t(std::time(nullptr)), answer.as_of, question,
                                          answer.text, explore::answer_details(answer, settings)});
  if (options.json) {
    Json json = {{"id", id}, {"run", answer.run}, {"as_of", answer.as_of}, {"question", question}, {"answer", answer.text}};
    json.update(Json::parse(explore::answer_details(answer, settings)));
    for (std::size_t i = 0; i < checks.size(); ++i)
      json["sources"][i]["check"] = {{"bits", checks[i].bits}, {"bits_without", checks[i].bits_without},
                                     {"confirmed", checks[i].confirmed()}};
    print_json(json);
    return;
  }
  if (!streamed) print(printable(answer.text, true));
  else print("");
  show_sources(answer, checks);
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
  command->add_option("--tokens", options->settings.most_tokens, "The answer's length at most")
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
