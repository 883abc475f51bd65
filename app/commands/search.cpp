#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "app/commands.h"
#include "app/terminal.h"
#include "explore/passages.h"

namespace corpuscope::app {
namespace {

constexpr int bytes_around = 60;

struct Options : Common {
  std::vector<std::string> words;
  int limit = 20;
};

void show_json(const std::vector<workspace::Hit>& hits, explore::Passages& passages) {
  auto json = nlohmann::ordered_json::object();
  auto& list = json["hits"] = nlohmann::ordered_json::array();
  for (const auto& hit : hits) {
    const auto line = passages.concordance(hit, bytes_around);
    list.push_back({{"name", line.place.name},
                    {"line", line.place.line},
                    {"column", line.place.column},
                    {"offset", hit.offset},
                    {"length", hit.length},
                    {"score", hit.score},
                    {"before", line.before},
                    {"hit", line.hit},
                    {"after", line.after}});
  }
  print_json(json);
}

void show(const std::vector<workspace::Hit>& hits, explore::Passages& passages) {
  const bool colored = ::isatty(STDOUT_FILENO) == 1;
  for (const auto& hit : hits) {
    const auto line = passages.concordance(hit, bytes_around);
    print(fmt::format("{}:{}:{}: {}{}{}{}{}", printable(line.place.name), line.place.line, line.place.column,
                      printable(line.before), colored ? "\033[1m" : "", printable(line.hit), colored ? "\033[0m" : "",
                      printable(line.after)));
  }
  if (hits.empty()) std::cerr << "No document holds all of these words.\n";
}

void search(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  std::string query;
  for (const auto& word : options.words) query += (query.empty() ? "" : " ") + word;
  const auto hits = workspace.search_words(query, options.limit);
  explore::Passages passages(workspace);
  if (options.json)
    show_json(hits, passages);
  else
    show(hits, passages);
}

}  // namespace

void add_search(CLI::App& app) {
  auto* command = app.add_subcommand("search", "Find the documents that hold all of some words, the best first");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("WORDS", options->words, "The words")->required();
  command->add_option("--limit", options->limit, "At most so many hits")->check(CLI::PositiveNumber)->capture_default_str();
  add_json(*command, *options);
  command->callback([options] { search(*options); });
}

}  // namespace corpuscope::app
