// Collocates, n-grams and keyness.

#include <fmt/format.h>

#include "app/commands.h"
#include "app/search_options.h"
#include "explore/collocates.h"
#include "explore/csv.h"

namespace corpuscope::app {
namespace {

struct Options : SearchOptions {
  int limit = 50;
  std::int64_t least = 3;
  int left = 5, right = 5;         // collocates
  std::string sort = "log-likelihood";
  int length = 2;                  // n-grams
};

// A table as it goes out: JSON, CSV, or columns for the eye.
struct Table {
  std::vector<std::string> heading;
  std::vector<std::vector<nlohmann::ordered_json>> rows;
};

std::string cell_text(const nlohmann::ordered_json& cell) {
  if (cell.is_string()) return cell.get<std::string>();
  if (cell.is_number_float()) return fmt::format("{:.2f}", cell.get<double>());
  return cell.dump();
}

void show_json(const Table& table, const char* name) {
  auto json = nlohmann::ordered_json::object();
  auto& list = json[name] = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    auto object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.heading[i]] = row[i];
    list.push_back(std::move(object));
  }
  print_json(json);
}

void show_csv(const Table& table) {
  print(explore::csv_row(table.heading));
  for (const auto& row : table.rows) {
    std::vector<std::string> fields;
    for (const auto& cell : row) fields.push_back(cell.is_string() ? cell.get<std::string>() : cell.dump());
    print(explore::csv_row(fields));
  }
}

void show_columns(const Table& table) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 1; i < cells.size(); ++i) out += fmt::format("{:>16}", cells[i]);
    print(out + "  " + printable(cells.front()));
  };
  line(table.heading);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row) cells.push_back(cell_text(cell));
    line(cells);
  }
}

void show(const Table& table, const char* name, const Options& options) {
  if (options.json)
    show_json(table, name);
  else if (options.csv)
    show_csv(table);
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
  auto found = explore::collocates(text, matches, documents, {options.left, options.right, options.least}, job);
  if (options.sort == "logdice")
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.log_dice > b.log_dice; });
  cut(found, options.limit);
  Table table{{"word", "together", "in_corpus", "expected", "log_likelihood", "log_dice"}, {}};
  for (const auto& one : found)
    table.rows.push_back({one.word, one.together, one.in_corpus, one.expected, one.log_likelihood, one.log_dice});
  show(table, "collocates", options);
}

std::vector<bool> chosen_documents(const explore::CorpusText& text, const std::vector<std::string>& paths) {
  std::vector<bool> chosen(text.documents().size(), paths.empty());
  for (const auto& path : paths) {
    const auto through = explore::filtered_documents(text.documents(), {{explore::SearchFilter::By::path, path, false}});
    for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = chosen[i] || through[i];
  }
  return chosen;
}

void ngrams(const Options& options) {
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  auto found = explore::ngrams(text, chosen_documents(text, options.words), options.length, options.least, job);
  cut(found, options.limit);
  Table table{{"words", "count", "documents"}, {}};
  for (const auto& one : found) table.rows.push_back({one.words, one.count, one.documents});
  show(table, "ngrams", options);
}

void keyness(const Options& options) {
  const explore::CorpusText text(workspace_file(options.workspace));
  core::Job job;
  auto found = explore::keyness(text, chosen_documents(text, options.words), options.least, job);
  cut(found, options.limit);
  Table table{{"word", "here", "elsewhere", "per_million_here", "per_million_elsewhere", "log_likelihood", "log_ratio"}, {}};
  for (const auto& one : found)
    table.rows.push_back({one.word, one.here, one.elsewhere, one.per_million_here, one.per_million_elsewhere,
                          one.log_likelihood, one.log_ratio});
  show(table, "keywords", options);
}

std::shared_ptr<Options> add_common(CLI::App& command) {
  auto options = std::make_shared<Options>();
  add_workspace(command, *options);
  command.add_option("--limit", options->limit, "At most so many rows")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--least", options->least, "Only what occurs at least so often")->check(CLI::PositiveNumber)->capture_default_str();
  add_output(command, *options);
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
  beside->add_option("--sort", options->sort, "The score that orders them")->check(CLI::IsMember({"log-likelihood", "logdice"}))->capture_default_str();
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
}

}  // namespace corpuscope::app
