#include "ui/paths_steps.h"

#include <QToolButton>
#include <algorithm>

#include "ui/elided_label.h"
#include "ui/path_ladder.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr qint64 least_in_view = 48;  // tokens that the linked views show around a hop at least

}  // namespace

PathsSteps::PathsSteps(Session& session, PathLadder& structural, PathLadder& strongest, QWidget* parent)
    : QWidget(parent), session_(session), structural_(structural), strongest_(strongest), text_(new ElidedLabel(Qt::ElideRight)) {
  previous_ = make_button<QToolButton>({}, "paths_previous", tr("To the step before"), this, [this] { go(-1); });
  next_ = make_button<QToolButton>({}, "paths_next", tr("To the next step"), this, [this] { go(1); });
  previous_->setArrowType(Qt::LeftArrow);
  next_->setArrowType(Qt::RightArrow);
  text_->setObjectName(QStringLiteral("paths_step"));
  text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  text_->setMinimumHeight(2 * text_->fontMetrics().height() + 4);
  text_->setAlignment(Qt::AlignVCenter | Qt::AlignLeft);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(6, 0, 6, 4);
  row->addWidget(previous_);
  row->addWidget(next_);
  row->addWidget(text_, 1);
  for (PathLadder* ladder : {&structural_, &strongest_})
    connect(ladder, &PathLadder::step_chosen, this, [this, ladder] { choose(*ladder); });
}

void PathsSteps::set_found(std::shared_ptr<const PathsFound> found) {
  found_ = std::move(found);
  chosen_ = nullptr;
  show_step();
}

void PathsSteps::set_opened() {
  if (chosen_ == &structural_) chosen_ = nullptr;
  show_step();
}

void PathsSteps::choose(PathLadder& ladder) {
  chosen_ = &ladder;
  PathLadder& other = &ladder == &structural_ ? strongest_ : structural_;
  other.choose(other.picture().path, -1);
  if (&ladder == &strongest_) {  // its title tells of the chosen path
    const int step = strongest_.picture().step;
    strongest_.set_picture(strongest_picture(*found_, strongest_.picture().path));
    strongest_.choose(strongest_.picture().path, step);
  }
  follow(*ladder.step());
  show_step();
}

// Cursor and part in sight of all linked views go with the step.
void PathsSteps::follow(const workspace::PathStep& step) {
  const qint64 low = std::min(step.from, step.to), high = std::max(step.from, step.to);
  const qint64 count = std::max((high - low + 1) * 5 / 4, least_in_view);
  session_.selection().set_view(low - (count - (high - low + 1)) / 2, count);
  session_.selection().set_cursor(step.to);
}

void PathsSteps::go(int by) {
  PathLadder& ladder = chosen_ ? *chosen_ : structural_.picture().paths.empty() ? strongest_ : structural_;
  const auto& picture = ladder.picture();
  if (picture.paths.empty()) return;
  const int steps = int(picture.paths[std::size_t(picture.path)].size());
  const int step = picture.step < 0 ? (by > 0 ? 0 : steps - 1) : std::clamp(picture.step + by, 0, steps - 1);
  ladder.choose(picture.path, step);
  choose(ladder);
}

QString PathsSteps::told(std::int64_t token) const {
  const auto text = found_->texts.find(token);
  if (text == found_->texts.end()) return grouped(token);
  return QStringLiteral("%1  “%2”  %3").arg(text->second.place, text->second.token.trimmed(), grouped(token));
}

void PathsSteps::enable() {
  const bool steps = structural_.picture().paths.size() + strongest_.picture().paths.size() > 0;
  previous_->setEnabled(steps);
  next_->setEnabled(steps);
}

void PathsSteps::show_step() {
  enable();
  const workspace::PathStep* step = chosen_ ? chosen_->step() : nullptr;
  if (!step) {
    emit step_shown(-1, -1, -1);
    if (found_->first >= 0 && structural_.picture().paths.empty() && !found_->why.isEmpty()) return text_->setText(found_->why);
    return text_->setText(found_->first < 0 ? QString()
                                            : tr("Walk along a path with the arrows: reader, sequence and attention follow.\n"
                                                 "Up and down choose among the strongest paths."));
  }
  const bool real = chosen_ == &strongest_;
  emit step_shown(step->from, step->to, real ? step->layer : -1);
  const QString number = real ? tr("Layer %1").arg(step->layer + 1) : tr("Hop %1").arg(step->layer + 1);
  if (step->stays()) return text_->setText(tr("%1: stays where it is, on the residual stream\n%2").arg(number, told(step->to)));
  const auto& level = chosen_->picture().pattern.levels[std::size_t(step->level)];
  const QString rows = level.dilation == 1 ? tr("every token") : tr("one token in %1").arg(grouped(level.dilation));
  text_->setText(tr("%1: %2  ·  segments of %3, %4  ·  %5 tokens on\n%6   →   %7")
                     .arg(number, step_words(*step), segment_text(level.segment), rows, grouped(step->to - step->from),
                          told(step->from), told(step->to)));
}

}  // namespace corpuscope::ui
