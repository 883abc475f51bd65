#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "core/error.h"
#include "core/memory.h"
#include "explore/models.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::vector<std::filesystem::path> folders;
  std::filesystem::path shown;
  explore::ImportSettings import;
};

nlohmann::ordered_json memory_json(const explore::MemoryNeed& need) {
  return {{"total", need.total()}, {"weights", need.weights}, {"state", need.state}, {"working", need.working}};
}

nlohmann::ordered_json model_json(const explore::ModelInfo& model) {
  nlohmann::ordered_json json = {{"name", model.name}, {"folder", model.folder.string()}, {"place", model.place}, {"disk_bytes", model.disk}};
  if (!model.problem.empty()) {
    json["problem"] = model.problem;
    json["remedy"] = model.remedy;
    return json;
  }
  json.update({{"architecture", model.architecture},
               {"parameters", model.parameters},
               {"vocabulary", model.vocabulary},
               {"weights", model.weights},
               {"trained_length", model.trained_length},
               {"base_segment", model.base_segment},
               {"memory_bytes", memory_json(model.memory)},
               {"tokens_per_second", model.tokens_per_second}});
  return json;
}

std::string parameters_text(std::int64_t count) {
  return count < 1'000'000'000 ? fmt::format("{:.1f} M", double(count) / 1e6) : fmt::format("{:.2f} G", double(count) / 1e9);
}

std::string speed_text(double tokens_per_second) { return count_text(std::int64_t(tokens_per_second)) + " tokens/s"; }

void list(const Options& options) {
  const auto models = explore::list_models(options.folders);
  if (options.json) {
    auto array = nlohmann::ordered_json::array();
    for (const auto& model : models) array.push_back(model_json(model));
    return print_json({{"models", array},
                       {"for_tokens", explore::usual_length},
                       {"models_folder", explore::models_folder().string()},
                       {"available_memory_bytes", core::available_memory()}});
  }
  print(fmt::format("{:<24} {:<9} {:>10} {:<8} {:>10} {:>10}  {}", "name", "place", "parameters", "weights", "disk", "memory", "speed here"));
  for (const auto& model : models) {
    const std::string name = printable(model.name);
    if (!model.problem.empty()) {
      print(fmt::format("{:<24} {:<9} cannot be used: {} {}", name, model.place, printable(model.problem), printable(model.remedy)));
      continue;
    }
    print(fmt::format("{:<24} {:<9} {:>10} {:<8} {:>10} {:>10}  about {}", name, model.place, parameters_text(model.parameters),
                      model.weights, bytes_text(double(model.disk)), bytes_text(double(model.memory.total())), speed_text(model.tokens_per_second)));
  }
  print(fmt::format("\nMemory and speed are for reading {} tokens; {} of memory are free.\nImported models lie in {}.",
                    count_text(explore::usual_length), bytes_text(double(core::available_memory())),
                    printable(explore::models_folder().string())));
}

void show_model(const explore::ModelInfo& model) {
  print(fmt::format("{} in {}", printable(model.name), printable(model.folder.string())));
  if (!model.problem.empty()) throw core::Error(model.problem, model.remedy);
  print(model.architecture);
  print(fmt::format("{} parameters, {} tokens in the vocabulary, weights in {}, {} on disk", parameters_text(model.parameters),
                    count_text(model.vocabulary), model.weights, bytes_text(double(model.disk))));
  print(fmt::format("dense up to {} tokens{}", count_text(model.base_segment),
                    model.trained_length > 0 ? ", trained on " + count_text(model.trained_length) : ""));
  print(fmt::format("to read {} tokens: {} of memory ({} weights, {} remembered, {} to work in), about {}",
                    count_text(explore::usual_length), bytes_text(double(model.memory.total())),
                    bytes_text(double(model.memory.weights)), bytes_text(double(model.memory.state)),
                    bytes_text(double(model.memory.working)), speed_text(model.tokens_per_second)));
}

void show_checkpoint(const Options& options) {
  const auto info = explore::describe_checkpoint(options.shown);
  if (options.json)
    return print_json({{"origin", info.origin},
                       {"architecture", info.architecture},
                       {"parameters", info.parameters},
                       {"vocabulary", info.vocabulary},
                       {"trained_length", info.trained_length},
                       {"base_segment", info.base_segment},
                       {"imported_bytes", {{"float32", info.float32_bytes}, {"bf16", info.bf16_bytes}, {"int8", info.int8_bytes}}}});
  print(fmt::format("{}: a model that can be imported\n{}", printable(info.origin), info.architecture));
  print(fmt::format("{} parameters, {} tokens in the vocabulary, trained on {} tokens", parameters_text(info.parameters),
                    count_text(info.vocabulary), count_text(info.trained_length)));
  print(fmt::format("imported it takes {} in float32, {} in bf16, {} in int8", bytes_text(double(info.float32_bytes)),
                    bytes_text(double(info.bf16_bytes)), bytes_text(double(info.int8_bytes))));
}

void show(const Options& options) {
  if (explore::is_checkpoint(options.shown)) return show_checkpoint(options);
  const auto model = explore::describe_model(explore::model_folder(options.shown));
  if (!options.json || !model.problem.empty()) return show_model(model);
  print_json(model_json(model));
}

void import(const Options& options) {
  std::filesystem::path folder;
  {
    TerminalJob work(options.quiet);
    folder = explore::import_model(options.import, work.job());
  }
  const auto model = explore::describe_model(folder);
  if (options.json) return print_json(model_json(model));
  show_model(model);
  print(fmt::format("\nNow cut a corpus with its tokenizer and read it:\n  corpuscope open FOLDER --tokenizer {}\n  corpuscope read -w FOLDER --model {}",
                    printable((folder / "tokenizer.model").string()), printable(folder.string())));
}

void add_list(CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto* list_command = command.add_subcommand("list", "The models that are at hand, what they need and how quick they are here");
  list_command->add_option("DIR", options->folders, "Further model folders, or folders that hold some");
  add_json(*list_command, *options);
  list_command->callback([options] { list(*options); });
}

void add_show(CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto* show_command = command.add_subcommand("show", "One model, or a checkpoint before it is imported");
  show_command->add_option("MODEL", options->shown, "A name of the list, a folder, or a GGUF file")->required();
  add_json(*show_command, *options);
  show_command->callback([options] { show(*options); });
}

void add_import(CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto* import_command = command.add_subcommand(
      "import", "Make a model of others readable: Llama 2, TinyLlama, Mistral 0.1 and others of that family");
  import_command->add_option("SOURCE", options->import.source, "A folder in the form of Hugging Face, or a GGUF file")->required();
  import_command->add_option("--to", options->import.to, "Its name among the models, or a folder; by default named after the source")
      ->type_name("NAME");
  import_command->add_option("--weights", options->import.weights,
                             "How the weights are kept: float32, bf16 (half of it), int8 (a quarter, less exact)")
      ->check(CLI::IsMember({"float32", "bf16", "int8"}).description(""))
      ->type_name("FORM")
      ->capture_default_str();
  import_command->add_option("--segment", options->import.segment,
                             "Attend only so many tokens densely: memory and time shrink with it; by default as many as "
                             "the model was trained on")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("TOKENS");
  add_json(*import_command, *options);
  add_quiet(*import_command, *options);
  import_command->callback([options] { import(*options); });
}

}  // namespace

void add_models(CLI::App& app) {
  auto* command = app.add_subcommand("model", "List, show and import models; nothing is ever downloaded");
  command->require_subcommand(1);
  add_list(*command);
  add_show(*command);
  add_import(*command);
}

}  // namespace corpuscope::app
