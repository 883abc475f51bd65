#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "app/link_output.h"
#include "app/search_options.h"
#include "app/token_option.h"
#include "explore/csv.h"
#include "explore/echoes.h"
#include "explore/link_check.h"
#include "explore/path_json.h"
#include "explore/repeats.h"

namespace corpuscope::app {
namespace {

using Json = nlohmann::ordered_json;

const std::map<std::string, explore::RepeatOrder> orders = {{"longest", explore::RepeatOrder::longest},
                                                            {"places", explore::RepeatOrder::most_places},
                                                            {"repeated", explore::RepeatOrder::most_repeated}};

struct Options : SearchOptions {
  std::string part, sort = "longest";
  int min_tokens = 32, limit = 50;
  bool between_documents = false, stored = false, check = false;
  std::int64_t run = 0;
  std::filesystem::path model;
};

std::string place_text(const explore::Place& place) { return fmt::format("{}:{}", printable(place.name), place.line); }

// A passage on one line, cut.
std::string beginning(const std::string& text) {
  constexpr std::size_t most = 160;
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
    if (line.size() >= most) return printable(line) + "…";
  }
  return printable(line);
}

// ---- the whole corpus ----

Json place_json(const explore::Place& place, std::int64_t first) {
  return {{"name", place.name}, {"line", place.line}, {"token", first}};
}

void show_repeat(const Options& options, const explore::Repeat& repeat, const explore::RepeatView& view, Json& list) {
  if (options.json) {
    Json places = Json::array();
    for (std::size_t i = 0; i < view.places.size(); ++i) places.push_back(place_json(view.places[i], repeat.first[i]));
    Json one = {{"tokens", repeat.count}, {"places", repeat.first.size()}, {"text", view.text}, {"shown", places}};
    if (view.bits_first >= 0) one["bits_first"] = view.bits_first;
    if (view.bits_again >= 0) one["bits_again"] = view.bits_again;
    list.push_back(std::move(one));
    return;
  }
  const std::string bits = view.bits_again < 0 ? "" : fmt::format("  {:.2f} bits a token first, {:.2f} again", view.bits_first, view.bits_again);
  if (options.csv) {
    print(explore::csv_row({std::to_string(repeat.count), std::to_string(repeat.first.size()), view.places[0].name,
                            std::to_string(view.places[0].line), view.places[1].name, std::to_string(view.places[1].line),
                            view.bits_first < 0 ? "" : fmt::format("{:.4f}", view.bits_first),
                            view.bits_again < 0 ? "" : fmt::format("{:.4f}", view.bits_again), view.text}));
    return;
  }
  std::string places;
  for (const auto& place : view.places) places += (places.empty() ? "" : ", ") + place_text(place);
  if (repeat.first.size() > view.places.size()) places += fmt::format(" and {} more", count_text(std::int64_t(repeat.first.size() - view.places.size())));
  print(fmt::format("{} tokens, {} places: {}{}\n    {}", count_text(repeat.count), count_text(std::int64_t(repeat.first.size())),
                    places, bits, beginning(view.text)));
}

void of_corpus(const Options& options, const workspace::Workspace& workspace, explore::Passages& passages) {
  explore::RepeatSettings settings;
  settings.min_tokens = options.min_tokens;
  settings.between_documents = options.between_documents;
  settings.order = orders.at(options.sort);
  settings.most = options.limit;
  TerminalJob work(options.quiet || options.json || options.csv);
  const auto repeats = explore::find_repeats(workspace, settings, work.job());
  const auto runs = workspace.runs();
  const std::int64_t run = options.run > 0 || !runs.empty() ? run_to_look_at(workspace, options.run).id : 0;
  Json list = Json::array();
  if (options.csv) print(explore::csv_row({"tokens", "places", "name", "line", "other_name", "other_line", "bits_first", "bits_again", "text"}));
  constexpr std::size_t places = 5;
  for (const auto& repeat : repeats.shown) show_repeat(options, repeat, explore::view_repeat(workspace, passages, repeat, run, places), list);
  if (options.json) {
    print_json({{"sequence", repeats.sequence}, {"found", repeats.found}, {"repeated_tokens", repeats.tokens},
                {"shortest", repeats.shortest}, {"echoes", list}});
    return;
  }
  if (repeats.shortest > settings.min_tokens)
    std::cerr << fmt::format("There are very many: only those of {} tokens and more were looked at.\n", repeats.shortest);
  if (!options.quiet)
    std::cerr << fmt::format("{} texts of {} tokens or more stand in several places; {} of {} tokens ({:.1f} %) stand there again\n",
                             count_text(repeats.found), repeats.shortest, count_text(repeats.tokens), count_text(repeats.sequence),
                             repeats.sequence > 0 ? 100.0 * double(repeats.tokens) / double(repeats.sequence) : 0.0);
}

// ---- one passage ----

void show_echo(const Options& options, const explore::Echo& echo, const std::optional<explore::LinkCheck>& check, Json& list) {
  if (options.json) {
    list.push_back({{"name", echo.place.name}, {"line", echo.place.line}, {"first_token", echo.source.first},
                    {"tokens", echo.source.count}, {"passage_first", echo.passage.first}, {"passage_tokens", echo.passage.count},
                    {"equal", echo.equal}, {"share", echo.share}, {"lift", echo.lift}, {"same_text", echo.same_text()},
                    {"looked_at", echo.looked_at()}, {"text", echo.text}});
    if (check) list.back()["check"] = explore::link_json(*check);
    return;
  }
  if (options.csv)
    return print(explore::csv_row({echo.place.name, std::to_string(echo.place.line), std::to_string(echo.source.first),
                                   std::to_string(echo.source.count), std::to_string(echo.equal), fmt::format("{:.6f}", echo.share),
                                   fmt::format("{:.3f}", echo.lift), check ? fmt::format("{:.4f}", check->saved()) : "", echo.text}));
  const char* kind = echo.same_text() && echo.looked_at() ? "echo" : echo.same_text() ? "same text, hardly looked at" : "looked at, other text";
  print(fmt::format("{}: {}  {} of {} tokens the same, {:.2f} % of the attention, {:.1f} times what was to be expected{}\n    {}", kind,
                    place_text(echo.place), echo.equal, echo.passage.count, 100 * echo.share, echo.lift,
                    check ? "  " + link_text(*check) : "", beginning(echo.text)));
}

void of_passage(const Options& options, const workspace::Workspace& workspace, explore::Passages& passages) {
  const auto part = part_of(options.part, workspace, passages);
  const auto run = run_to_look_at(workspace, options.run);
  TerminalJob work(options.quiet || options.json || options.csv);
  const auto echoes = options.stored ? explore::stored_echoes(workspace, run.id, part, options.limit, work.job())
                                     : explore::EchoFinder(workspace.file(), run.id, options.model).find(part, options.limit, work.job());
  Json list = Json::array();
  if (options.csv) print(explore::csv_row({"name", "line", "token", "tokens", "equal", "share", "lift", "bits_saved", "text"}));
  std::optional<explore::LinkChecker> checker;
  if (options.check) checker.emplace(workspace.file(), run.id, options.model);
  for (const auto& echo : echoes) {
    std::optional<explore::LinkCheck> check;
    if (checker) check = checker->check(echo.link(), work.job());
    show_echo(options, echo, check, list);
  }
  if (options.json) print_json({{"run", run.id}, {"first_token", part.first}, {"tokens", part.count}, {"echoes", list}});
  if (echoes.empty() && !options.json) std::cerr << "Nothing before it stands in the same words or was looked at more than the rest.\n";
}

void echoes(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  explore::Passages passages(workspace);
  options.part.empty() ? of_corpus(options, workspace, passages) : of_passage(options, workspace, passages);
}

}  // namespace

