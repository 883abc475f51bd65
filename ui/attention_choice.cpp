#include "ui/attention_choice.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <algorithm>

#include "ui/attention_wording.h"
#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {
namespace {

QWidget* labelled(QComboBox* box) {
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  auto* label = new QLabel(box->accessibleName());
  label->setBuddy(box);
  row->addWidget(label);
  row->addWidget(box);
  return both;
}

}  // namespace

AttentionChoice::AttentionChoice(Session& session, int number, QWidget* parent)
    : QWidget(parent), session_(session), number_(number), row_(new FlowLayout(this, 12, 3)),
      source_(combo(tr("Show"), "attention_source")), layer_(combo(tr("Layer"), "attention_layer")),
      head_(combo(tr("Head"), "attention_head")) {
  row_->setContentsMargins(6, 0, 6, 0);
  source_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  source_->setMinimumContentsLength(14);
  source_->view()->setMinimumWidth(18 * fontMetrics().height());
  row_->addWidget(source_);
  for (QComboBox* box : {layer_, head_}) row_->addWidget(labelled(box));
  connect(source_, &QComboBox::activated, this, [this] { source_chosen_ = true; });
  connect(source_, &QComboBox::currentIndexChanged, this, [this] { emit source_changed(); });
  connect(layer_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (index >= 0) emit layer_changed(index);
  });
  connect(head_, &QComboBox::currentIndexChanged, this, [this] { emit head_changed(); });
}

QComboBox* AttentionChoice::combo(const QString& name, const char* object_name) {
  auto* box = new QComboBox;
  box->setAccessibleName(name);
  box->setObjectName(numbered(object_name, number_));
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  return box;
}

AttentionSource AttentionChoice::source() const {
  const int index = source_->currentIndex();
  return index >= 0 && index < int(sources_.size()) ? sources_[std::size_t(index)] : AttentionSource();
}

int AttentionChoice::layer() const { return std::max(layer_->currentIndex(), 0); }
int AttentionChoice::layers() const { return layer_->count(); }
int AttentionChoice::head() const { return head_->currentData().isValid() ? head_->currentData().toInt() : workspace::mean_of_heads; }

QString AttentionChoice::title() const {
  return tr("%1; layer %2; head: %3").arg(source_->currentText(), layer_->currentText(), head_->currentText());
}

void AttentionChoice::fill_sources() {
  const AttentionSource before = source();
  const QSignalBlocker quiet(source_);
  source_->clear();
  sources_.clear();
  const auto add = [&](const QString& text, const AttentionSource& one) {
    source_->addItem(text);
    sources_.push_back(one);
  };
  using Kind = AttentionSource::Kind;
  const auto now = session_.run();
  if (now) {
    std::vector<workspace::Run> others = session_.runs();
    std::erase_if(others, [&](const auto& run) { return run.id == now->id || run.done == 0; });
    const auto name = [&](const workspace::Run& run) {
      const QString model = to_text(run.model);
      return others.empty() ? tr("Weights: %1").arg(model) : tr("Weights: %1, run %2").arg(model).arg(run.id);
    };
    add(name(*now), {Kind::weights, 0, {}});
    for (const auto& run : others) add(name(run), {Kind::weights, run.id, {}});
    add(tr("Dense attention"), {Kind::dense, 0, {}});
  }
  add(now ? tr("Pattern as read") : tr("Pattern to read with"), {Kind::pattern, 0, {}});
  for (const bool staggered : {false, true})
    for (const auto rule : {pattern::OffsetRule::modulo, pattern::OffsetRule::block, pattern::OffsetRule::both_ends})
      add(tr("Pattern: %1").arg(pattern_name(rule, staggered)), {Kind::pattern, 0, std::pair(rule, staggered)});
  const auto kept = std::find(sources_.begin(), sources_.end(), before);
  // Until somebody chooses, a run's weights are shown as soon as there are some.
  source_->setCurrentIndex(!source_chosen_ || kept == sources_.end() ? 0 : int(kept - sources_.begin()));
}

void AttentionChoice::fill_layers(const std::optional<Geometry>& geometry, const std::optional<workspace::Run>& run) {
  const int old_layer = layer_->currentIndex(), old_head = head();
  const QSignalBlocker quiet_layer(layer_), quiet_head(head_);
  layer_->clear();
  head_->clear();
  head_->addItem(tr("Mean of all"), workspace::mean_of_heads);
  if (geometry) {
    for (int i = 0; i < geometry->layers; ++i) layer_->addItem(tr("%1 of %2").arg(i + 1).arg(geometry->layers));
    layer_->setCurrentIndex(std::clamp(old_layer, 0, geometry->layers - 1));
    // Only a full run keeps the maps of single heads; without them a head's pattern is shown until one is near.
    const bool single = !run || run->detail == workspace::Detail::full;
    for (int i = 0; i < geometry->heads; ++i) head_->addItem(single ? QString::number(i + 1) : tr("%1 (near)").arg(i + 1), i);
    head_->addItem(tr("Strongest"), workspace::strongest_head);
  }
  head_->setCurrentIndex(std::max(head_->findData(old_head), 0));
}

void AttentionChoice::set_has_layers(bool has) { layer_->setEnabled(has); }

void AttentionChoice::set_strongest_stored(bool stored) {
  const int at = head_->findData(workspace::strongest_head);
  if (at >= 0) head_->setItemText(at, stored ? tr("Strongest") : tr("Strongest (near)"));
}

void AttentionChoice::choose(const AttentionSource& source) {
  const auto found = std::find(sources_.begin(), sources_.end(), source);
  if (found == sources_.end()) return;
  source_chosen_ = true;
  source_->setCurrentIndex(int(found - sources_.begin()));
}

void AttentionChoice::choose_layer(int layer) { layer_->setCurrentIndex(layer); }
void AttentionChoice::add_control(QWidget* widget) { row_->addWidget(widget); }

}  // namespace corpuscope::ui
