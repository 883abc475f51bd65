// The attention that a run keeps, and single weights that are computed again: what the canvas of the window shows.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "app/commands.h"
#include "app/run_json.h"
#include "app/terminal.h"
#include "app/token_option.h"
#include "core/error.h"
#include "explore/csv.h"
#include "explore/edge_table.h"
#include "explore/exact_weights.h"
#include "explore/passages.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::int64_t run = 0;
  std::filesystem::path model;
  explore::WeightWindow window;
  int layer = 1, level = 0, zoom = 0;
  std::string head = "mean";
  bool exact = false, dense = false, edges = false, plan = false, csv = false;
  CLI::App* command = nullptr;
};

int head_of(const std::string& name) {
  if (name == "mean") return workspace::mean_of_heads;
  if (name == "strongest") return workspace::strongest_head;
  return std::stoi(name) - 1;
}

std::string head_name(int head) {
  if (head == workspace::mean_of_heads) return "mean";
  if (head == workspace::strongest_head) return "strongest";
  return std::to_string(head + 1);
}

// ---- what is stored ----

void show_sizes(const Options& options, const workspace::Workspace& workspace, const workspace::Run& run) {
  const auto counts = workspace.tile_counts(run.id);
  std::int64_t tiles = 0, bytes = 0;
  for (const auto& count : counts) tiles += count.tiles, bytes += count.bytes;
  if (options.json) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& count : counts)
      list.push_back({{"head", head_name(count.head)}, {"zoom", count.zoom}, {"tiles", count.tiles}, {"bytes", count.bytes}});
    return print_json({{"run", run_json(workspace, run)}, {"tiles", tiles}, {"bytes", bytes}, {"stored", list}});
  }
  print("run " + run_line(workspace, run));
  print(fmt::format("{} pooled maps, {} ({:.1f} bytes a token)", count_text(tiles), bytes_text(double(bytes)),
                    double(bytes) / double(std::max<std::int64_t>(run.done, 1))));
  for (const auto& count : counts)
    print(fmt::format("  head {:<10} zoom {:<2} {:>12} maps  {:>10}", head_name(count.head), count.zoom,
                      count_text(count.tiles), bytes_text(double(count.bytes))));
}

// Both of the window's ranges lie on the sequence.
bool overlap(const explore::WeightWindow& w, std::int64_t query, std::int64_t queries, std::int64_t key, std::int64_t keys) {
  return query < w.query + w.queries && query + queries > w.query && key < w.key + w.keys && key + keys > w.key;
}

using Rows = std::vector<std::vector<std::string>>;

void show_rows(const Options& options, const std::vector<std::string>& names, const Rows& rows) {
  if (options.csv) {
    print(explore::csv_row(names));
    for (const auto& row : rows) print(explore::csv_row(row));
    return;
  }
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < names.size(); ++i) {
    widths.push_back(names[i].size());
    for (const auto& row : rows) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto line = [&](const std::vector<std::string>& row) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) text += fmt::format("{:>{}}  ", row[i], widths[i]);
    print(text);
  };
  line(names);
  for (const auto& row : rows) line(row);
}

void show_pooled(const Options& options, const workspace::Workspace& workspace, const workspace::Run& run) {
  const auto& w = options.window;
  const int head = head_of(options.head);
  auto list = nlohmann::ordered_json::array();
  Rows rows;
  const int first = options.level > 0 ? options.level - 1 : 0, end = options.level > 0 ? options.level : run.levels;
  for (int level = first; level < end; ++level)
    for (const auto& tile : workspace.tiles(run.id, options.layer - 1, head, level, w.query, w.queries, options.zoom)) {
      const auto edge = [&](int strip) { return tile.first + (tile.length * strip + tile.size - 1) / tile.size; };
      for (int row = 0; row < tile.size; ++row)
        for (int column = 0; column < tile.size; ++column) {
          const float weight = tile.weights[std::size_t(row * tile.size + column)];
          const std::int64_t query = edge(row), queries = edge(row + 1) - query, key = edge(column), keys = edge(column + 1) - key;
          if (weight <= 0 || !overlap(w, query, queries, key, keys)) continue;
          if (options.json)
            list.push_back({{"level", level + 1}, {"query", query}, {"queries", queries}, {"key", key}, {"keys", keys}, {"weight", weight}});
          else
            rows.push_back({std::to_string(level + 1), std::to_string(query), std::to_string(queries), std::to_string(key),
                            std::to_string(keys), fmt::format("{:.4g}", weight)});
        }
    }
  if (options.json)
    return print_json({{"run", run.id}, {"layer", options.layer}, {"head", options.head}, {"zoom", options.zoom},
                       {"weight", "of a query that takes part, on all keys of the cell"}, {"cells", list}});
  show_rows(options, {"level", "query", "queries", "key", "keys", "weight"}, rows);
}

// ---- single weights ----