void add_echoes(CLI::App& app) {
  auto* command = app.add_subcommand("echoes", "What stands in the corpus several times; or of a passage, the earlier text it was predicted from");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--min-tokens", options->min_tokens, "Of the corpus: at least so many tokens word for word")
      ->check(CLI::Range(explore::least_match, 1'000'000))->capture_default_str();
  command->add_flag("--between-documents", options->between_documents, "Of the corpus: in two documents at least");
  command->add_option("--sort", options->sort, "Of the corpus: longest first, most places, or most tokens repeated in all")
      ->check(CLI::IsMember(orders))->type_name("longest|places|repeated")->capture_default_str();
  auto* part = command->add_option("--part", options->part, "Of this passage: FIRST,COUNT in tokens; FIRST may be NAME:LINE")->type_name("PART");
  command->add_flag("--stored", options->stored, "Of a passage: by the strongest attention that was kept, without reading again")->needs(part);
  command->add_flag("--check", options->check, "Of a passage: read it again without each earlier place; is it less likely then?")->needs(part);
  command->add_option("--limit", options->limit, "At most so many; all are counted")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  command->add_option("--model", options->model, "The folder of the model that made the run, where it is not a built-in one")->type_name("DIR");
  add_output(*command, *options);
  add_quiet(*command, *options);
  command->footer("Texts that stand several times are proven token by token and byte by byte, without the model.");
  command->callback([options] { echoes(*options); });
}

}  // namespace corpuscope::app
