#include "ui/paths_controls.h"

#include <QComboBox>
#include <QPoint>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/small_widgets.h"

namespace corpuscope::ui {
namespace {

constexpr int most_paths = 20;
// A passage of the text: short enough to be searched from each of its tokens, and to be meant as one.
constexpr qint64 longest_passage = 100'000;

}  // namespace

QString place_text(qint64 first, qint64 count) {
  return count > 1 ? QStringLiteral("%1+%2").arg(first).arg(count) : QString::number(first);
}

PathsControls::PathsControls(Session& session, FlowLayout& row, QWidget& view) : QObject(&view), session_(session) {
  add_places(row);
  add_patterns(row);
  most_ = new QSpinBox;
  most_->setObjectName(QStringLiteral("paths_most"));
  most_->setRange(1, most_paths);
  most_->setValue(5);
  most_->setAccessibleName(tr("How many of the strongest paths"));
  most_->findChild<QLineEdit*>()->setAccessibleName(most_->accessibleName());
  row.addWidget(with_label(tr("&Strongest"), {most_}));
  find_ = make_button<QPushButton>(tr("Find"), "paths_find", tr("Find the paths from one to the other"), this,
                                   [this] { emit find_wanted(); });
  row.addWidget(find_);
  for (QLineEdit* line : {from_, to_}) {
    connect(line, &QLineEdit::returnPressed, this, &PathsControls::find_wanted);
    connect(line, &QLineEdit::textChanged, this, &PathsControls::enable);
  }
}

void PathsControls::add_places(FlowLayout& row) {
  from_ = make_line(tr("From: what is known of"), "paths_from", tr("token, file:line"));
  to_ = make_line(tr("To: who knows"), "paths_to", tr("a later token"));
  const auto cursor = [this](const char* name, const QString& tip, QLineEdit* line) {
    return make_button<QToolButton>(tr("Cursor"), name, tip, this, [this, line] { take_cursor(line); });
  };
  row.addWidget(with_label(tr("&From"), {from_, cursor("paths_from_cursor", tr("From the token or passage that is chosen now"), from_)}));
  row.addWidget(with_label(tr("&To"), {to_, cursor("paths_to_cursor", tr("To the token that is chosen now"), to_)}));
  row.addWidget(make_button<QToolButton>(tr("Swap"), "paths_swap", tr("Exchange the two places"), this,
                                         [this] { set_places(to(), from()); }));
}

// Other rules over the same levels: which blind spots would they have?
void PathsControls::add_patterns(FlowLayout& row) {
  pattern_ = new QComboBox;
  pattern_->setObjectName(QStringLiteral("paths_pattern"));
  pattern_->setAccessibleName(tr("The pattern in which the fewest hops are searched"));
  pattern_->setToolTip(pattern_->accessibleName());
  pattern_->addItem(tr("as read"));
  for (const auto rule : {pattern::OffsetRule::modulo, pattern::OffsetRule::both_ends, pattern::OffsetRule::block})
    for (const bool staggered : {false, true}) {
      const QString rule_name = to_text(pattern::name(rule));
      pattern_->addItem(staggered ? tr("%1, staggered").arg(rule_name) : rule_name, QPoint(int(rule), staggered ? 1 : 0));
    }
  connect(pattern_, &QComboBox::activated, this, &PathsControls::pattern_chosen);
  row.addWidget(with_label(tr("P&attern"), {pattern_}));
}

QString PathsControls::from() const { return from_->text(); }
QString PathsControls::to() const { return to_->text(); }
int PathsControls::most() const { return most_->value(); }
bool PathsControls::can_find() const { return find_->isEnabled(); }
QWidget* PathsControls::first() const { return from_; }

std::optional<pattern::Pattern> PathsControls::pattern(const Geometry& geometry) const {
  const QVariant choice = pattern_->currentData();
  if (!choice.isValid()) return std::nullopt;
  pattern::Pattern pattern = geometry.pattern;
  pattern.rule = pattern::OffsetRule(choice.toPoint().x());
  pattern.staggered = choice.toPoint().y() == 1;
  return pattern;
}

void PathsControls::set_places(const QString& from, const QString& to) {
  from_->setText(from);
  to_->setText(to);
}

void PathsControls::set_own_pattern() { pattern_->setCurrentIndex(0); }

void PathsControls::enable() {
  const bool open = session_.is_open() && session_.selection().length() > 0;
  find_->setEnabled(open && !from().trimmed().isEmpty() && !to().trimmed().isEmpty());
}

void PathsControls::take_cursor(QLineEdit* line) {
  const Selection& selection = session_.selection();
  if (selection.cursor() < 0) return emit no_cursor();
  const qint64 count = line == from_ ? std::min(selection.count(), longest_passage) : 1;
  line->setText(place_text(selection.cursor(), count));
}

}  // namespace corpuscope::ui
