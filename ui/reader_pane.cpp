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
#include <algorithm>
#include <map>

#include "ui/elided_label.h"
#include "ui/insight.h"
#include "ui/inspector_facts.h"
#include "ui/names.h"
#include "ui/reader_chips.h"
#include "ui/session.h"
#include "ui/tint_legend.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

// Surprise is fetched for what is visible and so many tokens on either side.
constexpr qint64 around = 20'000;

}  // namespace

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
  connect(chips_, &ReaderChips::chosen, this, [this, &selection](qint64 token, bool beside) {
    if (beside)
      emit beside_wanted(token);
    else
      selection.set_cursor(token);
  });
}

QString ReaderPane::named(const char* name) const {
  return QLatin1String(name) + (number_ > 1 ? QStringLiteral("_%1").arg(number_) : QString());
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

void ReaderPane::start_afresh() {
  document_ = -1;
  hash_.clear();
  has_text_ = has_tokens_ = false;
  bits_first_ = bits_last_ = 0;
  has_bits_ = false;
  text_->set_document(nullptr);
  chips_->set_lines({});
  legend_->hide();
  pages_->setCurrentIndex(0);
}

void ReaderPane::follow_documents() {
  if (document_ < 0) {
    if (active_ && session_.selection().cursor() >= 0) follow_cursor();
    return;
  }
  const auto* now = session_.document(document_);
  if (!now) {
    start_afresh();
  } else if (to_text(now->hash) != hash_) {
    wanted_offset_ = text_->offset_of_line(text_->first_line());
    load(document_);
  } else {
    show_title();
    load_tokens();
  }
}

void ReaderPane::follow_cursor() {
  const Selection& selection = session_.selection();
  text_->set_cursor(selection.cursor(), selection.count());
  const auto* document = session_.document_at(selection.cursor());
  if (!active_) {
    // It stays where it is.
  } else if (document && document->id != document_) {
    wanted_offset_ = -1;
    load(document->id);
  } else if (document && has_tokens_) {
    wanted_offset_ = -1;
    text_->show_token(selection.cursor());
  }
  load_sources();
}

void ReaderPane::show_place(qint64 document, qint64 offset) {
  wanted_offset_ = offset;
  if (document != document_) {
    load(document);
  } else if (has_text_) {
    text_->show_offset(offset);
  }
}

void ReaderPane::show_token(qint64 token) {
  const auto* document = session_.document_at(token);
  if (!document) return;
  wanted_offset_ = -1;
  wanted_token_ = token;
  if (document->id != document_) {
    load(document->id);
  } else if (has_tokens_) {
    text_->show_token(token);
    wanted_token_ = -1;
  }
}

void ReaderPane::load(qint64 id) {
  const auto* document = session_.document(id);
  if (!document) return;
  document_ = id;
  hash_ = to_text(document->hash);
  has_text_ = has_tokens_ = false;
  if (active_) emit document_shown(id);
  session_.ask(key("reader text"), [this, id, name = document->name](const workspace::Workspace& workspace,
                                                                                explore::Passages&) {
    auto text = std::make_shared<const DocumentText>(workspace.text(id), name);
    return [this, text] { show_text(text); };
  });
}

void ReaderPane::show_text(std::shared_ptr<const DocumentText> text) {
  const bool prose = text->is_prose();
  has_text_ = true;
  bits_first_ = bits_last_ = 0;
  has_bits_ = false;
  show_legend();
  text_->set_document(text);
  wrap_->setChecked(prose);
  monospaced_->setChecked(!prose);
  text_->set_wrap(prose);
  text_->set_monospaced(!prose);
  show_title();
  pages_->setCurrentIndex(1);
  if (wanted_offset_ >= 0) text_->show_offset(wanted_offset_);
  load_tokens();
}

void ReaderPane::show_title() {
  const auto* document = session_.document(document_);
  if (!document) return;
  const QString name = to_text(document->name);
  title_->setText(name);
  title_->setToolTip(document->note.empty() ? name : name + u'\n' + to_text(document->note));
  QString about = tr("%1 lines").arg(grouped(document->lines));
  if (document->first_token >= 0) about += tr("  ·  %1 tokens").arg(grouped(document->tokens));
  about_->setText(about);
  editor_->setEnabled(!session_.folder().empty());
}

void ReaderPane::load_tokens() {
  const auto* document = session_.document(document_);
  if (!has_text_ || !document || document->first_token < 0) return;
  session_.ask(key("reader tokens"), [this, id = document_, first = document->first_token](
                                                    const workspace::Workspace&, explore::Passages& passages) {
    auto starts = std::make_shared<const std::vector<std::int64_t>>(passages.document(id).starts);
    return [this, id, first, starts] {
      if (id != document_ || !has_text_) return;
      text_->set_tokens(starts, first);
      has_tokens_ = true;
      bits_first_ = bits_last_ = 0;
      const Selection& selection = session_.selection();
      text_->set_cursor(selection.cursor(), selection.count());
      if (wanted_offset_ < 0) text_->show_token(wanted_token_ >= 0 ? wanted_token_ : selection.cursor());
      wanted_token_ = -1;
      load_surprise();
      load_sources();
    };
  });
}

void ReaderPane::load_surprise() {
  const auto run = session_.run();
  if (!run || !has_tokens_) return;
  const auto [first, last] = text_->visible_tokens();
  const bool known = bits_run_ == run->id && bits_done_ == run->done && first >= bits_first_ && last <= bits_last_;
  if (known || first == last) return;
  bits_run_ = run->id;
  bits_done_ = run->done;
  bits_first_ = std::max<qint64>(first - around, 0);
  bits_last_ = last + around;
  session_.ask(key("reader surprise"), [this, run = run->id, first = bits_first_, last = bits_last_](
                                                      const workspace::Workspace& workspace, explore::Passages&) {
    auto bits = workspace.surprisal(run, first, last - first);
    return [this, first, bits = std::move(bits)] {
      has_bits_ = !bits.empty();
      text_->set_surprise(first, bits);
      show_legend();
    };
  });
}

// The strongest sources: underlined where they are in sight, as chips where they are not.
void ReaderPane::load_sources() {
  if (!active_ && isHidden()) return;
  const auto run = session_.run();
  const qint64 cursor = session_.selection().cursor();
  load_shares();
  if (!run || cursor < 0) {
    text_->set_sources({});
    chips_->set_lines({});
    return;
  }
  const TokenQuestion question{cursor, run, -1, session_.insight().view()};
  const auto sight = active_ ? text_->visible_tokens() : std::pair<qint64, qint64>();
  session_.ask(key("reader sources"), [this, question, sight](const workspace::Workspace& workspace,
                                                              explore::Passages& passages) {
    std::vector<TokenSource> sources;
    std::vector<SourceLine> elsewhere;
    for (SourceLine& line : facts_of(question, workspace, passages).sources) {
      sources.push_back({line.token(), float(line.share), line.edge.level});
      const bool seen = line.token() >= sight.first && line.token() < sight.second;
      if (!seen && line.token() != question.token && elsewhere.size() < ReaderChips::most) elsewhere.push_back(std::move(line));
    }
    return [this, question, sources = std::move(sources), elsewhere = std::move(elsewhere)] {
      if (question.token != session_.selection().cursor()) return;
      text_->set_sources(sources);
      chips_->set_lines(active_ ? elsewhere : std::vector<SourceLine>());
    };
  });
}

// All that the cursor's token gives, or gets: exactly where it was computed again, else of the stored weights.
void ReaderPane::load_shares() {
  const Tint tint = text_->tint();
  const auto run = session_.run();
  const qint64 cursor = session_.selection().cursor();
  if (tint == Tint::none || tint == Tint::surprise || !run || cursor < 0) {
    text_->set_shares({});
    show_legend();
    return;
  }
  session_.ask(key("reader shares"), [this, tint, run = *run, cursor, view = session_.insight().view()](
                                         const workspace::Workspace& workspace, explore::Passages&) {
    const bool from = tint == Tint::from_cursor;
    constexpr int most = 100'000;
    const auto stored = view ? std::vector<workspace::Edge>()
                             : from ? workspace.edges_into(run.id, -1, cursor) : workspace.edges_from(run.id, -1, cursor, most);
    const auto& edges = !view ? stored : from ? view->sources : view->readers;
    std::vector<TokenShare> shares;
    for (const auto& contact : explore::contacts(edges, from ? explore::End::keys : explore::End::queries,
                                                 {run.layers, run.heads, run.levels, -1}))
      shares.push_back({contact.token, contact.share});
    return [this, cursor, shares = std::move(shares)] {
      if (cursor != session_.selection().cursor()) return;
      text_->set_shares(shares);
      show_legend();
    };
  });
}

void ReaderPane::open_in_editor() {
  const auto* document = session_.document(document_);
  if (!document || session_.folder().empty()) return;
  // The corpus may be a single file.
  std::error_code ignored;
  const auto folder = session_.folder();
  const auto file = std::filesystem::is_directory(folder, ignored) ? folder / document->name : folder;
  emit editor_wanted(path_text(file), text_->cursor_line());
}

}  // namespace corpuscope::ui
