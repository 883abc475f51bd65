#pragma once
// Where a person has looked, for going back and forward. A place counts once it was looked at for a moment.

#include <vector>

#include "ui/painting_attention.h"

namespace corpuscope::ui {

class ViewHistory {
 public:
  // The same place, or one right beside it, is not remembered twice.
  void visit(const MatrixView& view) {
    if (at_ < views_.size() && views_[at_] == view) return;
    if (!views_.empty()) views_.resize(at_ + 1);
    views_.push_back(view);
    if (views_.size() > most) views_.erase(views_.begin());
    at_ = views_.size() - 1;
  }
  void clear() {
    views_.clear();
    at_ = 0;
  }
  bool can_go_back() const { return at_ > 0; }
  bool can_go_forward() const { return at_ + 1 < views_.size(); }
  const MatrixView& back() { return views_[--at_]; }
  const MatrixView& forward() { return views_[++at_]; }

 private:
  static constexpr std::size_t most = 200;
  std::vector<MatrixView> views_;
  std::size_t at_ = 0;
};

}  // namespace corpuscope::ui
