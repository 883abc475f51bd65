#pragma once
// Echoes of a passage: the earlier text from which the model predicted it.
//
// Two signs are told apart. The text: it stands there already, as an alignment of the tokens shows. The attention: when
// the model expected the passage's tokens (at each of them and the one before), it looked at that place more than at
// what lies around it. What has both is an echo; what has one of them is shown as that. Neither proves that the place
// mattered: LinkChecker does, by reading again without it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "explore/reread_cost.h"
#include "explore/stretch.h"

namespace corpuscope::explore {

struct Echo {
  Stretch source;              // earlier tokens
  Stretch passage;             // the part of the passage that they echo in; all of it where no text is the same
  std::int64_t equal = 0;      // tokens that the alignment of the two has in common
  double share = 0;            // of the passage's whole attention, over all layers and heads
  double lift = 0;             // how many times more a token of it is looked at than one around it
  Place place;                 // of the source
  std::string text;            // of it

  bool same_text() const { return equal >= least_equal; }
  bool looked_at() const { return lift >= least_lift; }
  static constexpr std::int64_t least_equal = 6;
  static constexpr double least_lift = 2, most_lift = 1000;
};

constexpr std::int64_t longest_echoed = 1024;  // tokens of a passage

// Keeps the model and what it read. One thread at a time.
class EchoFinder {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  EchoFinder(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});
  ~EchoFinder();

  RereadCost cost(const Stretch& passage) const;
  // By every weight, computed again. Both signs first, then the same text, then what was but looked at; of each the
  // strongest first. Throws core::Error where the passage is empty, too long or not within what was read.
  std::vector<Echo> find(const Stretch& passage, int most, core::Job& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The same at once, by the strongest edges that the run kept. No model is needed.
std::vector<Echo> stored_echoes(const workspace::Workspace& workspace, std::int64_t run, const Stretch& passage, int most, core::Job& job);

}  // namespace corpuscope::explore
