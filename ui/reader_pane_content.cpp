// What a pane shows: which document, its text, its tokens, their surprise, what the cursor's token looked at.

#include <QAction>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>

#include "ui/insight.h"
#include "ui/inspector_facts.h"
#include "ui/names.h"
#include "ui/reader_chips.h"
#include "ui/reader_pane.h"
#include "ui/session.h"
#include "ui/tint_legend.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

// Surprise is fetched for what is visible and so many tokens on either side.
constexpr qint64 around = 20'000;

}  // namespace

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
    auto sections = std::make_shared<const explore::Sections>(workspace.anchors(id));
    return [this, text, sections] {
      sections_ = sections;
      show_text(text);
    };
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
  const QString section = has_text_ ? to_text(sections_->at(text_->offset_of_line(text_->first_line()))) : QString();
  about_->setText(section.isEmpty() ? about : section + tr("  ·  %1").arg(about));
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
      chips_->set_lines(active_ ? elsewhere : std::vector<SourceLine>(), session_.farthest_used());
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

}  // namespace corpuscope::ui
