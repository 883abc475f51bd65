#include "explore/read_setup.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/memory.h"
#include "explore/model_needs.h"
#include "explore/open.h"
#include "explore/read_state.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

namespace {

struct DetailLevel {
  int tile_size;
  bool each_head;
  int edges, edges_of_long;  // a token and layer; of a sequence above `long_sequence`
};

constexpr std::int64_t long_sequence = std::int64_t(1) << 20;

DetailLevel detail_level(workspace::Detail detail) {
  switch (detail) {
    case workspace::Detail::light: return {16, false, 1, 0};
    case workspace::Detail::balanced: return {32, false, 4, 1};
    case workspace::Detail::full: return {32, true, 8, 4};
  }
  return {};
}

std::uint64_t fingerprint(const std::string& config, const model::Decoder& decoder) {
  std::uint64_t print = XXH3_64bits(config.data(), config.size());
  decoder.each_weight([&print](const std::string& name, std::span<const std::byte> bytes) {
    print = XXH3_64bits_withSeed(name.data(), name.size(), print);
    print = XXH3_64bits_withSeed(bytes.data(), bytes.size(), print);
  });
  return print;
}

// Levels up to the sequence's length. A ladder whose segments grow faster than its dilations would remember ever more
// rows a segment: added levels keep no more than the model's own do.
pattern::Pattern levels_for(const pattern::Pattern& own, std::int64_t tokens) {
  std::int64_t most = 1;
  for (const pattern::Level& level : own.levels)
    most = std::max(most, (level.segment + level.dilation - 1) / level.dilation);
  pattern::Pattern all = pattern::extended(own, tokens);
  for (std::size_t k = own.levels.size(); k < all.levels.size(); ++k) {
    pattern::Level& level = all.levels[k];
    level.dilation = std::max(level.dilation, (level.segment + most - 1) / most);
  }
  return all;
}

void check_tokenizer(const std::filesystem::path& model, const workspace::Workspace& workspace) {
  const std::filesystem::path file = tokenizer_of(model);
  if (file.empty()) return;
  std::ifstream in(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (bytes != workspace.tokenizer_model())
    throw core::Error(fmt::format("The model {} was trained with another tokenizer than the one that cut {}.",
                                  model.string(), workspace.file().string()),
                      fmt::format("Open the folder again with \"--tokenizer {}\", or choose another model.",
                                  file.string()));
}

std::int64_t power_of_two_below(double value, std::int64_t least, std::int64_t most) {
  std::int64_t power = least;
  while (power < most && double(power * 2) <= value) power *= 2;
  return power;
}

// Of what the heads of all layers keep of one position.
std::int64_t row_bytes(const model::Config& config) {
  return config.head_dim * 2 * std::int64_t(sizeof(float)) * config.layers;
}

// Of pooled maps at all zooms, measured.
double tiles_per_token(const InspectionSettings& inspection) {
  const pattern::Pattern& pattern = inspection.pattern;
  const double tile = 0.5 * inspection.tile_size * inspection.tile_size + 80;
  constexpr double zoomed_tiles = 1.15;  // all zooms together, as many times as the segments' own maps
  double tiles = 0;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < inspection.heads; ++head) {
      const bool mean = head < (pattern.staggered ? 2 : 1);
      // Of the mean and of the strongest head, or of each.
      tiles += double(pattern::segment_count(pattern, level, head, inspection.length)) *
               ((mean ? 2 : 0) + (inspection.each_head ? 1 : 0));
    }
  return tiles * inspection.layers * tile * zoomed_tiles / double(inspection.length);
}

// Of all but states, measured.
double results_per_token(const InspectionSettings& inspection) {
  return 2.5 + 4.5 * inspection.layers + 4.0 * inspection.layers * inspection.edges + tiles_per_token(inspection);
}

// Of the model's state behind so many tokens: the rows of the segments that are open there.
double state_bytes(const model::Config& config, const InspectionSettings& inspection, std::int64_t position) {
  const pattern::Pattern& pattern = inspection.pattern;
  std::int64_t rows = 0;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < inspection.heads; ++head) {
      const std::int64_t segment = pattern.levels[std::size_t(level)].segment;
      const std::int64_t shift = pattern::shift(pattern, level, head), open = (position + shift) / segment;
      if (open * segment - shift < position)
        rows += pattern::segment_rows(pattern, level, head, inspection.heads, position, open).count;
    }
  return double(rows * row_bytes(config));
}

