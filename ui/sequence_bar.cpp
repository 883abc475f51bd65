#include "ui/sequence_bar.h"

#include <QPainter>

#include "ui/colors.h"
#include "ui/session.h"

namespace corpuscope::ui {

struct SequenceBar::Impl {
  Session& session;
  QVector<qint64> marks;
  int layer = 0;
};

SequenceBar::SequenceBar(Session& session, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(Impl{session, {}, 0})) {
  setAccessibleName(tr("The sequence"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

SequenceBar::~SequenceBar() = default;

QSize SequenceBar::sizeHint() const { return {600, 150}; }
QSize SequenceBar::minimumSizeHint() const { return {120, 150}; }

void SequenceBar::set_marks(const QVector<qint64>& tokens) {
  impl_->marks = tokens;
  update();
}

void SequenceBar::set_layer(int layer) {
  impl_->layer = layer;
  update();
}

void SequenceBar::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), theme(is_dark(palette())).ground); }

}  // namespace corpuscope::ui
