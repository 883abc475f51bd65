#pragma once
// What stands in the corpus more than once, word for word: clones in code, quotations in books. The model has no part
// in it; where a run is there, it tells what the text cost it the first time and afterwards.

#include <cstdint>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "explore/token_matches.h"

namespace corpuscope::explore {

// A text and all the places where it was found, ascending.
struct Repeat {
  std::int64_t count = 0;           // tokens
  std::vector<std::int64_t> first;  // of each place; two at least
};

enum class RepeatOrder { longest, most_places, most_repeated };  // most_repeated: tokens that stand there again, in all

struct RepeatSettings {
  int min_tokens = 32;
  bool between_documents = false;  // in two documents at least
  RepeatOrder order = RepeatOrder::longest;
  std::int64_t most = 200;         // shown; all are counted
  std::int64_t most_places = 4'000'000;  // kept while looking, 8 bytes each: when there are more, the shortest go
};

struct Repeats {
  std::vector<Repeat> shown;
  std::int64_t found = 0;          // of which those are the first
  std::int64_t tokens = 0;         // of the sequence that stand in a place that is not the first of its repeat
  std::int64_t sequence = 0;
  int shortest = 0;                // tokens: above min_tokens where the shortest had to go
};

// A repeat whose every place lies inside of a longer one's is left out. Reads the sequence into memory.
Repeats find_repeats(const workspace::Workspace& workspace, const RepeatSettings& settings, core::Job& job);

// The tokens of the whole sequence; `separator` is what stands between two documents, -1 where there is but one.
struct Sequence {
  std::vector<std::int32_t> tokens;
  std::int32_t separator = -1;
};
Sequence whole_sequence(const workspace::Workspace& workspace, core::Job& job);

// A repeat as a person reads it.
struct RepeatView {
  std::string text;               // compared byte for byte with the text of every place
  std::vector<Place> places;      // as many as asked for
  double bits_first = -1, bits_again = -1;  // a token, mean: of the first place, of the others; -1: not read
};
// Throws core::Error where the bytes differ: the workspace is damaged.
RepeatView view_repeat(const workspace::Workspace& workspace, Passages& passages, const Repeat& repeat, std::int64_t run,
                       std::size_t most_places);

}  // namespace corpuscope::explore