struct Waypoints {
  std::int64_t spacing = 0;  // 0: none
  double bytes = 0;          // of all together
};

// States are kept at powers of two, where most segments have just ended and states are small (pocket: 7 MB at multiples
// of 2^17, 19 MB behind the last of 557,000 tokens); as often as they take no more than half of what the run's results do.
Waypoints waypoints(const model::Config& config, const InspectionSettings& inspection) {
  constexpr std::int64_t least = 65536, most_states = 4096;
  const double allowed = 0.5 * results_per_token(inspection) * double(inspection.length);
  for (std::int64_t spacing = least; spacing < inspection.length; spacing *= 2) {
    if (inspection.length / spacing > most_states) continue;
    Waypoints found{spacing, 0};
    for (std::int64_t at = spacing; at < inspection.length; at += spacing)
      found.bytes += state_bytes(config, inspection, at);
    if (found.bytes <= allowed) return found;
  }
  return {};
}

ReadModel read_model(const std::filesystem::path& place, model::Decoder decoder) {
  const std::string config = model::to_json(decoder.config());
  const std::uint64_t print = fingerprint(config, decoder);
  const std::filesystem::path plain = (place / "").lexically_normal().parent_path();
  return {plain.filename().string(), std::move(decoder), config, print};
}

}  // namespace

std::int64_t memory_needed(const ReadSettings& settings, std::int64_t tokens) {
  return memory_needed(model_folder(settings.model), tokens).total();
}

ReadModel load_read_model(const ReadSettings& settings, const workspace::Workspace& workspace) {
  const workspace::Summary summary = workspace.summary();
  if (!summary.tokens_complete)
    throw core::Error(fmt::format("The corpus in {} is not cut into tokens yet.", workspace.file().string()),
                      "Open its folder again and let that come to its end.");
  if (summary.tokens == 0)
    throw core::Error(fmt::format("The corpus in {} holds no text to read.", workspace.file().string()),
                      "Open a folder with readable files; `info` lists why files were skipped.");
  const std::filesystem::path place = model_folder(settings.model);
  const std::string name = (place / "").lexically_normal().parent_path().filename().string();
  require_memory(name, memory_needed(place, summary.tokens), summary.tokens, core::available_memory());
  model::Decoder decoder = model::Decoder::load(place);
  if (!decoder.config().attention.causal)
    throw core::Error(fmt::format("The model {} is not causal, so it cannot read a stream.", place.string()),
                      "Choose a causal model.");
  check_tokenizer(place, workspace);
  decoder.set_pattern(levels_for(decoder.config().attention, summary.tokens));
  if (settings.bf16) decoder.set_precision(compute::Precision::bf16);
  return read_model(place, std::move(decoder));
}

ReadModel load_read_model(const std::filesystem::path& folder, const std::string& config) {
  const std::filesystem::path place = model_folder(folder);
  model::Decoder decoder = model::Decoder::load(place);
  const model::Config given = model::parse_config(config);
  decoder.set_pattern(given.attention);
  decoder.set_precision(given.precision);
  return read_model(place, std::move(decoder));
}

model::Config for_length(model::Config config, std::int64_t tokens) {
  config.attention = levels_for(config.attention, tokens);
  return config;
}

InspectionSettings inspection_settings(const model::Config& config, workspace::Detail detail, std::int64_t tokens) {
  const DetailLevel level = detail_level(detail);
  return {config.attention, config.layers,   config.heads,
          tokens,           level.tile_size, level.each_head,
          tokens > long_sequence ? level.edges_of_long : level.edges};
}