void show_exact(const Options& options, workspace::Workspace& workspace, const workspace::Run& run) {
  const auto file = workspace.file();
  explore::ExactReader reader(file, run.id, options.model);
  const auto cost = options.dense ? explore::RereadCost{std::min(options.window.query + options.window.queries, explore::longest_dense_context), 0, 0}
                                  : reader.cost(options.window);
  if (options.plan) {
    if (options.json) return print_json({{"plan", {{"tokens", cost.tokens}, {"seconds", cost.seconds}}}});
    return print(fmt::format("{} tokens must be read again, about {}", count_text(cost.tokens), seconds_text(cost.seconds)));
  }
  explore::ExactWeights exact;
  {
    TerminalJob work(options.quiet);
    exact = options.dense ? reader.dense_weights(options.window, explore::longest_dense_context, work.job())
                          : reader.weights(options.window, work.job());
  }
  explore::Passages passages(workspace);
  const int head = head_of(options.head);
  auto list = nlohmann::ordered_json::array();
  Rows rows;
  if (options.layer > int(exact.layers.size()))
    throw core::Error(fmt::format("The model has {} layers.", exact.layers.size()), "Ask for one of them.");
  for (const auto& one : exact.layers[std::size_t(options.layer - 1)]) {
    if ((head >= 0 && one.head != head) || (options.level > 0 && one.level != options.level - 1)) continue;
    const std::int64_t query = options.window.query + one.query, key = options.window.key + one.key;
    const std::string query_text = passages.token_text(query), key_text = passages.token_text(key);
    if (options.json)
      list.push_back({{"query", query}, {"query_text", query_text}, {"key", key}, {"key_text", key_text},
                      {"head", one.head + 1}, {"level", one.level + 1}, {"weight", one.weight}});
    else
      rows.push_back({std::to_string(query), printable(query_text), std::to_string(key), printable(key_text),
                      std::to_string(one.head + 1), std::to_string(one.level + 1), fmt::format("{:.6g}", one.weight)});
  }
  if (options.json)
    return print_json({{"run", run.id}, {"layer", options.layer}, {"dense", options.dense}, {"context", exact.context}, {"weights", list}});
  show_rows(options, {"query", "text", "key", "text", "head", "level", "weight"}, rows);
}

// The strongest sources of each query, as they were kept.
void show_edges(const Options& options, const workspace::Workspace& workspace, const workspace::Run& run) {
  const auto edges = explore::stored_edges(workspace, run.id, options.layer - 1, options.window);
  explore::Passages passages(workspace);
  if (options.csv) {
    std::cout << explore::edge_table(edges, passages);
    return;
  }
  auto list = nlohmann::ordered_json::array();
  for (const auto& edge : edges) {
    list.push_back({{"query", edge.query}, {"key", edge.key}, {"head", edge.head + 1}, {"level", edge.level + 1}, {"weight", edge.weight}});
    if (!options.json)
      print(fmt::format("{:>12} {:<16} {:>12} {:<16}  head {:<3} level {:<3} {:.4g}", count_text(edge.query), printable(passages.token_text(edge.query)),
                        count_text(edge.key), printable(passages.token_text(edge.key)), edge.head + 1, edge.level + 1, edge.weight));
  }
  if (options.json) print_json({{"run", run.id}, {"layer", options.layer}, {"edges", list}});
}

void tell(const Options& options) {
  const auto file = workspace_file(options.workspace);
  auto workspace = workspace::Workspace::open(file);
  const auto run = run_to_look_at(workspace, options.run);
  if (options.window.queries == 0) {
    if (options.exact || options.dense || options.edges)
      throw CLI::ValidationError(options.edges ? "--edges" : "--exact", "needs --query and --queries");
    return show_sizes(options, workspace, run);
  }
  if (options.layer > run.layers)
    throw core::Error(fmt::format("The model has {} layers.", run.layers), "Ask for one of them.");
  if (options.exact || options.dense) return show_exact(options, workspace, run);
  if (options.edges) return show_edges(options, workspace, run);
  show_pooled(options, workspace, run);
}

std::string check_head(const std::string& head) {
  if (head == "mean" || head == "strongest") return {};
  const bool digits = !head.empty() && head.size() < 5 && std::ranges::all_of(head, [](char c) { return c >= '0' && c <= '9'; });
  return digits && std::stoi(head) > 0 ? std::string() : "\"mean\", \"strongest\" or a number from 1 on is needed";
}

}  // namespace

void add_tiles(CLI::App& app) {
  auto* command = app.add_subcommand(
      "tiles", "Show the attention weights that a run keeps: how much there is or, of a window, the pooled maps' cells, "
               "or single weights computed again");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--run", options->run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  auto* query = command->add_option("--query", options->window.query, "First query of the window")->check(CLI::NonNegativeNumber);
  command->add_option("--queries", options->window.queries, "Number of queries")->check(CLI::PositiveNumber)->needs(query);
  auto* key = command->add_option("--key", options->window.key, "First key; by default as the queries")->check(CLI::NonNegativeNumber);
  command->add_option("--keys", options->window.keys, "Number of keys; by default as the queries")->check(CLI::PositiveNumber);
  command->add_option("--layer", options->layer, "Which layer")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--head", options->head, "mean, strongest or a number")->check(CLI::Validator(check_head, ""))->capture_default_str();
  command->add_option("--level", options->level, "One level only, from 1 on")->check(CLI::PositiveNumber);
  command->add_option("--zoom", options->zoom, "Maps that pool 4^zoom segments each")->check(CLI::Range(0, 40));
  command->add_flag("--exact", options->exact, "Single weights: the model reads again up to there");
  command->add_flag("--dense", options->dense, "Single weights as dense attention over the last 4,096 tokens would have them");
  command->add_flag("--edges", options->edges, "The strongest sources of each query that were kept")
      ->excludes(command->get_option("--exact"))
      ->excludes(command->get_option("--dense"));
  command->add_flag("--plan", options->plan, "Only tell what --exact would cost");
  command->add_option("--model", options->model, "The folder of the run's model, where it is not installed");
  auto* csv = command->add_flag("--csv", options->csv, "As comma-separated values");
  add_json(*command, *options);
  command->get_option("--json")->excludes(csv);
  add_quiet(*command, *options);
  command->callback([options, key] {
    if (options->window.keys == 0) options->window.keys = options->window.queries;
    if (key->count() == 0) options->window.key = options->window.query;
    tell(*options);
  });
}

}  // namespace corpuscope::app
