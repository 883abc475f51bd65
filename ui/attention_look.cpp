#include "ui/attention_look.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>

#include "ui/attention_pane.h"
#include "ui/flow_layout.h"

namespace corpuscope::ui {

AttentionLook::AttentionLook(AttentionPane& first, AttentionPane& second, QWidget* parent)
    : QWidget(parent), panes_{&first, &second}, row_(new FlowLayout(this, 12, 3)) {
  row_->setContentsMargins(6, 0, 6, 0);
  add_choice(tr("Scale"), "attention_scale", {tr("Logarithmic"), tr("Square root"), tr("Linear")}, {},
             [](AttentionCanvas& canvas, int index) {
               constexpr Strength strengths[] = {Strength::logarithm, Strength::root, Strength::linear};
               canvas.set_strength(strengths[index]);
             });
  add_choice(tr("Values"), "attention_values", {tr("As they are"), tr("By row")},
             tr("By row: each query's weights as shares of its largest in sight"),
             [](AttentionCanvas& canvas, int index) { canvas.set_values(index == 0 ? Values::raw : Values::row); });
  add_choice(tr("Colours"), "attention_colours", {tr("Violet – yellow"), tr("Blue – yellow"), tr("Grey"), tr("Levels")}, {},
             [](AttentionCanvas& canvas, int index) { canvas.set_map(ColorMap(index)); });
  add_threshold();
  pattern_only_ = add_check(tr("&Pattern only"), "attention_pattern_only", tr("Who can see whom, without a run's weights"));
  auto* blind = add_check(tr("Blind spots"), "attention_blind", tr("Mark what no number of layers lets through"));
  compare_ = add_check(tr("Compare"), "attention_compare", tr("Two canvases side by side that move together"));
  connect(pattern_only_, &QCheckBox::toggled, this, [this](bool only) {
    for (AttentionPane* pane : panes_) pane->set_pattern_only(only);
  });
  connect(blind, &QCheckBox::toggled, this, [this](bool shown) {
    for (AttentionPane* pane : panes_) pane->canvas().set_blind_spots(shown);
  });
  connect(compare_, &QCheckBox::toggled, this, &AttentionLook::comparing_changed);
}

void AttentionLook::add_choice(const QString& name, const char* object_name, const QStringList& items, const QString& tip,
                               const std::function<void(AttentionCanvas&, int)>& apply) {
  auto* box = new QComboBox;
  box->setAccessibleName(name);
  box->setObjectName(QLatin1String(object_name));
  box->setToolTip(tip);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  box->addItems(items);
  connect(box, &QComboBox::currentIndexChanged, this, [this, apply](int index) {
    for (AttentionPane* pane : panes_) apply(pane->canvas(), index);
  });
  add_labelled(name, box);
}

void AttentionLook::add_threshold() {
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setObjectName(QStringLiteral("attention_threshold"));
  slider->setAccessibleName(tr("Threshold"));
  slider->setToolTip(tr("Weights below are not drawn"));
  slider->setRange(0, 100);
  slider->setFixedWidth(5 * fontMetrics().height());
  connect(slider, &QSlider::valueChanged, this, [this](int value) {
    for (AttentionPane* pane : panes_) pane->canvas().set_threshold(value / 100.0);
  });
  add_labelled(slider->accessibleName(), slider);
}

QCheckBox* AttentionLook::add_check(const QString& text, const char* name, const QString& tip) {
  auto* box = new QCheckBox(text);
  box->setObjectName(QLatin1String(name));
  box->setToolTip(tip);
  row_->addWidget(box);
  return box;
}

void AttentionLook::add_labelled(const QString& text, QWidget* widget) {
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  auto* label = new QLabel(text);
  label->setBuddy(widget);
  labels_.push_back(label);
  row->addWidget(label);
  row->addWidget(widget);
  row_->addWidget(both);
}

bool AttentionLook::is_comparing() const { return compare_->isChecked(); }
void AttentionLook::set_comparing(bool comparing) { compare_->setChecked(comparing); }
QWidget* AttentionLook::compare_box() const { return compare_; }
void AttentionLook::take_back_compare_box() { row_->addWidget(compare_); }
void AttentionLook::set_has_weights(bool has) { pattern_only_->setEnabled(has); }
void AttentionLook::show_labels(bool shown) {
  for (QLabel* label : labels_) label->setVisible(shown);
}

}  // namespace corpuscope::ui
