// check attention|model DIR...: the engine against exact results.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "core/error.h"
#include "model/golden.h"

namespace corpuscope::app {
namespace {

namespace golden = model::golden;
using Json = nlohmann::ordered_json;

struct CaseResult {
  std::filesystem::path folder;
  std::vector<golden::Comparison> comparisons;
};

// JSON has no NaN or infinity: those errors become null.
Json json_of(const std::vector<CaseResult>& results, bool passed) {
  Json cases = Json::array();
  for (const CaseResult& result : results) {
    Json arrays = Json::array();
    for (const golden::Comparison& one : result.comparisons)
      arrays.push_back({{"array", one.array},
                        {"error", std::isfinite(one.error) ? Json(one.error) : Json(nullptr)},
                        {"tolerance", one.tolerance},
                        {"passed", one.passed()}});
    cases.push_back({{"folder", result.folder.string()}, {"arrays", arrays}});
  }
  return {{"passed", passed}, {"cases", cases}};
}

void print(const CaseResult& result) {
  fmt::print("{}\n", result.folder.string());
  for (const golden::Comparison& one : result.comparisons)
    fmt::print("  {:<58} {:9.2e}  tolerance {:.0e}  {}\n", one.array, one.error, one.tolerance,
               one.passed() ? "PASS" : "FAIL");
}

void check(const std::vector<std::string>& folders, golden::Kind kind, bool as_json) {
  std::vector<CaseResult> results;
  std::int64_t failures = 0, arrays = 0;
  for (const std::string& folder : folders)
    for (const auto& one_case : golden::cases(folder, kind)) {
      results.push_back({one_case, golden::check(one_case, kind)});
      for (const golden::Comparison& one : results.back().comparisons) {
        ++arrays;
        failures += one.passed() ? 0 : 1;
      }
      if (!as_json) print(results.back());
    }
  if (as_json)
    fmt::print("{}\n", json_of(results, failures == 0).dump(1));
  else
    fmt::print("{} cases, {} arrays, {} within tolerance\n", results.size(), arrays, arrays - failures);
  if (failures > 0)
    throw core::Error(fmt::format("{} of {} arrays are outside of their tolerance.", failures, arrays));
}

void add_kind(CLI::App& parent, const char* name, const char* description, golden::Kind kind) {
  struct Options {
    std::vector<std::string> folders;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_option("folders", options->folders, "case folders, or folders of case_* folders")
      ->required()
      ->type_name("DIR");
  command->add_flag("--json", options->json, "print the result as JSON");
  command->callback([options, kind] { check(options->folders, kind, options->json); });
}

}  // namespace

void add_check(CLI::App& app) {
  CLI::App* command = app.add_subcommand("check", "Compare the engine with exact results in folders");
  command->require_subcommand(1);
  add_kind(*command, "attention", "Forward and gradients of dilated attention", golden::Kind::attention);
  add_kind(*command, "model", "Logits, loss and gradients of whole decoders", golden::Kind::model);
}

}  // namespace corpuscope::app
