#pragma once
// Where echoes of a passage may lie: by its text, and by what was looked at.

#include <map>
#include <span>
#include <vector>

#include "core/job.h"
#include "explore/stretch.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

// How much was looked at each earlier token, summed over the passage's queries, layers and heads.
class Looked {
 public:
  // `sparse`: only the strongest weights are known, so that a token that was not added was looked at too little for
  // them. Else such a token is one that no query can see, and is not counted.
  explicit Looked(bool sparse = false) : sparse_(sparse) {}

  void add(std::int64_t key, double weight) { weights_[key] += weight, whole_ += weight; }
  void add(const Looked& other);
  double sum(const Stretch& keys) const;
  // The mean weight of its tokens over what would be expected there: the geometric mean of what lies before and behind
  // it, as attention falls with the distance. Both with a little added, so that one weak edge in the dark says nothing.
  double lift(const Stretch& keys) const;
  // Stretches of so many tokens that were looked at more than expected; the most weight above that first.
  std::vector<Stretch> peaks(std::int64_t length, std::size_t most) const;

 private:
  struct Sum {
    double weight = 0;
    std::int64_t tokens = 0;
  };
  Sum in(const Stretch& keys) const;
  double mean(const Sum& sum) const;
  double expected(const Stretch& keys) const;  // mean weight of a token

  bool sparse_;
  std::map<std::int64_t, double> weights_;
  double whole_ = 0;
};

// Stretches before the passage that share runs of tokens with it, by the tokens that the runs cover; the most first. The
// whole text before it is looked through: about 0.1 s a ten million tokens.
std::vector<Stretch> text_candidates(const workspace::Workspace& workspace, const Stretch& passage, std::size_t most, core::Job& job);

}  // namespace corpuscope::explore
