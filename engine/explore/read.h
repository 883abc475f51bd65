#pragma once
// Reading: the whole sequence streams through a model, and what was seen is kept as a run of the workspace.
//
// What each level of detail keeps, and how many bytes a token that takes for a model of 4 layers and 6 heads in a
// staggered pattern whose base segment is 512 (for 210,000 tokens, as plan_read estimates it):
//
//              surprisal, received   pooled maps                    strongest edges            bytes a token
//   light      every token           means, 16 x 16                 1, none above 2^20 tokens       52
//   balanced   every token           means, 32 x 32                 4, 1 above 2^20 tokens         127
//   full       every token           means and each head, 32 x 32   8, 4 above 2^20 tokens         256
//
// Beside the means lie maps of the strongest head, and all of them zoomed out (tile_pyramid.h); the maps are 15, 43 and
// 107 of these bytes. What is received is kept for each layer, maps for each layer, level and segment, edges for each
// token and layer. Until a run is finished its received weights take 2 bytes more a token and layer; the file keeps that
// space for later. On top comes the streaming state once, whose size depends on the model and the number of levels alone
// (15 MB there). Measured: 1,249,578 tokens of books with detail balanced add 116 MB in all, 46 MB of it for 104,696 maps.
//
// States on the way (waypoints), from which a place is read again for a closer look (see token_view.h), are kept at
// multiples of a power of two from 65,536 tokens on, as often as they take at most half of what the table says on top.

#include <filesystem>
#include <string>

#include "core/job.h"
#include "workspace/workspace.h"

namespace corpuscope::parallel {
class Collective;
}

namespace corpuscope::explore {

struct ReadSettings {
  // A model folder; empty: `pocket` of resources/models. Where it holds a tokenizer.model, the corpus must have been
  // cut with that one.
  std::filesystem::path model;
  workspace::Detail detail = workspace::Detail::balanced;
  std::int64_t size_limit = 0;  // bytes that the run may add to the workspace; 0: no limit
  // "auto" (or empty): a GPU where there is one that can, else the processor; "cpu"; "gpu"; "gpu:1". With several GPUs
  // the first is taken: a reading runs on one. A run goes on wherever it was begun.
  std::string device = "auto";
  std::int64_t run = 0;         // go on with this unfinished run; 0: with the newest fitting one, else a new one
  bool bf16 = false;            // products of numbers with three digits: quicker where the processor has them
};

// What a run will cost, known before it starts.
struct ReadPlan {
  std::int64_t tokens = 0;  // still to be read
  std::int64_t done = 0;    // read before by the run that goes on
  std::int64_t bytes = 0;   // the run will add to the workspace, estimated
  double bytes_per_token = 0;
  std::int64_t memory = 0;      // that the reading takes, estimated
  std::int64_t tile_bytes = 0;  // of these, for pooled maps
  double seconds = 0;       // from a short measurement on this machine
  std::string device;       // on which it was measured: "CPU", "GPU 0 (its name)"
  std::string model;
  std::string config;       // with the levels that the sequence's length asks for
};

ReadPlan plan_read(const std::filesystem::path& workspace, const ReadSettings& settings);

// Returns the run's id; that of a finished run where one fits already. May be killed or cancelled at any moment;
// called again it goes on, with the same result as an undisturbed run. Throws core::Error where the plan is above the
// size limit, or above what the disk has free.
std::int64_t read_corpus(const std::filesystem::path& workspace, const ReadSettings& settings, core::Job& job);

// The same by several ranks, each of which calls them. The first alone opens the workspace, has progress, and gets the
// plan and the id; the others need the settings' model. Any number of ranks goes on with what any other has read.
ReadPlan plan_read(parallel::Collective& ranks, const std::filesystem::path& workspace, const ReadSettings& settings);
std::int64_t read_corpus(parallel::Collective& ranks, const std::filesystem::path& workspace,
                         const ReadSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
