#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/commands.h"
#include "app/link_output.h"
#include "app/terminal.h"
#include "app/token_option.h"
#include "core/error.h"
#include "explore/link_check.h"
#include "explore/path_json.h"
#include "explore/shares.h"
#include "explore/token_view.h"
#include "model/config.h"

namespace corpuscope::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int tokens_around = 6;

struct Options : Common {
  std::string token;
  std::int64_t run = 0, ahead = 2048;
  int layer = 0, top = 20;  // layers count from 1 here; 0: all
  bool stored = false, check = false;
  std::filesystem::path model;
};

// Everything that is told of a token.
struct Answer {
  workspace::Run run;
  pattern::Pattern pattern;
  std::int64_t token = 0;
  std::optional<explore::TokenView> view;  // none: what was stored alone
  std::optional<float> stored_bits;
  explore::Attended attended;
  explore::Shares shares;
  std::vector<explore::Contact> sources, readers_near, readers;  // near: exact; the others: as stored
  std::vector<workspace::LinkCheck> checks;  // of the sources, where that was asked for
};

std::vector<explore::Contact> strongest(std::vector<explore::Contact> all, int top) {
  if (all.size() > std::size_t(top)) all.resize(std::size_t(top));
  return all;
}

Answer inspect(const Options& options, const workspace::Workspace& workspace, explore::Passages& passages) {
  Answer answer;
  answer.run = run_to_look_at(workspace, options.run);
  answer.pattern = model::parse_config(answer.run.config).attention;
  answer.token = token_of(options.token, workspace, passages);
  if (answer.token >= answer.run.done)
    throw core::Error(fmt::format("Run {} has not read token {}.", answer.run.id, answer.token),
                      fmt::format("It has read {} tokens, counted from 0.", answer.run.done));
  if (options.layer > answer.run.layers)
    throw core::Error(fmt::format("Run {} has no layer {}.", answer.run.id, options.layer),
                      fmt::format("Its layers are 1 to {}.", answer.run.layers));
  answer.attended = {answer.run.layers, answer.run.heads, answer.run.levels, options.layer - 1};
  const auto bits = workspace.surprisal(answer.run.id, answer.token, 1);
  if (!bits.empty()) answer.stored_bits = bits.front();

  TerminalJob work(options.quiet || options.json);
  if (!options.stored) {
    explore::TokenReader reader(workspace.file(), answer.run.id, options.model);
    answer.view = reader.view(answer.token, options.ahead, work.job(), options.top);
  }
  const auto sources =
      answer.view ? answer.view->sources : workspace.edges_into(answer.run.id, answer.attended.layer, answer.token);
  answer.shares = explore::shares(sources, answer.attended);
  answer.sources = strongest(explore::contacts(sources, explore::End::keys, answer.attended), options.top);
  if (answer.view)
    answer.readers_near =
        strongest(explore::contacts(answer.view->readers, explore::End::queries, answer.attended), options.top);
  auto from = workspace.edges_from(answer.run.id, answer.attended.layer, answer.token, 100 * options.top,
                                   [&] { work.job().poll(); });
  std::erase_if(from, [](const workspace::Edge& edge) { return edge.query == edge.key; });
  answer.readers = strongest(explore::contacts(from, explore::End::queries, answer.attended), options.top);
  if (options.check) {
    explore::LinkChecker checker(workspace.file(), answer.run.id, options.model);
    for (const auto& source : answer.sources)
      answer.checks.push_back(checker.check(explore::link_of_edge(answer.run, source.token, answer.token), work.job()));
  }
  return answer;
}

Json place_json(std::int64_t token, explore::Passages& passages) {
  const auto place = passages.place(token);
  return {{"token", token},
          {"name", place.name},
          {"line", place.line},
          {"column", place.column},
          {"section", place.section},
          {"text", passages.token_text(token)},
          {"around", passages.snippet(token, tokens_around, tokens_around)}};
}

Json contacts_json(const std::vector<explore::Contact>& contacts, explore::Passages& passages,
                   const std::vector<workspace::LinkCheck>& checks = {}) {
  auto list = Json::array();
  for (const auto& contact : contacts) {
    Json one = place_json(contact.token, passages);
    one["share"] = contact.share;
    const auto& e = contact.strongest;
    one["strongest"] = {{"weight", e.weight}, {"layer", e.layer}, {"head", e.head}, {"level", e.level}};
    if (list.size() < checks.size()) one["check"] = explore::link_json(checks[list.size()]);
    list.push_back(std::move(one));
  }
  return list;
}

Json shares_json(const Answer& answer) {
  auto levels = Json::array(), distances = Json::array();
  for (std::size_t level = 0; level < answer.shares.by_level.size(); ++level)
    levels.push_back({{"segment", answer.pattern.levels[level].segment},
                      {"dilation", answer.pattern.levels[level].dilation},
                      {"share", answer.shares.by_level[level]}});
  for (std::size_t bin = 0; bin < answer.shares.by_distance.size(); ++bin)
    distances.push_back({{"from", explore::bin_first(int(bin))},
                         {"to", explore::bin_first(int(bin) + 1) - 1},
                         {"by_level", answer.shares.by_distance[bin]}});
  return {{"total", answer.shares.total},
          {"by_level", levels},
          {"by_head_and_level", answer.shares.by_head},
          {"by_distance", distances}};
}

