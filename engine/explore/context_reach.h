#pragma once
// The reach gauge: how far back a model really uses its context on this corpus.
//
// What is asked. Let a token have its own context of d tokens, and before that other text of the corpus instead of
// what stood there. How many bits does that cost, by d? That is what everything further back than d saves; where it is
// nothing (to a hundredth of a bit a token) the model makes no use of what lies there, whatever weights its attention
// shows.
//
// How it is measured. Some windows of B tokens are drawn, one from each of as many equal parts of what was read. Of a
// window that begins at p the model reads F tokens of other text (other_text.h), placed right before p, and then the
// window itself, every token at its own position: so it lies in the segments of all levels as it did in the run, the
// same keys are visible and rotary positions are the same. The window's token at p + d thus has d tokens of its own
// context. What it costs more than in the run, whose surprisal is kept for every token, is what all beyond d saves:
//
//   saved(d) = bits(token p + d | F other tokens, the d before it) - bits(token p + d | all before it)
//
// One reading of F + B tokens gives all distances up to B; the distances of an octave [2^k, 2^(k+1)) are averaged over
// their 2^k tokens in each window, and then over the windows (with n windows the standard error is the deviation of the
// windows' means divided by the root of n: tokens of one window are no independent samples).
//
// What is replaced, and what dilated levels see. Kept: the d tokens before the token, entirely. Replaced: the F tokens
// before those. What lies further back is not there at all: a far level's segment has that many keys less. F is a
// quarter of B and at least 1024, so that a token in the last octave sees other text, mixed in by the levels and
// staggered grids that lead out of its window, where its dense levels would see its own. (Measured with pocket on
// 905,000 tokens of two books: F of 1024 or of 8192 changes no octave by more than its error; see ASK.md.)
//
// Chunks end where they ended in the run, so a token to which nothing before the window is visible, through any number of
// layers, gets the very same bits: compared as the workspace keeps them, it saves exactly 0. Where a GPU has made the
// run the processor's rounding differs, by about 0.001 bits a token.
//
// What it costs. 12 windows, B the largest power of two from 256 to 32,768 so that all together read at most a tenth of
// the tokens or 32,768 if that is more. Nothing is looked at on the way, which makes a token cost less than half of
// what it does in a reading: about 4 % of the reading's time from half a million tokens on.

#include <cstdint>
#include <filesystem>

#include "core/job.h"
#include "explore/reread_cost.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

using workspace::ContextReach;

struct ReachPlan {
  std::int64_t windows = 0, window = 0, other = 0;  // 0 windows: too little was read
  std::int64_t tokens() const { return windows * (window + other); }
};
ReachPlan plan_reach(std::int64_t tokens_read);

// Where what is further back than `tokens` saves less than `least_saving` bits a token.
struct UsedContext {
  double tokens = 0;
  double least = 0, most = 0;  // by twice the sampling error
  bool at_least = false;       // it is still used at the farthest distance that was measured, `tokens`
};
constexpr double least_saving = 0.01;
// From the farthest octave that saves more than that and more than twice its error; between the middles of two octaves
// by a straight line over the logarithm of the distance. 0 where none does.
UsedContext used_context(const ContextReach& reach);

// Measures it and keeps it in the workspace. The same run gives the same numbers. `model` empty: the folder of that name
// in resources/models. Throws core::Error where the run has read too little for it (64 tokens a window) or the model is
// not the one that made it, core::Cancelled when the job is: then nothing is kept.
ContextReach measure_reach(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model,
                           core::Job& job);
// After a reading: unless it is known, or too little was read.
void measure_reach_once(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model,
                        core::Job& job);

// With windows of other sizes.
ContextReach measure_reach(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model,
                           const ReachPlan& plan, core::Job& job);

}  // namespace corpuscope::explore
