#pragma once
// A copy with a twist: text that stands elsewhere almost word for word, and the word in it that differs and that the
// model did not expect. In code a slip of copying, in books a variant reading.
//
// Where two copies differ is found without the model (near_repeats.h). Its part is to tell a slip from the many changes
// that copies are made for: what it charges for the word in the later text, in bits. How much that brings, measured:
// tests/bench/twists.py.

#include <cstdint>
#include <string>
#include <vector>

#include "core/job.h"
#include "explore/near_repeats.h"
#include "explore/passages.h"

namespace corpuscope::explore {

struct Twist {
  Stretch earlier, later;            // the tokens that differ; one may be empty
  Stretch earlier_copy, later_copy;  // the copies they stand in
  std::int64_t equal = 0;           // tokens that the copies have in common
  int differences = 0;              // between them
  int same_change = 1;              // of these, how many change this very word into that
  double bits = -1;                 // of the dearest of the later tokens, or of what follows where there are none; -1: not read
  double bits_around = -1;          // a token of the later copy, mean
  Place earlier_place, later_place;
  std::string earlier_text, later_text;  // the whole words to which the tokens belong
};

struct TwistSettings {
  std::int64_t run = 0;         // 0: without the model, every difference is told
  double least_bits = 6;        // of a twist
  bool lone = true;             // leave out a change that is made several times in the copy: it was meant
  std::int64_t least_equal = 32;
  std::int64_t most_words = 3;  // on either side
  std::int64_t most = 500;      // the dearest first; without a run in the order of the later texts
};

struct Twists {
  std::vector<Twist> shown;
  std::int64_t found = 0, copies = 0, differences = 0;  // told of; copies with differences, and all of these
};

// Throws core::Error where the run is not there.
Twists find_twists(const workspace::Workspace& workspace, const TwistSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
