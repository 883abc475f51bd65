#include "ui/reader_view.h"

#include <QAction>
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
#include "ui/names.h"
#include "ui/reader_text.h"
#include "ui/session.h"
#include "ui/surprise_legend.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

// Surprise is fetched for what is visible and so many tokens on either side.
constexpr qint64 around = 20'000;

}  // namespace

ReaderView::ReaderView(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), text_(new ReaderText), pages_(new QStackedWidget), empty_(new QLabel) {
  setObjectName(QStringLiteral("reader"));
  empty_->setObjectName(QStringLiteral("reader_empty"));
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
  pages_->addWidget(page);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(pages_);
  setFocusProxy(text_);

  Selection& selection = session_.selection();
  connect(&session_, &Session::workspace_opened, this, &ReaderView::start_afresh);
  connect(&session_, &Session::documents_changed, this, &ReaderView::follow_documents);
  connect(&session_, &Session::run_changed, this, [this] {
    load_surprise();
    load_sources();
  });
  connect(&selection, &Selection::cursor_changed, this, &ReaderView::follow_cursor);
  connect(&selection, &Selection::hover_changed, text_, &ReaderText::set_hover);
  connect(text_, &ReaderText::tokens_chosen, &selection, &Selection::set_cursor);
  connect(text_, &ReaderText::token_hovered, &selection, &Selection::set_hover);
  connect(text_, &ReaderText::scrolled, this, &ReaderView::load_surprise);
}

QAction* ReaderView::add_choice(const QString& text, const QString& name, const QString& keys,
                                void (ReaderText::*set)(bool)) {
  auto* action = new QAction(text, this);
  action->setObjectName(name);
  action->setCheckable(true);
  action->setShortcut(QKeySequence(keys));
  addAction(action);
  connect(action, &QAction::toggled, text_, set);
  return action;
}

QWidget* ReaderView::make_header() {
  auto* header = new QWidget;
  auto* row = new QHBoxLayout(header);
  row->setContentsMargins(8, 3, 4, 3);
  row->setSpacing(8);
  title_ = new ElidedLabel(Qt::ElideMiddle);
  title_->setObjectName(QStringLiteral("reader_title"));
  title_->setAccessibleName(tr("Document"));
  about_ = new ElidedLabel(Qt::ElideRight);
  about_->setObjectName(QStringLiteral("reader_about"));
  about_->setForegroundRole(QPalette::PlaceholderText);
  legend_ = new SurpriseLegend;
  legend_->hide();

  wrap_ = add_choice(tr("Wrap long lines"), QStringLiteral("reader_wrap"), tr("Alt+Z"), &ReaderText::set_wrap);
  monospaced_ = add_choice(tr("Fixed-width letters"), QStringLiteral("reader_monospaced"), tr("Alt+X"), &ReaderText::set_monospaced);
  tinted_ = add_choice(tr("Tint by surprise"), QStringLiteral("reader_tinted"), tr("Alt+T"), &ReaderText::set_tinted);
  tinted_->setChecked(true);
  connect(tinted_, &QAction::toggled, this, [this](bool on) { legend_->setVisible(on && bits_last_ > bits_first_); });
  auto* copy = new QAction(tr("Copy the chosen text"), text_);
  copy->setObjectName(QStringLiteral("reader_copy"));
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  connect(copy, &QAction::triggered, text_, [this] { QGuiApplication::clipboard()->setText(text_->chosen_text()); });
  text_->addAction(copy);
  text_->setContextMenuPolicy(Qt::ActionsContextMenu);
  auto* menu = new QMenu(this);
  menu->addActions({wrap_, monospaced_, tinted_});
  auto* view = new QToolButton;
  view->setObjectName(QStringLiteral("reader_options"));
  view->setText(tr("Show"));
  view->setAccessibleName(tr("How the text is shown"));
  view->setAutoRaise(true);
  view->setMenu(menu);
  view->setPopupMode(QToolButton::InstantPopup);
  editor_ = new QToolButton;
  editor_->setObjectName(QStringLiteral("reader_editor"));
  editor_->setText(tr("Open in editor"));
  editor_->setToolTip(tr("Open this file in your editor (Ctrl+E)"));
  editor_->setAccessibleName(tr("Open this file in your editor"));
  editor_->setAutoRaise(true);
  connect(editor_, &QToolButton::clicked, this, &ReaderView::open_in_editor);
  row->addWidget(title_);
  about_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // the first to give way
  row->addWidget(about_, 1);
  row->addWidget(legend_);
  row->addWidget(view);
  row->addWidget(editor_);
  return header;
}

