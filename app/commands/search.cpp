#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "app/commands.h"
#include "app/search_options.h"
#include "app/token_option.h"
#include "core/error.h"
#include "explore/concordance.h"

namespace corpuscope::app {
namespace {

struct Options : SearchOptions {
  int limit = 20, context = 60;
  std::string sort, as_of;
  bool plain = false;  // no words but those of the query
  std::filesystem::path batch, trec;
};

struct Found {
  explore::SearchTotals totals;
  std::vector<explore::Match> matches;  // those shown
};

explore::ConcordanceOrder order_of(const Options& options, bool exact) {
  if (options.sort.empty()) return explore::concordance_order(exact ? "position" : "relevance");
  try {
    return explore::concordance_order(options.sort);
  } catch (const core::Error& error) {
    throw CLI::ValidationError("--sort", std::string(error.what()) + " " + error.remedy());
  }
}

// Documents with the most matches first.
void most_first(const explore::SearchTotals& totals, std::vector<explore::Match>& matches) {
  std::stable_sort(matches.begin(), matches.end(), [&](const explore::Match& a, const explore::Match& b) {
    const auto in_a = totals.in_document[a.document], in_b = totals.in_document[b.document];
    return in_a > in_b || (in_a == in_b && a.document < b.document);
  });
}

Found find(const explore::CorpusText& text, const explore::SearchQuery& query, const Options& options) {
  const bool exact = query.exact();
  const auto order = order_of(options, exact);
  const bool in_order_found = order.by == (exact ? explore::ConcordanceOrder::By::position : explore::ConcordanceOrder::By::relevance);
  explore::SearchSettings settings;
  settings.most_ranked = options.limit;
  settings.expand = !options.plain;
  Found found;
  core::Job job;
  as_usage([&] {
    found.totals = explore::search(text, query, settings, job, [&](std::span<const explore::Match> matches) {
      const std::size_t room = in_order_found ? std::size_t(options.limit) - found.matches.size() : matches.size();
      found.matches.insert(found.matches.end(), matches.begin(), matches.begin() + std::ptrdiff_t(std::min(room, matches.size())));
    });
  });
  if (exact && order.by == explore::ConcordanceOrder::By::relevance)
    most_first(found.totals, found.matches);
  else if (!in_order_found)
    explore::sort_matches(text, order, found.matches, job);
  if (found.matches.size() > std::size_t(options.limit)) found.matches.resize(std::size_t(options.limit));
  return found;
}

void show_json(const Found& found, const explore::CorpusText& text, const Options& options) {
  explore::ConcordanceLines lines(text);
  auto json = nlohmann::ordered_json::object();
  json["exact"] = found.totals.exact;
  json["matches"] = found.totals.matches;
  json["documents"] = found.totals.documents;
  auto& list = json["hits"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < found.matches.size(); ++i) {
    const auto line = lines.line(found.matches[i], options.context);
    nlohmann::ordered_json hit = {{"name", line.place.name},
                                  {"line", line.place.line},
                                  {"column", line.place.column},
                                  {"offset", line.place.offset},
                                  {"length", line.place.length},
                                  {"section", line.place.section},
                                  {"position", explore::sequence_position(text, found.matches[i])},
                                  {"before", line.before},
                                  {"hit", line.hit},
                                  {"after", line.after}};
    if (options.sort.empty() && i < found.totals.scores.size()) hit["score"] = found.totals.scores[i];
    list.push_back(std::move(hit));
  }
  print_json(json);
}

void show_csv(const Found& found, const explore::CorpusText& text, const Options& options) {
  core::Job job;
  explore::write_concordance(text, found.matches, options.context, std::cout, job);
}

void show(const Found& found, const explore::CorpusText& text, const Options& options) {
  const bool colored = ::isatty(STDOUT_FILENO) == 1;
  explore::ConcordanceLines lines(text);
  for (const auto& match : found.matches) {
    const auto line = lines.line(match, options.context);
    print(fmt::format("{}:{}:{}{}: {}{}{}{}{}", printable(line.place.name), line.place.line, line.place.column,
                      printable(behind_line(line.place)), printable(line.before), colored ? "\033[1m" : "", printable(line.hit), colored ? "\033[0m" : "",
                      printable(line.after)));
  }
  const auto& totals = found.totals;
  if (totals.matches == 0)
    std::cerr << (totals.exact ? "It stands nowhere in the corpus.\n" : "No document holds any of these words.\n");
  else if (totals.exact)
    std::cerr << fmt::format("{} in {}; {} shown\n", counted(totals.matches, "place"), counted(totals.documents, "document"),
                             count_text(std::int64_t(found.matches.size())));
}

// A line "id TAB text" of a file of questions; a heading "qid ..." is passed over.
struct Question {
  std::string id, text;
};

std::vector<Question> questions_in(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw core::Error("The questions " + file.string() + " cannot be read.", "Check the name and its permissions.");
  std::vector<Question> questions;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || (number == 1 && line.starts_with("qid\t"))) continue;
    const std::size_t tab = line.find('\t');
    if (tab == 0 || tab == std::string::npos)
      throw core::Error(file.string() + ", line " + std::to_string(number) + ": no \"id TAB question\".",
                        "Put a tab between the two.");
    questions.push_back({line.substr(0, tab), line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1)});
  }
  return questions;
}

