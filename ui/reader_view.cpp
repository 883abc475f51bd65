#include "ui/reader_view.h"

#include <QAction>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/reader_pane.h"
#include "ui/reader_places.h"
#include "ui/session.h"

namespace corpuscope::ui {

ReaderView::ReaderView(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), panes_(new QSplitter(Qt::Horizontal)) {
  setObjectName(QStringLiteral("reader"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(panes_);
  panes_->setChildrenCollapsible(false);
  first_ = add_pane(1);
  setFocusProxy(first_);

  split_ = new QAction(tr("Two places side by side"), this);
  split_->setObjectName(QStringLiteral("reader_split"));
  split_->setIconText(tr("Beside"));  // on its button
  split_->setCheckable(true);
  split_->setShortcut(QKeySequence(tr("Ctrl+\\")));
  addAction(split_);
  connect(split_, &QAction::toggled, this, &ReaderView::split);
  auto* beside = new QToolButton;
  beside->setDefaultAction(split_);
  beside->setToolTip(tr("Two places side by side: the one used last follows the cursor (%1)")
                         .arg(split_->shortcut().toString(QKeySequence::NativeText)));
  beside->setAccessibleName(split_->text());
  beside->setAutoRaise(true);
  auto* places = new QToolButton;
  places->setObjectName(QStringLiteral("reader_places_button"));
  places->setText(tr("Places"));
  places->setToolTip(tr("Where the cursor has been"));
  places->setAccessibleName(tr("Places where the cursor has been"));
  places->setAutoRaise(true);
  places->setMenu(new ReaderPlaces(session_, places));
  places->setPopupMode(QToolButton::InstantPopup);
  first_->add_button(places);
  first_->add_button(beside);
}

ReaderPane* ReaderView::add_pane(int number) {
  auto* pane = new ReaderPane(session_, number);
  panes_->addWidget(pane);
  pane->text()->addActions(menu_actions_);
  connect(pane, &ReaderPane::document_shown, this, &ReaderView::document_shown);
  connect(pane, &ReaderPane::editor_wanted, this, &ReaderView::editor_wanted);
  connect(pane, &ReaderPane::beside_wanted, this, &ReaderView::show_beside);
  connect(pane, &ReaderPane::used, this, [this, pane] { activate(pane); });
  return pane;
}

void ReaderView::add_menu_actions(const QList<QAction*>& actions) {
  menu_actions_ += actions;
  for (ReaderPane* pane : {first_, second_})
    if (pane) pane->text()->addActions(actions);
}

bool ReaderView::is_split() const { return second_ && !second_->isHidden(); }

ReaderPane* ReaderView::active() const { return is_split() && second_->is_active() ? second_ : first_; }

void ReaderView::activate(ReaderPane* pane) {
  first_->set_active(pane == first_);
  if (second_) second_->set_active(pane == second_);
}

void ReaderView::split(bool on) {
  split_->setChecked(on);
  if (on == is_split()) return;
  if (on && !second_) {
    second_ = add_pane(2);
    second_->set_active(false);
  }
  second_->setVisible(on);
  if (on) {
    panes_->setSizes({width() / 2, width() / 2});
    if (session_.selection().cursor() >= 0) second_->show_token(session_.selection().cursor());
  } else {
    activate(first_);
  }
}

void ReaderView::show_beside(qint64 token) {
  split(true);
  (active() == first_ ? second_ : first_)->show_token(token);
}

qint64 ReaderView::document() const { return active()->document(); }
void ReaderView::show_place(qint64 document, qint64 offset) { active()->show_place(document, offset); }
void ReaderView::open_in_editor() { active()->open_in_editor(); }

}  // namespace corpuscope::ui
