// Collocates, n-grams, keyness and dispersion.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "app/commands.h"
#include "app/search_options.h"
#include "core/error.h"
#include "explore/word_tables.h"
#ifdef CORPUSCOPE_WITH_UI
#include "ui/run.h"
#endif

namespace corpuscope::app {
namespace {

struct Options : SearchOptions {
  int limit = 50;
  std::int64_t least = 3;
  int left = 5, right = 5;         // collocates
  std::string sort = "log-likelihood";
  int length = 2;                  // n-grams
  bool all = false;                // dispersion: also documents without it
  std::filesystem::path plot;
};

nlohmann::ordered_json cell_json(const explore::Cell& cell) {
  return std::visit([](const auto& value) { return nlohmann::ordered_json(value); }, cell);
}

std::string cell_column(const explore::Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) return fmt::format("{:.2f}", *number);
  return explore::cell_text(cell);
}

nlohmann::ordered_json rows_json(const explore::Table& table) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    auto object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i].key] = cell_json(row[i]);
    list.push_back(std::move(object));
  }
  return list;
}

void show_columns(const explore::Table& table) {
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 1; i < cells.size(); ++i) out += fmt::format("{:>{}}  ", cells[i], std::max<std::size_t>(table.columns[i].title.size(), 10));
    print(out + printable(cells.front()));
  };
  std::vector<std::string> cells;
  for (const auto& column : table.columns) cells.push_back(column.title);
  line(cells);
  for (const auto& row : table.rows) {
    cells.clear();
    for (const auto& cell : row) cells.push_back(cell_column(cell));
    line(cells);
  }
}

void show(const explore::Table& table, const char* name, const Options& options) {
  if (options.json)
    print_json({{name, rows_json(table)}});
  else if (options.csv)
    std::cout << explore::table_csv(table);
  else
    show_columns(table);
}

template <class Rows>
void cut(Rows& rows, int limit) {
  if (rows.size() > std::size_t(limit)) rows.resize(std::size_t(limit));
}

void collocates(const Options& options) {
  const auto query = query_of(options);
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  const auto matches = all_matches(text, query, job);
  const auto documents = explore::filtered_documents(text.documents(), query.filters);
  auto table = explore::collocate_table(explore::collocates(text, matches, documents, {options.left, options.right, options.least}, job));
  const auto order = explore::table_order(table, explore::column_named(table, options.sort), options.sort != "word");
  std::vector<std::vector<explore::Cell>> rows;
  for (std::size_t i = 0; i < std::min(order.size(), std::size_t(options.limit)); ++i) rows.push_back(table.rows[order[i]]);
  table.rows = std::move(rows);
  show(table, "collocates", options);
}

void ngrams(const Options& options) {
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  const auto documents = explore::documents_with_paths(text.documents(), options.words);
  auto found = explore::ngrams(text, documents, options.length, options.least, job);
  cut(found, options.limit);
  show(explore::ngram_table(found), "ngrams", options);
}

void keyness(const Options& options) {
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  auto found = explore::keyness(text, explore::documents_with_paths(text.documents(), options.words), options.least, job);
  cut(found, options.limit);
  show(explore::keyword_table(found), "keywords", options);
}

// What the picture shows, written where the name's ending says how.
void draw(const explore::CorpusText& text, const explore::Dispersion& found, const Options& options) {
#ifdef CORPUSCOPE_WITH_UI
  std::string query;
  for (const auto& word : options.words) query += (query.empty() ? "" : " ") + word;
  ui::write_dispersion({text, found, options.all ? explore::Shown::all : explore::Shown::holding, query},
                       options.plot);
#else
  throw core::Error("This corpuscope was built without its window, which draws pictures.", "Build it with -DCORPUSCOPE_UI=ON.");
#endif
}

void dispersion(const Options& options) {
  const auto query = query_of(options);
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  const auto matches = all_matches(text, query, job);
  const auto found = explore::dispersion(text, matches, explore::filtered_documents(text.documents(), query.filters), job);
  if (!options.plot.empty()) draw(text, found, options);
  const auto table = explore::dispersion_table(text, found, options.all ? explore::Shown::all : explore::Shown::holding);
  if (!options.json) {
    show(table, "documents", options);
    if (!options.csv) std::cerr << explore::dispersion_summary(found) << '\n';
    return;
  }
  nlohmann::ordered_json json = {{"places", found.places}, {"words", found.words}, {"per_million", found.per_million()}};
  json["deviation_of_proportions"] = found.deviation ? nlohmann::ordered_json(*found.deviation) : nlohmann::ordered_json();
  json["documents"] = rows_json(table);
  print_json(json);
}

std::shared_ptr<Options> add_common(CLI::App& command) {
  auto options = std::make_shared<Options>();
  add_workspace(command, *options);
  add_output(command, *options);
  command.add_option("--limit", options->limit, "At most so many rows")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--least", options->least, "Only what occurs at least so often")->check(CLI::PositiveNumber)->capture_default_str();
  return options;
}

void add_paths(CLI::App& command, Options& options) {
  command.add_option("PATH", options.words, "Documents with this in their path (* and ? as in a shell)");
}

}  // namespace

void add_linguistics(CLI::App& app) {
  auto* beside = app.add_subcommand("collocates", "Words that stand beside a word or phrase more often than by chance");
  auto options = add_common(*beside);
  add_query(*beside, *options);
  beside->add_option("--left", options->left, "So many words to the left")->check(CLI::Range(0, 50))->capture_default_str();
  beside->add_option("--right", options->right, "So many words to the right")->check(CLI::Range(0, 50))->capture_default_str();
  beside->add_option("--sort", options->sort, "The column that orders them")
      ->check(CLI::IsMember({"log-likelihood", "logdice", "together", "in-corpus", "expected", "word"}))->capture_default_str();
  beside->callback([options] { collocates(*options); });

  auto* rows = app.add_subcommand("ngrams", "The rows of words that recur most");
  options = add_common(*rows);
  add_paths(*rows, *options);
  rows->add_option("-n,--length", options->length, "Words in a row")->check(CLI::Range(1, 9))->capture_default_str();
  rows->callback([options] { ngrams(*options); });

  auto* key = app.add_subcommand("keyness", "The words that mark some documents against all others");
  options = add_common(*key);
  add_paths(*key, *options);
  key->get_option("PATH")->required();
  key->callback([options] { keyness(*options); });

  auto* spread = app.add_subcommand("dispersion", "Where in each document something stands, and how evenly it is spread (Gries' DP)");
  options = std::make_shared<Options>();
  add_workspace(*spread, *options);
  add_query(*spread, *options);
  add_output(*spread, *options);
  spread->add_flag("--all", options->all, "Also documents without it");
  spread->add_option("--plot", options->plot, "Draw it into this file, .svg or .png")->type_name("FILE");
  spread->callback([options] { dispersion(*options); });
}

}  // namespace corpuscope::app
