#include "ui/changes_bar.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

QString settings_by_itself() { return QStringLiteral("changes/update_by_itself"); }

}  // namespace

ChangesBar::ChangesBar(Session& session, QWidget* parent) : QFrame(parent), session_(session), text_(new QLabel) {
  setObjectName(QStringLiteral("changes_bar"));
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::AlternateBase);
  text_->setObjectName(QStringLiteral("changes_text"));
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  auto* controls = new QWidget;
  auto* flow = new FlowLayout(controls, 12, 3);
  update_ = add_button("changes_update", tr("Update"), tr("Read the changed files again"));
  read_ = add_button("changes_read", tr("Read by the model"), tr("Let the model read the text as it is now"));
  by_itself_ = new QCheckBox(tr("Update by itself"));
  by_itself_->setObjectName(QStringLiteral("changes_by_itself"));
  by_itself_->setToolTip(tr("Read changed files again as soon as they change"));
  by_itself_->setChecked(QSettings().value(settings_by_itself()).toBool());
  flow->addWidget(update_);
  flow->addWidget(read_);
  flow->addWidget(by_itself_);
  auto* column = new QVBoxLayout;
  column->addWidget(text_);
  column->addWidget(controls);
  auto* close = new QToolButton;
  close->setObjectName(QStringLiteral("changes_close"));
  close->setAutoRaise(true);
  close->setText(QStringLiteral("✕"));
  close->setToolTip(tr("Dismiss this message"));
  close->setAccessibleName(tr("Dismiss the message about changes"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 6, 6, 6);
  row->addLayout(column, 1);
  row->addWidget(close, 0, Qt::AlignTop);
  connect(close, &QToolButton::clicked, this, &ChangesBar::hide);
  connect(update_, &QAbstractButton::clicked, this, &ChangesBar::update_text);
  connect(read_, &QAbstractButton::clicked, this, [this] {
    hide();
    session_.read(workspace::Detail::balanced);
  });
  connect(by_itself_, &QCheckBox::toggled, this, [this](bool on) {
    QSettings().setValue(settings_by_itself(), on);
    if (on && update_->isVisible()) update_text();
  });
  connect(&session_, &Session::files_changed, this, &ChangesBar::show_changes);
  connect(&session_, &Session::workspace_opened, this, &ChangesBar::start_afresh);
  connect(&session_, &Session::run_changed, this, &ChangesBar::follow);
  connect(&session_, &Session::busy_changed, this, &ChangesBar::follow);
  start_afresh();
}

QAbstractButton* ChangesBar::add_button(const char* name, const QString& text, const QString& tip) {
  auto* button = new QPushButton(text);
  button->setObjectName(QLatin1String(name));
  button->setToolTip(tip);
  return button;
}

void ChangesBar::start_afresh() {
  was_read_ = false;
  hide();
}

void ChangesBar::show_changes(const explore::Changes& changes) {
  if (changes.files() == 0) {
    if (update_->isVisibleTo(this)) hide();
    return;
  }
  if (by_itself_->isChecked() && !session_.is_busy()) return update_text();
  QStringList kinds;
  if (changes.added > 0) kinds << tr("%1 new").arg(grouped(changes.added));
  if (changes.changed > 0) kinds << tr("%1 changed").arg(grouped(changes.changed));
  if (changes.removed > 0) kinds << tr("%1 removed").arg(grouped(changes.removed));
  const QString first = to_text(changes.first);
  QString text = changes.files() == 1
                     ? tr("A file is not what was read of it: %1 (%2).").arg(first, kinds.join(QString()))
                     : tr("%1 files are not what was read of them (%2): %3, …")
                           .arg(grouped(changes.files()), kinds.join(QStringLiteral(", ")), first);
  if (session_.run()) text += u'\n' + tr("The model's reading belongs to the text as it was: after the update it has to read again.");
  text_->setText(text);
  update_->show();
  by_itself_->show();
  read_->hide();
  show();
}

void ChangesBar::update_text() {
  was_read_ = was_read_ || session_.run().has_value();
  hide();
  session_.update_text();
}

// Runs go when the text under them changes, which is some time after the update was asked for.
void ChangesBar::follow() {
  if (!was_read_ || session_.run() || session_.is_busy() || !session_.summary().tokens_complete) return;
  was_read_ = false;
  show_unread();
}

void ChangesBar::show_unread() {
  text_->setText(tr("The text is up to date, and newer than the model's reading, which is gone with the text that it read.\n"
                    "Reader, search and passages show the new text; surprise, attention and paths wait for the model."));
  update_->hide();
  by_itself_->hide();
  read_->show();
  show();
}

}  // namespace corpuscope::ui
