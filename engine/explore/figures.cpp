#include "explore/figures.h"

#include <algorithm>

#include "explore/passages.h"

namespace corpuscope::explore {
namespace {

std::int64_t text_bytes_read(const workspace::Workspace& workspace, std::int64_t done) {
  std::int64_t bytes = 0;
  for (const auto& document : workspace.documents()) {
    if (document.first_token < 0 || document.first_token >= done) break;
    const std::int64_t behind = document.first_token + document.tokens;
    bytes += behind <= done ? document.text_bytes : Passages(workspace).place(done).offset;
  }
  return bytes;
}

}  // namespace

RunFigures run_figures(const workspace::Workspace& workspace, const workspace::Run& run) {
  RunFigures figures;
  if (run.done == 0) return figures;
  double bits = 0;
  constexpr std::int64_t block = 1 << 20;
  for (std::int64_t first = 0; first < run.done; first += block)
    for (const float value : workspace.surprisal(run.id, first, std::min(block, run.done - first))) bits += value;
  figures.text_bytes = text_bytes_read(workspace, run.done);
  figures.bits_per_token = bits / double(run.done);
  if (figures.text_bytes > 0) figures.bits_per_byte = bits / double(figures.text_bytes);
  return figures;
}

}  // namespace corpuscope::explore