double reading_operations(const model::Config& config, std::int64_t tokens) {
  // A visible pair: score, weighted value, and the score again for the inspection.
  const double pair = 6.0 * config.head_dim + 16;
  return 2.0 * double(model::parameter_count(config)) * double(tokens) +
         pair * config.layers * double(pattern::visible_pairs(config.attention, config.heads, tokens));
}

ReadSteps read_steps(const model::Config& config, const InspectionSettings& inspection, bool gpu) {
  // A chunk is what a cancel waits for; the work of one or two checkpoints is lost by a kill, and the findings of two
  // wait in memory.
  const double operations = reading_operations(config, inspection.length) / double(inspection.length);
  const double waiting_bytes = inspection.layers * (inspection.edges * double(sizeof(workspace::Edge)) + 8);
  const double faster = gpu ? 100 : 1;
  const std::int64_t chunk = power_of_two_below(faster * 1e11 / operations, 64, gpu ? 16384 : 2048);
  const double checkpoint = std::min(faster * 2e12 / operations, 32e6 / waiting_bytes);
  return {chunk, power_of_two_below(checkpoint, chunk, gpu ? 1 << 20 : 65536), waypoints(config, inspection).spacing};
}

ReadSize read_size(const model::Config& config, const InspectionSettings& inspection) {
  const pattern::Pattern& pattern = inspection.pattern;
  ReadSize size;
  for (int level = 0; level < int(pattern.levels.size()); ++level)
    for (int head = 0; head < inspection.heads; ++head) {
      const std::int64_t segments = pattern::segment_count(pattern, level, head, inspection.length);
      const pattern::Rows open =
          pattern::segment_rows(pattern, level, head, inspection.heads, inspection.length, segments - 1);
      size.state += open.count * row_bytes(config);
    }
  size.tiles = tiles_per_token(inspection);
  size.per_token = results_per_token(inspection) + waypoints(config, inspection).bytes / double(inspection.length);
  return size;
}

std::int64_t bytes_to_add(const model::Config& config, workspace::Detail detail, std::int64_t tokens,
                          std::int64_t done) {
  const ReadSize size = read_size(config, inspection_settings(config, detail, tokens));
  // While the run goes on received weights take 2 bytes more a layer, and a new state lies beside a part of the old one.
  const double on_the_way = 2.0 * config.layers * double(tokens - done) + (done == 0 ? 0.25 * double(size.state) : 0);
  return std::int64_t(size.per_token * double(tokens - done) + on_the_way) + (done == 0 ? size.state : 0);
}

std::string name(workspace::Detail detail) {
  switch (detail) {
    case workspace::Detail::light: return "light";
    case workspace::Detail::balanced: return "balanced";
    case workspace::Detail::full: return "full";
  }
  return {};
}

std::optional<workspace::Run> fitting_run(workspace::Workspace& workspace, const ReadSettings& settings,
                                          const ReadModel& model) {
  const std::int64_t tokens = workspace.summary().tokens;
  const auto fits = [&](const workspace::Run& run) {
    return run.model == model.name && run.config == model.config && run.detail == settings.detail &&
           run.tokens == tokens && read_state_fingerprint(workspace.writer().state(run.id)) == model.fingerprint;
  };
  if (settings.run == 0) {
    for (const workspace::Run& run : workspace.runs())
      if (fits(run)) return run;
    return std::nullopt;
  }
  const auto run = workspace.run(settings.run);
  if (!run)
    throw core::Error(fmt::format("Run {} is not in {}.", settings.run, workspace.file().string()),
                      "Runs over a sequence that has changed since are removed; read the corpus again.");
  if (!fits(*run))
    throw core::Error(fmt::format("Run {} was made with another model, detail or precision than \"{}\", {}, {}.", run->id,
                                  model.name, name(settings.detail), settings.bf16 ? "bf16" : "float32"),
                      "Name those of that run, or start a new one.");
  return run;
}

}  // namespace corpuscope::explore
