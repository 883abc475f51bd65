#include "ui/exact_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/elided_label.h"
#include "ui/names.h"
#include "ui/wording.h"

namespace corpuscope::ui {

ExactBar::ExactBar(ExactSource& source, int number, QWidget* parent)
    : QWidget(parent), source_(source), number_(number), text_(new ElidedLabel(Qt::ElideRight)), button_(new QPushButton) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(6, 0, 6, 0);
  text_->setObjectName(numbered("attention_exact", number));
  button_->setObjectName(numbered("attention_exact_button", number));
  row->addWidget(text_, 1);
  row->addWidget(button_);
  // As high with a button as without, and where it is hidden: canvases side by side stay equally high.
  setFixedHeight(button_->sizeHint().height() + 2);
  hide();
  connect(button_, &QPushButton::clicked, this, &ExactBar::press);
  connect_source();
}

void ExactBar::connect_source() {
  const auto mine = [this](int asker) { return asker == number_; };
  connect(&source_, &ExactSource::ready, this, [=, this](int asker, const auto& weights) {
    if (mine(asker) && wished_ && weights->window == wished_->window && weights->dense == wished_->dense) take(weights);
  });
  connect(&source_, &ExactSource::too_dear, this, [=, this](int asker, qint64 tokens, double seconds) {
    if (mine(asker))
      say(tr("Single weights here need %1 tokens to be read again, about %2. Until then: pooled maps and the strongest "
             "ones.").arg(grouped(tokens), duration(seconds)),
          tr("Compute"), false);
  });
  connect(&source_, &ExactSource::progressed, this, [=, this](int asker, qint64 done, qint64 total, double left) {
    if (!mine(asker) || total <= 0) return;
    QString text = tr("Computing single weights: %1 of %2 tokens read again").arg(grouped(done), grouped(total));
    if (left >= 0) text += tr(", %1 left").arg(duration(left));
    if (computing_) say(text, tr("Cancel"), true);
  });
  connect(&source_, &ExactSource::cancelled, this, [=, this](int asker) {
    if (mine(asker) && computing_) say(tr("Cancelled. What was read is kept: the next time costs less."), tr("Compute"), false);
  });
  connect(&source_, &ExactSource::failed, this, [=, this](int asker, const QString& what, const QString& remedy) {
    if (mine(asker)) say(what + u' ' + remedy, tr("Try again"), false);
  });
}

void ExactBar::take(std::shared_ptr<const explore::ExactWeights> weights) {
  weights_ = std::move(weights);
  computing_ = false;
  setVisible(weights_->dense);
  button_->hide();
  if (weights_->dense)
    text_->setText(tr("Dense attention over the %1 tokens from %2 on: nothing earlier is known to it")
                       .arg(grouped(weights_->window.query + weights_->window.queries - weights_->context),
                            grouped(weights_->context)));
  emit weights_changed();
}

void ExactBar::press() {
  if (computing_) return source_.cancel(number_);
  if (!wished_) return;
  wished_->at_any_price = true;
  say(tr("Computing single weights"), tr("Cancel"), true);
  source_.ask(number_, *wished_);
}

void ExactBar::say(const QString& text, const QString& button, bool is_computing) {
  computing_ = is_computing;
  text_->setText(text);
  button_->setText(button);
  button_->show();
  show();
}

void ExactBar::want(const ExactWish& wish) {
  if (computing_) return;
  if (wished_ && wished_->window == wish.window && wished_->dense == wish.dense && wished_->run == wish.run) return;
  wished_ = wish;
  source_.ask(number_, wish);
}

void ExactBar::want_none() {
  if (wished_ && !computing_) forget();
}

void ExactBar::forget() {
  weights_.reset();
  wished_.reset();
  source_.cancel(number_);
  computing_ = false;
  hide();
  emit weights_changed();
}

void ExactBar::keep_room(bool kept) {
  QSizePolicy policy = sizePolicy();
  policy.setRetainSizeWhenHidden(kept);
  setSizePolicy(policy);
}

}  // namespace corpuscope::ui
