#include "ui/selection.h"

#include <algorithm>

namespace corpuscope::ui {

namespace {

// As many steps back as a person may remember; older ones are dropped.
constexpr qsizetype most_steps = 500;

}  // namespace

Selection::Selection(QObject* parent) : QObject(parent) {}

void Selection::set_length(qint64 length) {
  length = std::max<qint64>(length, 0);
  if (length == length_) return;
  const bool showed_all = view_first_ == 0 && view_count_ == length_;
  length_ = length;
  emit length_changed(length_);

  const auto past_end = [this](const std::pair<qint64, qint64>& step) { return step.first >= length_; };
  history_.removeIf(past_end);
  at_ = std::min(at_, history_.size() - 1);
  emit history_changed();
  if (first_ >= length_) {
    move_to(-1, 0);
  } else if (first_ + count_ > length_) {
    move_to(first_, length_ - first_);
  }
  if (hover_ >= length_) set_hover(-1);
  if (showed_all) {
    set_view(0, length_);
  } else {
    set_view(view_first_, view_count_);
  }
}

void Selection::set_cursor(qint64 first, qint64 count) {
  if (length_ == 0) return;
  first = std::clamp<qint64>(first, 0, length_ - 1);
  count = std::clamp<qint64>(count, 1, length_ - first);
  if (first == first_ && count == count_) return;
  history_.resize(at_ + 1);
  history_.append({first, count});
  if (history_.size() > most_steps) history_.removeFirst();
  at_ = history_.size() - 1;
  emit history_changed();
  move_to(first, count);
}

void Selection::set_hover(qint64 token) {
  if (token < 0 || token >= length_) token = -1;
  if (token == hover_) return;
  hover_ = token;
  emit hover_changed(hover_);
}

void Selection::set_view(qint64 first, qint64 count) {
  count = std::clamp<qint64>(count, std::min<qint64>(1, length_), length_);
  first = std::clamp<qint64>(first, 0, length_ - count);
  if (first == view_first_ && count == view_count_) return;
  view_first_ = first;
  view_count_ = count;
  emit view_changed(view_first_, view_count_);
}

void Selection::back() { go_to_step(at_ - 1); }

void Selection::forward() { go_to_step(at_ + 1); }

void Selection::go_to_step(qsizetype step) {
  if (step < 0 || step >= history_.size() || step == at_) return;
  at_ = step;
  emit history_changed();
  move_to(history_[at_].first, history_[at_].second);
}

void Selection::move_to(qint64 first, qint64 count) {
  if (first == first_ && count == count_) return;
  first_ = first;
  count_ = count;
  emit cursor_changed(first_, count_);
}

}  // namespace corpuscope::ui
