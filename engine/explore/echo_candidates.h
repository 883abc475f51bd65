#pragma once
// Where echoes of a passage may lie: by its text, and by what was looked at.

#include <map>
#include <span>
#include <vector>

#include "core/job.h"
#include "explore/stretch.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

// How much was looked at each earlier token, summed over the passage's queries, layers and heads. A token that no query
// can see is not in it.
class Looked {
 public:
  void add(std::int64_t key, double weight) { weights_[key] += weight; }
  void add(const Looked& other);
  double sum(const Stretch& keys) const;
  // The mean weight of the tokens seen in it, over that of those seen around it.
  double lift(const Stretch& keys) const;
  // Stretches of so many tokens that were looked at more than what lies around them; the most weight above it first.
  std::vector<Stretch> peaks(std::int64_t length, std::size_t most) const;

 private:
  struct Sum {
    double weight = 0;
    std::int64_t tokens = 0;
  };
  Sum in(const Stretch& keys) const;
  Sum around(const Stretch& keys) const;

  std::map<std::int64_t, double> weights_;
};

// Stretches before the passage that share runs of tokens with it, by the tokens that the runs cover; the most first. The
// whole text before it is looked through: about 0.1 s a ten million tokens.
std::vector<Stretch> text_candidates(const workspace::Workspace& workspace, const Stretch& passage, std::size_t most, core::Job& job);

}  // namespace corpuscope::explore
