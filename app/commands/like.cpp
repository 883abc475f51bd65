#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "app/search_options.h"
#include "app/token_option.h"
#include "explore/concordance.h"
#include "explore/csv.h"
#include "explore/similar.h"

namespace corpuscope::app {
namespace {

struct Options : SearchOptions {
  std::string part;
  int limit = 20, context = 60;
};

void like(const Options& options) {
  const auto file = workspace_file(options.workspace);
  const auto workspace = workspace::Workspace::open(file);
  explore::Passages passages(workspace);
  const auto part = part_of(options.part, workspace, passages);
  const explore::CorpusText text(file);
  core::Job job;
  const auto similar = explore::more_like(text, explore::selection_of(text, passages, part), options.limit, job);
  explore::ConcordanceLines lines(text);
  auto list = nlohmann::ordered_json::array();
  if (options.csv) print(explore::csv_row({"name", "line", "position", "score", "before", "hit", "after"}));
  for (const auto& one : similar) {
    const auto line = lines.line(one.place, options.context);
    const auto position = explore::sequence_position(text, one.place);
    if (options.csv)
      print(explore::csv_row({line.place.name, std::to_string(line.place.line), std::to_string(position),
                              fmt::format("{:.4f}", one.score), line.before, line.hit, line.after}));
    else if (options.json)
      list.push_back({{"name", line.place.name}, {"line", line.place.line}, {"position", position}, {"score", one.score},
                      {"first", one.first}, {"bytes", one.bytes}, {"before", line.before}, {"hit", line.hit}, {"after", line.after}});
    else
      print(fmt::format("{:6.2f}  {}:{}: {}{}{}", one.score, printable(line.place.name), line.place.line,
                        printable(line.before), printable(line.hit), printable(line.after)));
  }
  if (options.json) print_json({{"first_token", part.first}, {"tokens", part.count}, {"similar", list}});
  if (similar.empty() && !options.json) std::cerr << "Nothing else holds any of its words.\n";
}

}  // namespace

void add_like(CLI::App& app) {
  auto* command = app.add_subcommand("like", "More like this: passages that share most of a selection's words");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--part", options->part, "The selection: FIRST,COUNT in tokens; FIRST may be NAME:LINE")->type_name("PART")->required();
  command->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 10000))->capture_default_str();
  command->add_option("--context", options->context, "Bytes of text on each side of a hit")->check(CLI::Range(0, 10000))->capture_default_str();
  add_output(*command, *options);
  command->footer("The selection itself is left out. What stands elsewhere word for word is told by \"corpuscope echoes\".");
  command->callback([options] { like(*options); });
}

}  // namespace corpuscope::app
