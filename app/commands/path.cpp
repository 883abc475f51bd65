#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "app/commands.h"
#include "app/path_output.h"
#include "core/error.h"
#include "explore/link_check.h"
#include "explore/path_table.h"
#include "explore/rollout.h"
#include "workspace/writer.h"

namespace corpuscope::app {
namespace {

RunAnswer ask_run(const PathOptions& options, const Question& question) {
  RunAnswer answer;
  if (options.strongest == 0) return answer;
  const auto asked = question.strongest(options);
  answer.asked = true;
  answer.exact = options.reread;
  answer.cost = explore::strongest_paths_cost(*question.run, asked);
  if (!options.reread) {
    answer.paths = explore::stored_paths(*question.workspace, asked);
    return answer;
  }
  TerminalJob work(options.quiet || options.json);
  answer.paths = explore::strongest_paths(question.workspace->file(), asked, work.job());
  return answer;
}

// Reads again without the passage, and without the source of each hop.
void check(const PathOptions& options, const Question& question, RunAnswer& answer) {
  explore::LinkChecker checker(question.workspace->file(), question.run->id, options.model);
  TerminalJob work(options.quiet || options.json);
  answer.whole = checker.check(explore::link_of_passage(*question.run, question.first, question.count, question.to), work.job());
  for (const auto& path : answer.paths) {
    auto& checks = answer.hops.emplace_back();
    for (const auto& link : explore::links_of_path(*question.run, path)) checks.push_back(checker.check(link, work.job()));
  }
}

void write_table(const std::filesystem::path& file, const std::string& table) {
  std::ofstream out(file, std::ios::binary);
  out << table;
  out.close();
  if (!out) throw core::Error(file.string() + " cannot be written.", "Choose another place, or free some space.");
}

void find(const PathOptions& options) {
  Question question = path_question(options);
  if (!options.save.empty() && !question.run)
    throw CLI::ValidationError("--save keeps paths with a run: give a workspace, and no pattern");
  explore::PatternAnswer pattern;
  {
    TerminalJob work(true);  // silent: it only lets Ctrl-C through
    pattern = explore::ask_pattern(question.pattern, question.heads, question.length, question.first, question.count,
                                   question.to, &work.job());
  }
  RunAnswer run = ask_run(options, question);
  if (options.check) check(options, question, run);
  const auto structural = pattern.path ? explore::steps_of(*pattern.path) : workspace::FoundPath();
  if (!options.save.empty())
    question.workspace->writer().save_paths({0, question.run->id, options.save, question.first, question.count,
                                             question.to, run.exact, structural, run.paths});
  if (!options.csv.empty()) write_table(options.csv, explore::path_table(structural, run.paths, question.heads, question.passages.get()));
  options.json ? show_json(pattern, run, question) : show(pattern, run, question);
}

void roll_out(const PathOptions& options) {
  Question question = path_question(options);
  const auto asked = question.strongest(options);
  const explore::RolloutQuestion rollout{asked.run, asked.first, asked.count,
                                         options.save.empty() ? "from token " + count_text(asked.first) : options.save,
                                         options.model};
  const auto cost = explore::rollout_cost(*question.run, rollout);
  if (!options.quiet && !options.json)
    fmt::print(stderr, "reads {} tokens again, which took {} when they were read\n", count_text(cost.tokens),
               seconds_text(cost.seconds));
  std::int64_t id = 0;
  {
    TerminalJob work(options.quiet || options.json);
    id = explore::roll_out(question.workspace->file(), rollout, work.job());
  }
  if (options.json)
    print_json({{"rollout", id}, {"name", rollout.name}, {"from", rollout.first}, {"from_count", rollout.count}});
  else
    print(fmt::format("kept as rollout {}: {}", id, printable(rollout.name)));
}

void list(const PathOptions& options) {
  const Question question = path_question(options);
  if (!question.run) throw CLI::ValidationError("--list is about a run: give a workspace, and no pattern");
  nlohmann::ordered_json json = {{"paths", nlohmann::ordered_json::array()},
                                 {"rollouts", nlohmann::ordered_json::array()}};
  for (const auto& paths : question.workspace->saved_paths(question.run->id)) {
    json["paths"].push_back({{"id", paths.id}, {"name", paths.name}, {"from", paths.first}, {"from_count", paths.count},
                             {"to", paths.target}, {"exact", paths.exact}, {"structural_hops", paths.structural.size()},
                             {"strongest", paths.strongest.size()}});
    if (!options.json)
      print(fmt::format("path {:<4} {}  from token {} to {}, {} strongest", paths.id, printable(paths.name),
                        count_text(paths.first), count_text(paths.target), paths.strongest.size()));
  }
  for (const auto& rollout : question.workspace->rollouts(question.run->id)) {
    json["rollouts"].push_back({{"id", rollout.id}, {"name", rollout.name}, {"from", rollout.first},
                                {"from_count", rollout.count}});
    if (!options.json)
      print(fmt::format("rollout {:<4} {}  from token {}", rollout.id, printable(rollout.name), count_text(rollout.first)));
  }
  if (options.json)
    print_json(json);
  else if (json["paths"].empty() && json["rollouts"].empty())
    print("Nothing is kept with this run yet: --save NAME keeps what a search finds.");
}

// By its number or its name, the newest of that name.
workspace::SavedPaths saved(const Question& question, const std::string& wanted) {
  std::int64_t id = 0;
  const auto read = std::from_chars(wanted.data(), wanted.data() + wanted.size(), id);
  const bool number = read.ec == std::errc() && read.ptr == wanted.data() + wanted.size();
  for (const auto& paths : question.workspace->saved_paths(question.run->id))
    if (paths.name == wanted || (number && paths.id == id)) return paths;
  throw core::Error("No paths are kept as \"" + wanted + "\".", "\"corpuscope path --list\" tells which are.");
}

void show_one(const PathOptions& options) {
  Question question = path_question(options);
  if (!question.run) throw CLI::ValidationError("--show is about a run: give a workspace, and no pattern");
  const auto paths = saved(question, options.show);
  question.first = paths.first;
  question.count = paths.count;
  if (!options.csv.empty()) write_table(options.csv, explore::path_table(paths.structural, paths.strongest, question.heads, question.passages.get()));
  show_saved(paths, question, options.json);
}

void remove(const PathOptions& options) {
  auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  if (options.remove > 0) workspace.writer().remove_paths(options.remove);
  if (options.remove_rollout > 0) workspace.writer().remove_rollout(options.remove_rollout);
  if (options.json) print_json({{"removed", options.remove}, {"removed_rollout", options.remove_rollout}});
}

// What was kept gets another name.
void rename(const PathOptions& options) {
  auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  if (options.rename > 0) workspace.writer().rename_paths(options.rename, options.save);
  if (options.rename_rollout > 0) workspace.writer().rename_rollout(options.rename_rollout, options.save);
  if (options.json) print_json({{"renamed", options.rename}, {"renamed_rollout", options.rename_rollout}, {"name", options.save}});
}

// The tokens behind the passage that hold most of it.
void show_rollout(const PathOptions& options) {
  constexpr int most = 20, tokens_around = 6;
  Question question = path_question(options);
  if (!question.run) throw CLI::ValidationError("--show-rollout is about a run: give a workspace, and no pattern");
  const auto all = question.workspace->rollouts(question.run->id);
  const auto found = std::ranges::find(all, options.show_rollout, &workspace::Rollout::id);
  if (found == all.end())
    throw core::Error(fmt::format("There is no rollout {}.", options.show_rollout), "\"corpuscope path --list\" tells which are.");
  nlohmann::ordered_json json = {{"rollout", found->id}, {"name", found->name}, {"from", found->first}, {"from_count", found->count}};
  auto& holders = json["holders"] = nlohmann::ordered_json::array();
  if (!options.json)
    print(fmt::format("\"{}\", of {} tokens from {} on: who holds most of it", printable(found->name), count_text(found->count), count_text(found->first)));
  for (const auto& [token, share] : explore::strongest_holders(*question.workspace, *found, most)) {
    const auto place = question.passages->place(token);
    const std::string text = question.passages->snippet(token, tokens_around, tokens_around);
    holders.push_back({{"token", token}, {"share", share}, {"name", place.name}, {"line", place.line}, {"around", text}});
    if (!options.json)
      print(fmt::format("{:9.3g}  token {}  {}:{}  {}", share, count_text(token), printable(place.name), place.line, printable(text)));
  }
  if (options.json) print_json(json);
}

void tell_of_path(const PathOptions& options) {
  const bool removes = options.remove > 0 || options.remove_rollout > 0;
  const bool renames = options.rename > 0 || options.rename_rollout > 0;
  const bool about_saved = options.list || !options.show.empty() || removes || renames || options.show_rollout > 0;
  if (about_saved && options.workspace.empty()) throw CLI::RequiredError("--workspace");
  if (removes) return remove(options);
  if (renames) return rename(options);
  if (options.show_rollout > 0) return show_rollout(options);
  if (options.list) return list(options);
  if (!options.show.empty()) return show_one(options);
  if (options.from.empty()) throw CLI::RequiredError("--from");
  if (options.rollout) return roll_out(options);
  if (options.to.empty()) throw CLI::RequiredError("--to");
  find(options);
}

void add_places(CLI::App& command, PathOptions& options) {
  command.add_option("--from", options.from, "What is known of: the number of a token or NAME:LINE, +COUNT for more tokens")
      ->type_name("TOKEN");
  command.add_option("--to", options.to, "The token that knows")->type_name("TOKEN");
  command
      .add_option("-w,--workspace", options.workspace,
                  "Search the pattern by which this workspace was read, and show the text of every hop")
      ->type_name("FILE");
  command.add_option("--run", options.run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
}

void add_run_options(CLI::App& command, PathOptions& options) {
  auto* strongest =
      command.add_option("--strongest", options.strongest, "Also the K strongest paths that the model really used")
          ->type_name("K")
          ->check(CLI::Range(1, 1000));
  command.add_flag("--reread", options.reread, "Ask all weights, not only stored ones: reads up to TO again")
      ->needs(strongest);
  command.add_flag("--check", options.check,
                   "Read again without the passage, and without the source of each hop: is the token behind TO less likely then?")
      ->needs(strongest);
  auto* rollout = command.add_flag("--rollout", options.rollout,
                                   "Instead: how much of FROM every token holds, kept as a track; reads all again");
  rollout->excludes(strongest);
  command.add_option("--model", options.model, "The model that read the run, where it is not among the resources")
      ->type_name("DIR");
}

void add_saved(CLI::App& command, PathOptions& options) {
  auto* save = command.add_option("--save", options.save, "Keep what is found in the workspace under this name")->type_name("NAME");
  auto* list = command.add_flag("--list", options.list, "List what is kept");
  auto* show = command.add_option("--show", options.show, "Show paths that were kept")->type_name("NAME");
  auto* remove = command.add_option("--remove", options.remove, "Forget paths that were kept")
                     ->type_name("NUMBER")
                     ->check(CLI::PositiveNumber);
  const auto number = [&](const char* option, std::int64_t& value, const char* text) {
    return command.add_option(option, value, text)->type_name("NUMBER")->check(CLI::PositiveNumber);
  };
  auto* remove_rollout = number("--remove-rollout", options.remove_rollout, "Forget a rollout that was kept");
  auto* show_rollout = number("--show-rollout", options.show_rollout, "Show which tokens hold most of a rollout's passage");
  for (auto* other : {number("--rename", options.rename, "Give paths that were kept the name of --save"),
                      number("--rename-rollout", options.rename_rollout, "Give a rollout that was kept the name of --save")})
    other->needs(save)->excludes(list)->excludes(show)->excludes(remove)->excludes(remove_rollout)->excludes(show_rollout);
  list->excludes(show)->excludes(remove);
  show->excludes(remove);
  command.add_option("--csv", options.csv, "Write the steps of all paths as a table")->type_name("FILE");
}

}  // namespace

void add_path(CLI::App& app) {
  auto* command =
      app.add_subcommand("path", "Find the fewest hops by which one token can know of another, or why it cannot");
  auto options = std::make_shared<PathOptions>();
  add_places(*command, *options);
  add_run_options(*command, *options);
  add_saved(*command, *options);
  options->pattern_given = add_pattern_options(*command, options->pattern);
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer("In JSON and CSV layers, levels and heads count from 0.");
  command->callback([options] { tell_of_path(*options); });
}

}  // namespace corpuscope::app
