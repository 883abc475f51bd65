#include "app/run_json.h"

#include <fmt/format.h>

#include "app/terminal.h"
#include "explore/figures.h"

namespace corpuscope::app {

namespace {

std::string precision_of(const workspace::Run& run) {
  const auto config = nlohmann::json::parse(run.config, nullptr, false);
  return config.is_object() ? config.value("precision", "float32") : "unknown";
}

}  // namespace

const char* detail_name(workspace::Detail detail) {
  switch (detail) {
    case workspace::Detail::light: return "light";
    case workspace::Detail::balanced: return "balanced";
    case workspace::Detail::full: return "full";
  }
  return "unknown";
}

nlohmann::ordered_json run_json(const workspace::Workspace& workspace, const workspace::Run& run) {
  const auto figures = explore::run_figures(workspace, run);
  return {{"id", run.id},
          {"model", run.model},
          {"detail", detail_name(run.detail)},
          {"precision", precision_of(run)},
          {"tokens", run.tokens},
          {"done", run.done},
          {"complete", run.complete()},
          {"seconds", run.seconds},
          {"layers", run.layers},
          {"heads", run.heads},
          {"levels", run.levels},
          {"text_bytes", figures.text_bytes},
          {"bits_per_token", figures.bits_per_token},
          {"bits_per_byte", figures.bits_per_byte}};
}

std::string run_line(const workspace::Workspace& workspace, const workspace::Run& run) {
  const auto figures = explore::run_figures(workspace, run);
  return fmt::format("{}: {} ({}, {}), {} of {} tokens in {}, {:.3f} bits a token, {:.3f} bits a byte", run.id,
                     printable(run.model), detail_name(run.detail), precision_of(run), count_text(run.done),
                     count_text(run.tokens), seconds_text(run.seconds), figures.bits_per_token, figures.bits_per_byte);
}

}  // namespace corpuscope::app
