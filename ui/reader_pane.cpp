#include "ui/reader_pane.h"

#include <QAction>
#include <QActionGroup>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/elided_label.h"
#include "ui/insight.h"
#include "ui/link_checking.h"
#include "ui/names.h"
#include "ui/reader_chips.h"
#include "ui/session.h"
#include "ui/tint_legend.h"
#include "ui/wording.h"

namespace corpuscope::ui {

ReaderPane::ReaderPane(Session& session, int number, QWidget* parent)
    : QWidget(parent),
      session_(session),
      number_(number),
      text_(new ReaderText),
      pages_(new QStackedWidget),
      chips_(new ReaderChips),
      empty_(new QLabel) {
  setObjectName(named("reader_pane"));
  text_->setObjectName(named("reader_text"));
  chips_->setObjectName(named("reader_chips"));
  empty_->setObjectName(named("reader_empty"));
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setWordWrap(true);
  empty_->setText(tr("Choose a file on the left, or click anywhere in the sequence above."));
  pages_->addWidget(empty_);
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(make_header());
  column->addWidget(text_, 1);
  column->addWidget(chips_);  // below, so that the text stays where it is when they come and go
  pages_->addWidget(page);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(pages_);
  setFocusProxy(text_);
  connect_all();
}

void ReaderPane::connect_all() {
  Selection& selection = session_.selection();
  connect(&session_, &Session::workspace_opened, this, &ReaderPane::start_afresh);
  connect(&session_, &Session::documents_changed, this, &ReaderPane::follow_documents);
  connect(&session_, &Session::run_changed, this, [this] {
    load_surprise();
    load_sources();
  });
  connect(&session_, &Session::job_finished, this, [this](const QString& what) {
    if (what.startsWith(link_job())) load_sources();
  });
  connect(&session_.insight(), &Insight::changed, this, [this, was = Insight::State::nothing]() mutable {
    const auto now = session_.insight().state();
    if (now == Insight::State::ready && was != now) load_sources();
    was = now;
  });
  connect(&selection, &Selection::cursor_changed, this, &ReaderPane::follow_cursor);
  connect(&selection, &Selection::hover_changed, text_, &ReaderText::set_hover);
  connect(text_, &ReaderText::tokens_chosen, this, [this, &selection](qint64 first, qint64 count) {
    emit used();
    selection.set_cursor(first, count);
  });
  connect(text_, &ReaderText::focused, this, &ReaderPane::used);
  connect(text_, &ReaderText::token_hovered, &selection, &Selection::set_hover);
  connect(text_, &ReaderText::scrolled, this, &ReaderPane::load_surprise);
  connect(text_, &ReaderText::scrolled, this, &ReaderPane::show_title);
  connect(chips_, &ReaderChips::chosen, this, [this, &selection](qint64 token, bool beside) {
    if (beside)
      emit beside_wanted(token);
    else
      selection.set_cursor(token);
  });
}

QString ReaderPane::named(const char* name) const {
  return numbered(name, number_ - 1);
}
QString ReaderPane::key(const char* name) const { return named(name); }

void ReaderPane::set_active(bool active) {
  if (active == active_) return;
  active_ = active;
  title_->setForegroundRole(active ? QPalette::WindowText : QPalette::PlaceholderText);
  load_sources();
}

void ReaderPane::add_button(QToolButton* button) { header_->addWidget(button); }

QAction* ReaderPane::add_choice(const QString& text, const char* name, const QString& keys) {
  auto* action = new QAction(text, this);
  action->setObjectName(named(name));
  action->setCheckable(true);
  if (number_ == 1) action->setShortcut(QKeySequence(keys));
  addAction(action);
  return action;
}

void ReaderPane::make_tints() {
  tints_ = new QActionGroup(this);
  tints_->setExclusionPolicy(QActionGroup::ExclusionPolicy::ExclusiveOptional);
  const std::tuple<QString, const char*, QString, Tint> all[] = {
      {tr("Tint by surprise"), "reader_tinted", tr("Alt+T"), Tint::surprise},
      {tr("Tint by the attention of the cursor's token"), "reader_tint_from", tr("Alt+F"), Tint::from_cursor},
      {tr("Tint by the attention to the cursor's token"), "reader_tint_to", tr("Alt+R"), Tint::to_cursor}};
  for (const auto& [text, name, keys, tint] : all) {
    QAction* action = add_choice(text, name, keys);
    action->setData(int(tint));
    tints_->addAction(action);
    action->setChecked(tint == Tint::surprise);
  }
  connect(tints_, &QActionGroup::triggered, this, [this] {
    const QAction* chosen = tints_->checkedAction();
    text_->set_tint(chosen ? Tint(chosen->data().toInt()) : Tint::none);
    load_shares();
    show_legend();
  });
}

void ReaderPane::make_copy() {
  auto* copy = new QAction(tr("Copy the chosen text"), text_);
  copy->setObjectName(named("reader_copy"));
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  connect(copy, &QAction::triggered, text_, [this] { QGuiApplication::clipboard()->setText(text_->chosen_text()); });
  text_->addAction(copy);
  text_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

QWidget* ReaderPane::make_header() {
  auto* header = new QWidget;
  header_ = new QHBoxLayout(header);
  header_->setContentsMargins(8, 3, 4, 3);
  header_->setSpacing(8);
  title_ = new ElidedLabel(Qt::ElideMiddle);
  title_->setObjectName(named("reader_title"));
  title_->setAccessibleName(tr("Document"));
  about_ = new ElidedLabel(Qt::ElideRight);
  about_->setObjectName(named("reader_about"));
  about_->setForegroundRole(QPalette::PlaceholderText);
  legend_ = new TintLegend;
  legend_->setObjectName(named("tint_legend"));
  legend_->hide();
  wrap_ = add_choice(tr("Wrap long lines"), "reader_wrap", tr("Alt+Z"));
  connect(wrap_, &QAction::toggled, text_, &ReaderText::set_wrap);
  monospaced_ = add_choice(tr("Fixed-width letters"), "reader_monospaced", tr("Alt+X"));
  connect(monospaced_, &QAction::toggled, text_, &ReaderText::set_monospaced);
  make_tints();
  make_copy();
  auto* menu = new QMenu(this);
  menu->addActions(tints_->actions());
  menu->addSeparator();
  menu->addActions({wrap_, monospaced_});
  auto* view = new QToolButton;
  view->setObjectName(named("reader_options"));
  view->setText(tr("Show"));
  view->setAccessibleName(tr("How the text is shown"));
  view->setAutoRaise(true);
  view->setMenu(menu);
  view->setPopupMode(QToolButton::InstantPopup);
  editor_ = new QToolButton;
  editor_->setObjectName(named("reader_editor"));
  editor_->setText(tr("Edit"));
  editor_->setToolTip(tr("Open this file in your editor (Ctrl+E)"));
  editor_->setAccessibleName(tr("Open this file in your editor"));
  editor_->setAutoRaise(true);
  connect(editor_, &QToolButton::clicked, this, &ReaderPane::open_in_editor);
  header_->addWidget(title_);
  about_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // the first to give way
  header_->addWidget(about_, 1);
  header_->addWidget(legend_);
  header_->addWidget(view);
  header_->addWidget(editor_);
  return header;
}

void ReaderPane::show_legend() {
  const Tint tint = text_->tint();
  const bool by_attention = tint == Tint::from_cursor || tint == Tint::to_cursor;
  legend_->set_tint(tint, text_->largest_share());
  legend_->setVisible(by_attention ? text_->largest_share() > 0 : tint == Tint::surprise && has_bits_);
}

void ReaderPane::open_in_editor() {
  const auto* document = session_.document(document_);
  const auto file = document ? session_.file_of(document->name) : std::filesystem::path();
  if (!file.empty()) emit editor_wanted(path_text(file), text_->cursor_line());
}

}  // namespace corpuscope::ui