void show_json(const Answer& answer, explore::Passages& passages) {
  Json json = place_json(answer.token, passages);
  json["run"] = answer.run.id;
  json["exact"] = answer.view.has_value();
  if (answer.stored_bits) json["stored_bits"] = *answer.stored_bits;
  if (answer.view) {
    const auto& expected = answer.view->expected;
    json["id"] = answer.view->id;
    json["bits"] = answer.view->bits;
    json["probability"] = expected.probability;
    json["rank"] = expected.rank;
    json["entropy_bits"] = expected.entropy;
    auto& list = json["expected"] = Json::array();
    for (const auto& next : expected.most_probable)
      list.push_back({{"id", next.id}, {"text", passages.piece_text(next.id)}, {"probability", next.probability}});
  }
  json["shares"] = shares_json(answer);
  json["sources"] = contacts_json(answer.sources, passages, answer.checks);
  if (answer.view) {
    json["readers_looked_at"] = answer.view->ahead;
    json["readers_near"] = contacts_json(answer.readers_near, passages);
  }
  json["readers_stored"] = contacts_json(answer.readers, passages);
  print_json(json);
}

// Spaces and breaks at the ends must be seen.
std::string quoted(const std::string& text) { return "\"" + printable(text) + "\""; }

void show_contacts(const std::string& title, const std::vector<explore::Contact>& contacts, bool back,
                   std::int64_t token, explore::Passages& passages, const std::vector<workspace::LinkCheck>& checks = {}) {
  print(title);
  if (contacts.empty()) print("  none");
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const auto& contact = contacts[i];
    const auto place = passages.place(contact.token);
    const auto& e = contact.strongest;
    print(fmt::format("  {:6.2f} %  {:>12} {}  L{} H{} level {}  {}:{}{}  {}{}", 100 * contact.share,
                      count_text(back ? token - contact.token : contact.token - token), back ? "back" : "on",
                      e.layer + 1, e.head + 1, e.level + 1, printable(place.name), place.line,
                      printable(behind_line(place)), printable(passages.snippet(contact.token, tokens_around, tokens_around)),
                      i < checks.size() ? "  " + link_text(checks[i]) : ""));
  }
}

void show_expected(const Answer& answer, explore::Passages& passages) {
  const auto& expected = answer.view->expected;
  print(fmt::format("surprise   {:.3f} bits: {:.3g} % probable, {} tokens were more so; the model was undecided by {:.2f} bits",
                    answer.view->bits, 100 * expected.probability, count_text(expected.rank), expected.entropy));
  print("expected in this place");
  for (const auto& next : expected.most_probable)
    print(fmt::format("  {:6.2f} %  {}{}", 100 * next.probability, quoted(passages.piece_text(next.id)),
                      next.id == answer.view->id ? "  <- this one" : ""));
}

void show_shares(const Answer& answer) {
  print(fmt::format("attention by level ({:.1f} % of it looked at)", 100 * answer.shares.total));
  for (std::size_t level = 0; level < answer.shares.by_level.size(); ++level)
    print(fmt::format("  {:6.2f} %  level {}, segment {}", 100 * answer.shares.by_level[level], level + 1,
                      count_text(answer.pattern.levels[level].segment)));
  print("attention by distance");
  for (std::size_t bin = 0; bin < answer.shares.by_distance.size(); ++bin) {
    double share = 0;
    for (const double of_level : answer.shares.by_distance[bin]) share += of_level;
    const auto first = explore::bin_first(int(bin)), last = explore::bin_first(int(bin) + 1) - 1;
    print(fmt::format("  {:6.2f} %  {}", 100 * share,
                      bin == 0 ? "itself" : fmt::format("{} to {} back", count_text(first), count_text(last))));
  }
}

void show(const Answer& answer, explore::Passages& passages) {
  const auto place = passages.place(answer.token);
  print(fmt::format("token      {}  {}  {}:{}:{}{}", count_text(answer.token), quoted(passages.token_text(answer.token)),
                    printable(place.name), place.line, place.column, printable(behind_line(place))));
  print("around     " + printable(passages.snippet(answer.token, tokens_around, tokens_around)));
  if (answer.view)
    show_expected(answer, passages);
  else if (answer.stored_bits)
    print(fmt::format("surprise   {:.3f} bits", *answer.stored_bits));
  show_shares(answer);
  show_contacts(answer.view ? "sources, of all weights" : "sources, of those stored", answer.sources, true,
                answer.token, passages, answer.checks);
  if (answer.view)
    show_contacts(fmt::format("readers among the next {} tokens, of all weights", count_text(answer.view->ahead)),
                  answer.readers_near, false, answer.token, passages);
  show_contacts("readers anywhere, of the weights stored", answer.readers, false, answer.token, passages);
}

void tell_of_token(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  explore::Passages passages(workspace);
  const Answer answer = inspect(options, workspace, passages);
  if (options.json)
    show_json(answer, passages);
  else
    show(answer, passages);
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto* command = app.add_subcommand(
      "inspect", "Tell what the model expected in a place, where the token there looked, and which tokens look at it");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--token", options->token, "The token: its number, or NAME:LINE for the first of a line")
      ->required()
      ->type_name("TOKEN");
  command->add_option("--layer", options->layer, "Look at this layer alone, counted from 1; 0: all")
      ->check(CLI::Range(0, 1 << 16))
      ->capture_default_str();
  command->add_option("--top", options->top, "So many of each list")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--ahead", options->ahead, "So many of the tokens behind it are asked whether they look at it")
      ->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 20))
      ->capture_default_str();
  command->add_flag("--stored", options->stored,
                    "At once, from what the run kept: its strongest weights alone, and no expectation");
  command->add_flag("--check", options->check,
                    "Read again without each source: is the token behind this one less likely then?");
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  command->add_option("--model", options->model, "The folder of the model that made the run, where it is not a built-in one")
      ->type_name("DIR");
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer("Without --stored the model reads again from the nearest state that the run kept. In JSON layers, heads and\n"
                  "levels count from 0, and shares are of the token's whole attention in the layers looked at.");
  command->callback([options] { tell_of_token(*options); });
}

}  // namespace corpuscope::app