std::int64_t line_of(std::string_view text, std::int64_t offset) {
  return 1 + std::count(text.begin(), text.begin() + offset, '\n');
}

// A passage as "name:first line-last line".
std::string lines_of(const explore::CorpusText& text, const explore::Match& match,
                     const explore::SearchTotals::Passage& passage) {
  const std::string_view whole = text.text(match.document);
  std::string name = text.documents()[match.document].name;
  std::replace_if(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; }, '_');
  return fmt::format("{}:{}-{}", name, line_of(whole, passage.first),
                     line_of(whole, std::max(passage.first, passage.first + passage.bytes - 1)));
}

void run_batch(const explore::CorpusText& text, const Options& options) {
  std::ofstream out(options.trec, std::ios::binary);
  explore::SearchSettings settings;
  settings.most_ranked = 1000;
  settings.in_each_document = 0;
  settings.only_own = false;
  settings.expand = !options.plain;
  core::Job job;
  for (const Question& question : questions_in(options.batch)) {
    const auto query = explore::plain_words(question.text);
    if (query.terms.empty()) continue;
    std::vector<explore::Match> matches;
    const auto totals = explore::search(text, query, settings, job, [&](std::span<const explore::Match> found) {
      matches.insert(matches.end(), found.begin(), found.end());
    });
    for (std::size_t i = 0; i < matches.size(); ++i)
      out << fmt::format("{} Q0 {} {} {:.6f} corpuscope\n", question.id, lines_of(text, matches[i], totals.passages[i]),
                         i + 1, totals.scores[i]);
  }
  if (!out.flush())
    throw core::Error("The run could not be written to " + options.trec.string() + ".", "Choose another place, or free some space.");
}

void search(const Options& options) {
  if (options.batch.empty() != options.trec.empty()) throw CLI::RequiredError("--batch together with --trec");
  if (!options.batch.empty()) {
    if (!options.words.empty()) throw CLI::ExcludesError("QUERY", "--batch");
    run_batch(explore::CorpusText(workspace_file(options.workspace)), options);
    return;
  }
  const auto query = query_of(options);
  order_of(options, query.exact());  // said before any work
  const explore::CorpusText whole(workspace_file(options.workspace));
  std::shared_ptr<const explore::CorpusText> known;
  if (!options.as_of.empty()) {
    auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
    explore::Passages passages(workspace);
    known = whole.before(token_of(options.as_of, workspace, passages));
  }
  const explore::CorpusText& text = known ? *known : whole;
  const Found found = find(text, query, options);
  if (options.json)
    show_json(found, text, options);
  else if (options.csv)
    show_csv(found, text, options);
  else
    show(found, text, options);
}

}  // namespace

void add_search(CLI::App& app) {
  auto* command = app.add_subcommand("search", "Find words, phrases and expressions in the corpus");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  add_query(*command, *options);
  command->add_option("--limit", options->limit, "At most so many lines; all are counted")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--sort", options->sort, "By relevance, position, or a word beside the hit: L1 to L5, R1 to R5")->type_name("ORDER");
  command->add_option("--context", options->context, "Bytes of text on each side of a hit")->check(CLI::Range(0, 10000))->capture_default_str();
  command->add_option("--as-of", options->as_of, "Only what stands before this token: its number, or NAME:LINE")->type_name("TOKEN");
  command->add_flag("--no-expansion", options->plain, "Rank by the query's own words alone");
  command->add_option("--batch", options->batch, "Many questions, one a line: id TAB plain words")->type_name("FILE");
  command->add_option("--trec", options->trec, "Where the ranking of the batch goes: id Q0 name:lines rank score tag")->type_name("FILE");
  add_output(*command, *options);
  command->callback([options] { search(*options); });
}

}  // namespace corpuscope::app