void ReaderView::start_afresh() {
  document_ = -1;
  hash_.clear();
  has_text_ = has_tokens_ = false;
  bits_first_ = bits_last_ = 0;
  text_->set_document(nullptr);
  legend_->hide();
  pages_->setCurrentIndex(0);
}

void ReaderView::follow_documents() {
  if (document_ < 0) {
    if (session_.selection().cursor() >= 0) follow_cursor();
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

void ReaderView::follow_cursor() {
  const Selection& selection = session_.selection();
  text_->set_cursor(selection.cursor(), selection.count());
  const auto* document = session_.document_at(selection.cursor());
  if (document && document->id != document_) {
    wanted_offset_ = -1;
    load(document->id);
  } else if (document && has_tokens_) {
    wanted_offset_ = -1;
    text_->show_token(selection.cursor());
  }
  load_sources();
}

void ReaderView::show_place(qint64 document, qint64 offset) {
  wanted_offset_ = offset;
  if (document != document_) {
    load(document);
  } else if (has_text_) {
    text_->show_offset(offset);
  }
}

void ReaderView::load(qint64 id) {
  const auto* document = session_.document(id);
  if (!document) return;
  document_ = id;
  hash_ = to_text(document->hash);
  has_text_ = has_tokens_ = false;
  emit document_shown(id);
  session_.ask(QStringLiteral("reader text"), [this, id, name = document->name](const workspace::Workspace& workspace,
                                                                                explore::Passages&) {
    auto text = std::make_shared<const DocumentText>(workspace.text(id), name);
    return [this, text] { show_text(text); };
  });
}

void ReaderView::show_text(std::shared_ptr<const DocumentText> text) {
  const bool prose = text->is_prose();
  has_text_ = true;
  bits_first_ = bits_last_ = 0;
  legend_->hide();
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

void ReaderView::show_title() {
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

void ReaderView::load_tokens() {
  const auto* document = session_.document(document_);
  if (!has_text_ || !document || document->first_token < 0) return;
  session_.ask(QStringLiteral("reader tokens"), [this, id = document_, first = document->first_token](
                                                    const workspace::Workspace&, explore::Passages& passages) {
    auto starts = std::make_shared<const std::vector<std::int64_t>>(passages.document(id).starts);
    return [this, id, first, starts] {
      if (id != document_ || !has_text_) return;
      text_->set_tokens(starts, first);
      has_tokens_ = true;
      bits_first_ = bits_last_ = 0;
      const Selection& selection = session_.selection();
      text_->set_cursor(selection.cursor(), selection.count());
      if (wanted_offset_ < 0) text_->show_token(selection.cursor());
      load_surprise();
      load_sources();
    };
  });
}

void ReaderView::load_surprise() {
  const auto run = session_.run();
  if (!run || !has_tokens_) return;
  const auto [first, last] = text_->visible_tokens();
  const bool known = bits_run_ == run->id && bits_done_ == run->done && first >= bits_first_ && last <= bits_last_;
  if (known || first == last) return;
  bits_run_ = run->id;
  bits_done_ = run->done;
  bits_first_ = std::max<qint64>(first - around, 0);
  bits_last_ = last + around;
  session_.ask(QStringLiteral("reader surprise"), [this, run = run->id, first = bits_first_, last = bits_last_](
                                                      const workspace::Workspace& workspace, explore::Passages&) {
    auto bits = workspace.surprisal(run, first, last - first);
    return [this, first, bits = std::move(bits)] {
      legend_->setVisible(tinted_->isChecked() && !bits.empty());
      text_->set_surprise(first, bits);
    };
  });
}

void ReaderView::load_sources() {
  const auto run = session_.run();
  const qint64 cursor = session_.selection().cursor();
  if (!run || cursor < 0) {
    text_->set_sources({});
    return;
  }
  session_.ask(QStringLiteral("reader sources"), [this, run = run->id, cursor](const workspace::Workspace& workspace,
                                                                               explore::Passages&) {
    std::map<qint64, TokenSource> by_token;
    for (const auto& edge : workspace.edges_into(run, -1, cursor)) {
      auto& source = by_token[edge.key];
      if (edge.weight > source.weight) source = {edge.key, edge.weight, edge.level};
    }
    std::vector<TokenSource> sources;
    for (const auto& [token, source] : by_token) sources.push_back(source);
    return [this, sources = std::move(sources)] { text_->set_sources(sources); };
  });
}

void ReaderView::open_in_editor() {
  const auto* document = session_.document(document_);
  if (!document || session_.folder().empty()) return;
  // The corpus may be a single file.
  std::error_code ignored;
  const auto folder = session_.folder();
  const auto file = std::filesystem::is_directory(folder, ignored) ? folder / document->name : folder;
  emit editor_wanted(path_text(file), text_->cursor_line());
}

}  // namespace corpuscope::ui
