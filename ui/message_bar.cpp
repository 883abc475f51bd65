#include "ui/message_bar.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

#include "ui/colors.h"

namespace corpuscope::ui {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), text_(new QLabel) {
  setObjectName(QStringLiteral("message_bar"));
  setAutoFillBackground(true);
  setFrameShape(QFrame::StyledPanel);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 6, 6, 6);
  auto* sign = new QLabel;
  sign->setPixmap(style()->standardIcon(QStyle::SP_MessageBoxWarning).pixmap(20, 20));
  row->addWidget(sign, 0, Qt::AlignTop);
  text_->setObjectName(QStringLiteral("message_text"));
  text_->setWordWrap(true);
  text_->setTextFormat(Qt::PlainText);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  text_->setAccessibleName(tr("Message"));
  row->addWidget(text_, 1);
  auto* close = new QToolButton;
  close->setObjectName(QStringLiteral("message_close"));
  close->setAutoRaise(true);
  close->setText(QStringLiteral("✕"));
  close->setToolTip(tr("Dismiss this message"));
  close->setAccessibleName(tr("Dismiss this message"));
  connect(close, &QToolButton::clicked, this, &MessageBar::dismiss);
  row->addWidget(close, 0, Qt::AlignTop);
  hide();
}

void MessageBar::show_message(const QString& what, const QString& remedy) {
  text_->setText(remedy.isEmpty() ? what : what + u'\n' + remedy);
  color();
  show();
}

void MessageBar::dismiss() { hide(); }

void MessageBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::ApplicationPaletteChange) color();
  QFrame::changeEvent(event);
}

void MessageBar::color() {
  const bool dark = is_dark(QApplication::palette());
  QPalette own;
  own.setColor(QPalette::Window, dark ? QColor(0x4a, 0x33, 0x1c) : QColor(0xff, 0xf1, 0xd8));
  own.setColor(QPalette::WindowText, dark ? QColor(0xf6, 0xe6, 0xcf) : QColor(0x45, 0x2e, 0x0a));
  setPalette(own);
}

}  // namespace corpuscope::ui
