#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "app/search_options.h"
#include "app/token_option.h"
#include "explore/csv.h"
#include "explore/twists.h"

namespace corpuscope::app {
namespace {

struct Options : SearchOptions {
  explore::TwistSettings settings;
  bool every = false, repeated = false;
  int limit = 50;
};

nlohmann::ordered_json as_json(const explore::Twist& twist) {
  const auto side = [](const explore::Place& place, const explore::Stretch& tokens, const explore::Stretch& copy, const std::string& text) {
    return nlohmann::ordered_json{{"name", place.name}, {"line", place.line}, {"token", tokens.first}, {"tokens", tokens.count},
                                  {"copy_first", copy.first}, {"copy_tokens", copy.count}, {"text", text}};
  };
  return {{"bits", twist.bits}, {"bits_around", twist.bits_around}, {"equal", twist.equal}, {"differences", twist.differences},
          {"same_change", twist.same_change}, {"expected", twist.expected_text}, {"expected_times", twist.expected}, {"for_others", twist.for_others},
          {"slip", twist.slip()},
          {"later", side(twist.later_place, twist.later, twist.later_copy, twist.later_text)},
          {"earlier", side(twist.earlier_place, twist.earlier, twist.earlier_copy, twist.earlier_text)}};
}

// What the copy does to the same word in its other places.
std::string elsewhere(const explore::Twist& twist) {
  if (twist.expected == 0) return "";
  const bool stays = twist.expected_text == twist.earlier_text;
  return fmt::format("; elsewhere in the copy {}, {}", stays ? "it stays" : "it is " + printable(twist.expected_text),
                     twist.expected == 1 ? "once" : fmt::format("{} times", twist.expected));
}

std::string as_before(const explore::Twist& twist) {
  if (twist.earlier_text == twist.later_text) return "as in";
  return "was " + (twist.earlier_text.empty() ? "nothing" : printable(twist.earlier_text)) + " in";
}

void twists(const Options& options) {
  const auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  explore::TwistSettings settings = options.settings;
  settings.run = options.every ? 0 : run_to_look_at(workspace, settings.run).id;
  settings.lone = !options.repeated;
  settings.most = options.limit;
  TerminalJob work(options.quiet || options.json || options.csv);
  const auto found = explore::find_twists(workspace, settings, work.job());
  auto list = nlohmann::ordered_json::array();
  if (options.csv) print(explore::csv_row({"bits", "name", "line", "text", "other_name", "other_line", "other_text", "equal", "differences", "slip", "expected", "times"}));
  for (const auto& twist : found.shown) {
    if (options.json)
      list.push_back(as_json(twist));
    else if (options.csv)
      print(explore::csv_row({twist.bits < 0 ? "" : fmt::format("{:.3f}", twist.bits), twist.later_place.name, std::to_string(twist.later_place.line),
                              twist.later_text, twist.earlier_place.name, std::to_string(twist.earlier_place.line),
                              twist.earlier_text, std::to_string(twist.equal), std::to_string(twist.differences),
                              twist.slip() ? "yes" : "no", twist.expected_text, std::to_string(twist.expected)}));
    else
      print(fmt::format("{}{}{}:{}: {}   {} {}:{}  ({} tokens the same, {} differences{})", twist.slip() ? "slip?  " : "",
                        twist.bits < 0 ? "" : fmt::format("{:5.1f} bits  ", twist.bits), printable(twist.later_place.name), twist.later_place.line,
                        twist.later_text.empty() ? "nothing" : printable(twist.later_text), as_before(twist), printable(twist.earlier_place.name),
                        twist.earlier_place.line, count_text(twist.equal), twist.differences, elsewhere(twist)));
  }
  if (options.json)
    print_json({{"run", settings.run}, {"copies", found.copies}, {"differences", found.differences}, {"found", found.found}, {"twists", list}});
  else if (!options.quiet)
    std::cerr << fmt::format("{} of {} differences in {} copies; {} shown\n", count_text(found.found), count_text(found.differences),
                             count_text(found.copies), count_text(std::int64_t(found.shown.size())));
}

}  // namespace

void add_twists(CLI::App& app) {
  auto* command = app.add_subcommand("twists", "Copies with a word changed that the model did not expect: slips, variant readings");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  auto& settings = options->settings;
  auto* bits = command->add_option("--bits", settings.least_bits, "What the changed word cost the model at least; slips are told whatever they cost")
                   ->check(CLI::Range(0.0, 100.0))->capture_default_str();
  command->add_flag("--every", options->every, "Every difference, in the order of the corpus, without the model")->excludes(bits);
  command->add_flag("--repeated", options->repeated, "Also changes that are made several times in a copy");
  command->add_flag("--slips", settings.slips, "Only exceptions from what a copy does to the same word elsewhere, as slips of copying are");
  command->add_option("--equal", settings.least_equal, "Tokens that two copies have in common at least")
      ->check(CLI::Range(16, 1'000'000))->capture_default_str();
  command->add_option("--limit", options->limit, "At most so many; all are counted")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  command->add_option("--run", settings.run, "Of this run, by default the newest")->check(CLI::PositiveNumber);
  add_output(*command, *options);
  add_quiet(*command, *options);
  command->footer("A twist is a hint and no proof: read both places.");
  command->callback([options] { twists(*options); });
}

}  // namespace corpuscope::app
