#pragma once
// A copy with a twist: text that stands elsewhere almost word for word, and the word in it that differs. In code a
// slip of copying, in books a variant reading.
//
// Where two copies differ is found without the model (near_repeats.h). Most differences are meant: a name is changed
// throughout the copy. A slip is an exception from that (copy_words.h): one place that became something else than the
// same word did everywhere else, or that kept the old name. The model tells what the word cost it, in bits. What each
// brings, measured: ECHOES.md, tests/bench/twists.py.

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
  std::int64_t equal = 0;            // tokens that the copies have in common
  int differences = 0;               // between them
  int same_change = 1;               // of these, how many change this very word into that
  // Where a word stands for a word, and neither is a number: what stands for the earlier word everywhere else in the
  // copy, if it is not the later one, and how often. The earlier word itself where it stays; where the two are equal,
  // the new name that was forgotten here.
  std::string expected_text;
  int expected = 0;
  int for_others = 0;  // how often the later word stands for other words than the earlier one
  double bits = -1;    // of the dearest of the later tokens, or of what follows where there are none; -1: not read
  double bits_around = -1;  // a token of the later copy, mean
  Place earlier_place, later_place;
  std::string earlier_text, later_text;  // the whole words to which the tokens belong

  // An exception from the copy's own rule, by a word that has another place there: what slips of copying look like.
  bool slip() const {
    return expected > 0 && same_change <= 1 && equal >= least_equal_of_slip &&
           (later_text == earlier_text || for_others > 0);
  }
  static constexpr std::int64_t least_equal_of_slip = 96;
};

struct TwistSettings {
  std::int64_t run = 0;   // 0: without the model, every difference is told
  double least_bits = 6;  // of a twist that is no slip
  bool lone = true;       // leave out a change that is made several times in the copy: it was meant
  std::int64_t least_equal = 32;
  std::int64_t most_words = 3;  // on either side
  bool slips = false;           // tell of these alone
  std::int64_t most = 500;      // slips first, then the dearest; without a run in the order of the later texts
};

struct Twists {
  std::vector<Twist> shown;
  std::int64_t found = 0, copies = 0, differences = 0;  // told of; copies with differences, and all of these
};

// Throws core::Error where the run is not there.
Twists find_twists(const workspace::Workspace& workspace, const TwistSettings& settings, core::Job& job);

}  // namespace corpuscope::explore
