#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "app/ranks.h"
#include "app/reach_output.h"
#include "app/run_json.h"
#include "app/terminal.h"
#include "explore/context_reach.h"
#include "explore/passages.h"
#include "explore/read.h"

namespace corpuscope::app {
namespace {

const std::map<std::string, workspace::Detail> details = {{"light", workspace::Detail::light},
                                                          {"balanced", workspace::Detail::balanced},
                                                          {"full", workspace::Detail::full}};

struct Options : Common {
  explore::ReadSettings settings;
  std::string detail = "balanced", precision = "float32";
  bool plan = false, reach = true;
  int passages = 10;
};

nlohmann::ordered_json plan_json(const explore::ReadPlan& plan) {
  return {{"model", plan.model},
          {"tokens", plan.tokens},
          {"tokens_done", plan.done},
          {"bytes", plan.bytes},
          {"bytes_per_token", plan.bytes_per_token},
          {"tile_bytes", plan.tile_bytes},
          {"memory", plan.memory},
          {"seconds", plan.seconds},
          {"device", plan.device}};
}

std::string plan_line(const explore::ReadPlan& plan) {
  const std::string model = printable(plan.model);
  if (plan.tokens == 0) return fmt::format("all {} tokens are read already with {}", count_text(plan.done), model);
  const std::string before = plan.done > 0 ? fmt::format(", {} are read already", count_text(plan.done)) : "";
  return fmt::format(
      "{} tokens to read with {}{}; adds about {} ({:.0f} bytes a token; {} of it pooled maps) and takes about {} on {}, with {} of memory",
      count_text(plan.tokens), model, before, bytes_text(double(plan.bytes)), plan.bytes_per_token,
      bytes_text(double(plan.tile_bytes)), seconds_text(plan.seconds), printable(plan.device), bytes_text(double(plan.memory)));
}

nlohmann::ordered_json passages_json(const std::vector<explore::Passage>& passages) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& passage : passages)
    list.push_back({{"bits_per_token", passage.bits_per_token},
                    {"name", passage.place.name},
                    {"line", passage.place.line},
                    {"column", passage.place.column},
                    {"section", passage.place.section},
                    {"first_token", passage.first},
                    {"tokens", passage.count},
                    {"text", passage.text}});
  return list;
}

std::string shortened(const std::string& text) {
  constexpr std::size_t most = 90;
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (line.size() <= most) return line;
  std::size_t end = most;
  while (end > 0 && (line[end] & 0xC0) == 0x80) --end;
  return line.substr(0, end) + "…";
}

void show_passages(const std::string& title, const std::vector<explore::Passage>& passages) {
  if (passages.empty()) return;
  print("\n" + title);
  for (const auto& passage : passages)
    print(fmt::format("{:6.2f} bits a token  {}:{}\n    {}", passage.bits_per_token, printable(passage.place.name),
                      passage.place.line, printable(shortened(passage.text))));
}

void show_result(const Options& options, const std::filesystem::path& file, std::int64_t id,
                 const explore::ReadPlan& plan) {
  const auto workspace = workspace::Workspace::open(file);
  const auto run = workspace.run(id).value();
  const auto most = explore::surprising_passages(workspace, id, true, options.passages);
  const auto least = explore::surprising_passages(workspace, id, false, options.passages);
  const auto reach = workspace.context_reach(id);
  if (options.json) {
    print_json({{"workspace", file.string()},
                {"plan", plan_json(plan)},
                {"run", run_json(workspace, run)},
                {"reach", reach ? reach_json(*reach) : nlohmann::ordered_json()},
                {"most_surprising", passages_json(most)},
                {"least_surprising", passages_json(least)}});
    return;
  }
  const auto summary = workspace.summary();
  print(fmt::format("{} documents, {} tokens, {} workspace", count_text(summary.documents),
                    count_text(summary.tokens), bytes_text(double(summary.workspace_bytes))));
  print("run " + run_line(workspace, run));
  if (reach) print(reach_line(*reach));
  show_passages("Most surprising", most);
  show_passages("Least surprising", least);
}

// What is said before the reading begins, by the first rank.
void tell(const Options& options, const explore::ReadPlan& plan, const parallel::Collective& ranks) {
  if (options.plan && options.json) return print_json({{"plan", plan_json(plan)}});
  if (options.plan) return print(plan_line(plan));
  if (options.quiet) return;
  std::cerr << plan_line(plan) << std::endl;
  if (ranks.size() > 1)
    fmt::print(stderr, "{} ranks; should one die, the same command goes on from the last checkpoint\n", ranks.size());
}

void read(const Options& options, parallel::Collective& ranks) {
  const bool first = ranks.rank() == 0;
  if (ranks.size() > 1) use_threads(0);
  const auto file = first ? workspace_file(options.workspace) : options.workspace;
  const auto plan = explore::plan_read(ranks, file, options.settings);
  if (first) tell(options, plan, ranks);
  if (options.plan) return;
  std::int64_t run = 0;
  {
    TerminalJob work(options.quiet || !first || plan.tokens == 0);
    run = explore::read_corpus(ranks, file, options.settings, work.job());
    if (first && options.reach) explore::measure_reach_once(file, run, options.settings.model, work.job());
  }
  if (first) show_result(options, file, run, plan);
}

}  // namespace

void add_read(CLI::App& app) {
  auto* command = app.add_subcommand("read", "Read the whole corpus with a model and keep what it saw");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  command->add_option("--model", options->settings.model, "A model folder, or a name of \"corpuscope model list\"; by default pocket, which comes along")
      ->type_name("MODEL");
  command->add_option("--detail", options->detail, "How much of the attention is kept: light, balanced, full")
      ->check(CLI::IsMember({"light", "balanced", "full"}).description(""))
      ->type_name("LEVEL")
      ->capture_default_str();
  command->add_option("--precision", options->precision,
                      "Of matrix products: float32, or bf16, which is quicker on processors that have it and keeps three "
                      "digits")
      ->check(CLI::IsMember({"float32", "bf16"}).description(""))
      ->type_name("NUMBERS")
      ->capture_default_str();
  command->add_option("--size-limit", options->settings.size_limit,
                      "Do not start where more than this would be added, e.g. 500MB; by default there is no limit")
      ->transform(CLI::AsSizeValue(true).description(""))
      ->type_name("BYTES");
  command
      ->add_option("--device", options->settings.device,
                   "auto, cpu, gpu, gpus (all), or of \"corpuscope devices\"; several GPUs read together")
      ->type_name("DEVICE")
      ->capture_default_str();
  command->add_flag("--plan", options->plan, "Only tell how long it will take and how much it will add");
  command->add_flag("--no-reach{false}", options->reach, "Do not measure afterwards how far back the model uses its context (\"corpuscope reach\")");
  command->add_option("--passages", options->passages, "Show so many of the most and the least surprising passages")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_json(*command, *options);
  add_quiet(*command, *options);
  command->footer(
      "May be interrupted at any time; the same command goes on, with the same result.\n"
      "\"mpirun -np N corpuscope read ...\" shares the work and the memory of the stream between N processes,\n"
      "each with a GPU of its own where there are as many.");
  command->callback([options] {
    options->settings.detail = details.at(options->detail);
    options->settings.bf16 = options->precision == "bf16";
    on_ranks([&](parallel::Collective& ranks) { read(*options, ranks); });
  });
}

}  // namespace corpuscope::app
