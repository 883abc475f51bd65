#include "ui/inspector.h"

#include <QComboBox>
#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QListView>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ui/elided_label.h"
#include "ui/insight.h"
#include "ui/inspector_shares.h"
#include "ui/link_checking.h"
#include "ui/names.h"
#include "ui/painting.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr std::size_t checked_at_once = 5;
constexpr int least_height = 34;  // of the lists: in a low window with large letters the facts above keep their room

QString place_of(const explore::Place& place) {
  return QStringLiteral("%1:%2:%3").arg(to_text(place.name)).arg(place.line).arg(place.column) + to_text(behind_line(place));
}

QLabel* fact_label(const QString& name, Qt::TextElideMode mode = Qt::ElideRight) {
  auto* label = new ElidedLabel(mode);
  label->setObjectName(name);
  return label;
}

QLabel* about_label(const QFont& font) {
  auto* label = new ElidedLabel(Qt::ElideRight);  // one line, so that the lists keep their room
  label->setFont(small_font(font));
  label->setForegroundRole(QPalette::PlaceholderText);
  label->setContentsMargins(8, 2, 8, 2);
  return label;
}

}  // namespace

Inspector::Inspector(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      sources_(new SourcesModel(this)),
      readers_(new SourcesModel(this)),
      expected_(new ExpectedModel(this)),
      shares_(new InspectorShares),
      newest_(std::make_shared<std::atomic<qint64>>(-1)) {
  setObjectName(QStringLiteral("inspector"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(make_facts());
  explanation_ = new QLabel;
  explanation_->setObjectName(QStringLiteral("inspector_explanation"));
  explanation_->setWordWrap(true);
  explanation_->setContentsMargins(8, 4, 8, 4);
  column->addWidget(explanation_);
  column->addWidget(make_status());
  column->addWidget(make_tabs(), 1);
  column->addStretch(0);
  connect_all();
  refresh();
}

QWidget* Inspector::make_facts() {
  facts_ = new QWidget;
  token_ = fact_label(QStringLiteral("inspector_token"));
  QFont large = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  large.setPointSizeF(font().pointSizeF() * 1.4);
  token_->setFont(large);
  id_ = fact_label(QStringLiteral("inspector_id"));
  position_ = fact_label(QStringLiteral("inspector_position"));
  place_ = fact_label(QStringLiteral("inspector_place"), Qt::ElideMiddle);
  surprise_ = fact_label(QStringLiteral("inspector_surprise"));
  probability_ = fact_label(QStringLiteral("inspector_probability"));
  probability_->setToolTip(tr("What the model gave this token; its rank among all that it might have expected"));
  auto* grid = new QGridLayout(facts_);
  grid->setContentsMargins(8, 3, 8, 0);
  grid->setVerticalSpacing(2);
  grid->setHorizontalSpacing(10);
  grid->setColumnStretch(1, 1);
  auto* title = new QHBoxLayout;
  title->addWidget(token_, 1);
  title->addWidget(id_);
  id_->setForegroundRole(QPalette::PlaceholderText);
  id_->setFont(small_font(font()));
  grid->addLayout(title, 0, 0, 1, 2);
  const std::pair<QString, QLabel*> facts[] = {
      {tr("Position"), position_}, {tr("Place"), place_}, {tr("Surprise"), surprise_}, {tr("Probability"), probability_}};
  for (const auto& [name, value] : facts) {
    auto* label = new QLabel(name);
    label->setForegroundRole(QPalette::PlaceholderText);
    grid->addWidget(label, grid->rowCount(), 0, Qt::AlignTop);
    grid->addWidget(value, grid->rowCount() - 1, 1);
  }
  return facts_;
}

// How exact the lists are, and the way to more; and whose attention they tell of.
QWidget* Inspector::make_status() {
  status_row_ = new QWidget;
  auto* row = new QHBoxLayout(status_row_);
  row->setContentsMargins(8, 0, 4, 0);
  status_ = new QLabel;
  status_->setObjectName(QStringLiteral("inspector_status"));
  status_->setFont(small_font(font()));
  status_->setForegroundRole(QPalette::PlaceholderText);
  status_->setWordWrap(true);
  compute_ = new QToolButton;
  compute_->setObjectName(QStringLiteral("inspector_compute"));
  layer_ = new QComboBox;
  layer_->setObjectName(QStringLiteral("inspector_layer"));
  layer_->setAccessibleName(tr("Layers whose attention is told"));
  row->addWidget(status_, 1);
  row->addWidget(compute_);
  row->addWidget(layer_);
  return status_row_;
}

QListView* Inspector::make_list(const QString& name, const QString& accessible, SourcesModel* model) {
  auto* list = new QListView;
  list->setObjectName(name);
  list->setAccessibleName(accessible);
  list->setModel(model);
  list->setItemDelegate(new SourcesDelegate(list));
  list->setFrameShape(QFrame::NoFrame);
  list->setUniformItemSizes(true);
  list->setMinimumHeight(least_height);
  list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  const auto jump = [this, model](const QModelIndex& index) {
    session_.selection().set_cursor(model->line(index.row()).token());
  };
  connect(list, &QListView::clicked, this, jump);
  connect(list, &QListView::activated, this, jump);
  return list;
}

QToolButton* Inspector::make_check() {
  check_ = new QToolButton;
  check_->setObjectName(QStringLiteral("inspector_check"));
  check_->setText(tr("Check"));
  check_->setFont(small_font(font()));
  check_->setToolTip(tr("Is it true? Read again without each of the %1 strongest sources that are not checked yet, and see what that "
                        "changes for the token behind this one")
                         .arg(checked_at_once));
  check_->setAccessibleName(tr("Check the strongest sources"));
  connect(check_, &QToolButton::clicked, this, &Inspector::check_sources);
  return check_;
}

void Inspector::check_sources() {
  const auto run = session_.run();
  std::vector<workspace::Link> links;
  for (const SourceLine& line : sources_->lines())
    if (line.link && !line.check && links.size() < checked_at_once) links.push_back(*line.link);
  if (run && !links.empty()) check_links(session_, run->id, std::move(links));
}

QWidget* Inspector::page_of(QListView* list, QLabel* about, QWidget* beside) {
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  if (beside) {
    auto* row = new QHBoxLayout;
    row->addWidget(about, 1);
    row->addWidget(beside);
    column->addLayout(row);
  } else {
    column->addWidget(about);
  }
  column->addWidget(list, 1);
  return page;
}

QWidget* Inspector::make_tabs() {
  for (QLabel** about : {&sources_about_, &readers_about_, &shares_about_, &expected_about_}) *about = about_label(font());
  tabs_ = new QTabWidget;
  tabs_->setObjectName(QStringLiteral("inspector_tabs"));
  tabs_->setAccessibleName(tr("What is told of the token"));
  tabs_->setDocumentMode(true);
  tabs_->addTab(page_of(make_list(QStringLiteral("inspector_sources"), tr("Strongest sources of the token"), sources_),
                        sources_about_, make_check()),
                tr("Sources"));
  tabs_->addTab(page_of(make_list(QStringLiteral("inspector_readers"), tr("Tokens that look at this one most"), readers_),
                        readers_about_),
                tr("Readers"));
  auto* spread = new QWidget;
  auto* column = new QVBoxLayout(spread);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(shares_about_);
  auto* scrolled = new QScrollArea;
  scrolled->setObjectName(QStringLiteral("inspector_spread"));
  scrolled->setAccessibleName(tr("Spread of the token's attention"));
  scrolled->setFrameShape(QFrame::NoFrame);
  scrolled->setWidgetResizable(true);
  scrolled->setMinimumHeight(least_height);
  scrolled->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scrolled->setWidget(shares_);
  column->addWidget(scrolled, 1);
  tabs_->addTab(spread, tr("Spread"));
  auto* expected = new QListView;
  expected->setObjectName(QStringLiteral("inspector_expected"));
  expected->setAccessibleName(tr("What the model expected in this place"));
  expected->setModel(expected_);
  expected->setItemDelegate(new ExpectedDelegate(expected));
  expected->setFrameShape(QFrame::NoFrame);
  expected->setUniformItemSizes(true);
  expected->setMinimumHeight(least_height);
  expected->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  tabs_->addTab(page_of(expected, expected_about_), tr("Expected"));
  return tabs_;
}

void Inspector::connect_all() {
  connect(&session_.selection(), &Selection::cursor_changed, this, &Inspector::refresh);
  connect(&session_, &Session::run_changed, this, &Inspector::refresh);
  connect(&session_, &Session::documents_changed, this, &Inspector::refresh);
  connect(&session_, &Session::workspace_opened, this, &Inspector::refresh);
  connect(&session_, &Session::job_finished, this, [this](const QString& what) {
    if (what.startsWith(link_job())) refresh();
  });
  connect(layer_, qOverload<int>(&QComboBox::activated), this, &Inspector::refresh);
  Insight& insight = session_.insight();
  connect(&insight, &Insight::changed, this, [this, was = Insight::State::nothing]() mutable {
    const Insight::State now = session_.insight().state();
    show_status();
    if (now == Insight::State::ready && was != now) {
      ask_facts();
      ask_readers();
    }
    was = now;
  });
  connect(compute_, &QToolButton::clicked, &insight, [&insight] { insight.is_busy() ? insight.stop() : insight.compute(); });
}

int Inspector::layer() const { return layer_->currentIndex() - 1; }

void Inspector::fill_layers() {
  const auto run = session_.run();
  const int layers = run ? run->layers : 0;
  if (layer_->count() == layers + 1) return;
  layer_->clear();
  layer_->addItem(tr("All layers"));
  for (int layer = 1; layer <= layers; ++layer) layer_->addItem(tr("Layer %1").arg(layer));
}

void Inspector::refresh() {
  fill_layers();
  show_status();
  *newest_ = session_.is_open() ? session_.selection().cursor() : -1;
  if (*newest_ < 0) {
    show_facts({});
    show_readers({});
    return;
  }
  ask_facts();
  ask_readers();
}

void Inspector::ask_facts() {
  const TokenQuestion question{session_.selection().cursor(), session_.run(), layer(), session_.insight().view()};
  session_.ask(QStringLiteral("inspector"),
               [this, question](const workspace::Workspace& workspace, explore::Passages& passages) {
                 auto facts = std::make_shared<TokenFacts>(facts_of(question, workspace, passages));
                 return [this, facts] {
                   if (facts->token == session_.selection().cursor()) show_facts(*facts);
                 };
               });
}

void Inspector::ask_readers() {
  const TokenQuestion question{session_.selection().cursor(), session_.run(), layer(), session_.insight().view()};
  session_.ask(QStringLiteral("inspector readers"),
               [this, question, newest = newest_](const workspace::Workspace& workspace,
                                                  explore::Passages& passages) -> std::function<void()> {
                 try {
                   const auto poll = [&] {
                     if (*newest != question.token) throw core::Cancelled();
                   };
                   auto facts = std::make_shared<ReaderFacts>(readers_of(question, workspace, passages, poll));
                   return [this, facts, token = question.token] {
                     if (token == session_.selection().cursor()) show_readers(*facts);
                   };
                 } catch (const core::Cancelled&) {
                   return {};
                 }
               });
}

void Inspector::show_facts(const TokenFacts& facts) {
  const bool any = facts.token >= 0;
  facts_->setVisible(any);
  if (any) {
    token_->setText(facts.text.isEmpty() ? tr("end of document") : u'“' + visible(facts.text) + u'”');
    id_->setText(tr("token id %1").arg(grouped(facts.id)));
    position_->setText(tr("%1 of %2").arg(grouped(facts.token), grouped(session_.selection().length())));
    place_->setText(place_of(facts.place));
    surprise_->setText(facts.bits ? tr("%1 bits").arg(*facts.bits, 0, 'f', 2) : tr("not read yet"));
    const QString probability = facts.bits ? share_text(std::exp2(-*facts.bits)) : QStringLiteral("–");
    probability_->setText(facts.exact ? tr("%1, rank %2").arg(probability, grouped(facts.expectation.rank + 1))
                                      : probability);
  }
  sources_->set_lines(facts.sources, session_.farthest_used());
  check_->setEnabled(std::ranges::any_of(facts.sources, [](const SourceLine& line) { return line.link && !line.check; }));
  expected_->set_lines(facts.expected);
  shares_->set_shares(facts.shares, facts.levels);
  expected_about_->setText(
      facts.exact ? tr("Probable before the model saw what stands here; undecided by %1 bits")
                        .arg(facts.expectation.entropy, 0, 'f', 2)
                  : tr("Not kept with the run: compute all weights again"));
  const QString whole = share_text(facts.shares.total);
  sources_about_->setText(facts.exact ? tr("Share of its attention · strongest layer, head · tokens back")
                                      : tr("Of the weights that the run kept: %1 of its attention").arg(whole));
  shares_about_->setText(facts.exact ? tr("All of the token's attention")
                                     : tr("Of the %1 of its attention that the run kept").arg(whole));
  explain(facts);
}

void Inspector::show_readers(const ReaderFacts& facts) {
  readers_->set_lines(facts.lines, session_.farthest_used());
  if (facts.lines.empty())
    readers_about_->setText(facts.looked_at > 0 ? tr("No token that was looked at attends to this one.")
                                                : tr("Among the weights that the run kept none goes here."));
  else if (facts.looked_at > 0)
    readers_about_->setText(tr("Shares of their attention: the next %1 exactly, others as kept").arg(grouped(facts.looked_at)));
  else
    readers_about_->setText(tr("Shares of their attention, of the weights that the run kept"));
}

void Inspector::show_status() {
  const Insight& insight = session_.insight();
  const Insight::State state = insight.state();
  status_row_->setVisible(state != Insight::State::nothing);
  compute_->setVisible(state == Insight::State::offered || state == Insight::State::running ||
                       state == Insight::State::failed);
  compute_->setText(state == Insight::State::running ? tr("Stop") : state == Insight::State::failed ? tr("Again") : tr("Compute"));
  compute_->setAccessibleName(state == Insight::State::running ? tr("Stop reading again")
                                                               : tr("Compute all weights by reading again"));
  const auto& cost = insight.cost();
  switch (state) {
    case Insight::State::nothing: break;
    case Insight::State::preparing: status_->setText(tr("…")); break;
    case Insight::State::offered:
      status_->setText(tr("All weights: read %1 tokens again, about %2").arg(rounded(double(cost.tokens)), duration(cost.seconds)));
      break;
    case Insight::State::running:
      status_->setText(insight.progress().total > 0 ? tr("Reading again: %1").arg(amounts(insight.progress()))
                                                    : tr("Reading again…"));
      break;
    case Insight::State::ready: status_->setText(tr("Exact: all weights, computed again")); break;
    case Insight::State::failed:
      status_->setText(insight.error().first);
      status_->setToolTip(insight.error().second);
      break;
  }
  if (state != Insight::State::failed) status_->setToolTip({});
}

void Inspector::explain(const TokenFacts& facts) {
  const auto run = session_.run();
  QString text;
  if (facts.token < 0) {
    text = tr("Click a token in the reader, or a place in the sequence: here you see what it is, how surprising the model "
              "found it, and which earlier tokens it attended to.");
  } else if (!run) {
    text = tr("The model has not read this corpus yet. Start it with Corpus > Read by the model.");
  } else if (!facts.bits) {
    text = tr("The model has not come this far yet: %1 of %2 tokens are read.").arg(grouped(run->done), grouped(run->tokens));
  } else if (facts.sources.empty()) {
    text = tr("No sources are stored for this token. A reading in full detail keeps the most: Corpus > Read by the "
              "model > Full.");
  }
  explanation_->setText(text);
  explanation_->setVisible(!text.isEmpty());
  tabs_->setVisible(facts.bits.has_value());
}

}  // namespace corpuscope::ui
