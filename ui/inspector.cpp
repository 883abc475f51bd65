#include "ui/inspector.h"

#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QListView>
#include <QVBoxLayout>
#include <cmath>

#include "ui/elided_label.h"
#include "ui/names.h"
#include "ui/painting.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

struct Inspector::Facts {
  qint64 token = -1;
  int id = -1;
  QString text;
  explore::Place place;
  std::optional<float> bits;
  std::vector<SourceLine> sources;
};

namespace {

constexpr int bytes_around = 80;  // of a source's line

QString percent_text(double share) { return weight_text(100 * share) + QStringLiteral(" %"); }

QString place_of(const explore::Place& place) {
  return QStringLiteral("%1:%2:%3").arg(to_text(place.name)).arg(place.line).arg(place.column);
}

QLabel* fact_label(const QString& name, Qt::TextElideMode mode = Qt::ElideRight) {
  auto* label = new ElidedLabel(mode);
  label->setObjectName(name);
  return label;
}

TextAround text_around(explore::Passages& passages, const explore::Place& place) {
  if (place.length == 0) return {{}, Inspector::tr("end of the document"), {}};
  const auto line = passages.concordance({place.document, place.offset, place.length, 0}, bytes_around);
  const QString hit = to_text(line.hit);
  return {to_text(line.before), hit.trimmed().isEmpty() ? visible(hit) : hit, to_text(line.after)};
}

std::vector<SourceLine> source_lines(const workspace::Workspace& workspace, explore::Passages& passages, qint64 run,
                                     qint64 token) {
  std::vector<SourceLine> lines;
  for (const auto& edge : workspace.edges_into(run, -1, token)) {
    const auto place = passages.place(edge.key);
    lines.push_back({edge, text_around(passages, place), QStringLiteral("%1:%2").arg(to_text(place.name)).arg(place.line)});
  }
  return lines;
}

}  // namespace

Inspector::Inspector(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      sources_(new SourcesModel(this)),
      sources_title_(new QLabel(tr("Strongest sources"))),
      sources_about_(new QLabel(tr("Share of a head's attention; its layer and head; how many tokens back"))),
      explanation_(new QLabel),
      list_(new QListView) {
  setObjectName(QStringLiteral("inspector"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(make_facts());
  QFont bold = font();
  bold.setBold(true);
  sources_title_->setFont(bold);
  sources_title_->setContentsMargins(8, 4, 8, 0);
  column->addWidget(sources_title_);
  sources_about_->setFont(small_font(font()));
  sources_about_->setForegroundRole(QPalette::PlaceholderText);
  sources_about_->setWordWrap(true);
  sources_about_->setContentsMargins(8, 0, 8, 2);
  column->addWidget(sources_about_);
  explanation_->setObjectName(QStringLiteral("inspector_explanation"));
  explanation_->setWordWrap(true);
  explanation_->setContentsMargins(8, 4, 8, 4);
  column->addWidget(explanation_);

  list_->setObjectName(QStringLiteral("inspector_sources"));
  list_->setAccessibleName(tr("Strongest sources of the token"));
  list_->setModel(sources_);
  list_->setItemDelegate(new SourcesDelegate(list_));
  list_->setFrameShape(QFrame::NoFrame);
  list_->setUniformItemSizes(true);
  list_->setMinimumHeight(40);  // in a low window with large letters the facts above keep their room
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  column->addWidget(list_, 1);
  const auto jump = [this](const QModelIndex& index) {
    session_.selection().set_cursor(sources_->line(index.row()).edge.key);
  };
  connect(list_, &QListView::clicked, this, jump);
  connect(list_, &QListView::activated, this, jump);

  column->addStretch(0);
  connect(&session_.selection(), &Selection::cursor_changed, this, &Inspector::refresh);
  connect(&session_, &Session::run_changed, this, &Inspector::refresh);
  connect(&session_, &Session::documents_changed, this, &Inspector::refresh);
  connect(&session_, &Session::workspace_opened, this, &Inspector::refresh);
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
  auto* grid = new QGridLayout(facts_);
  grid->setContentsMargins(8, 8, 8, 4);
  grid->setVerticalSpacing(3);
  grid->setHorizontalSpacing(10);
  grid->setColumnStretch(1, 1);
  grid->addWidget(token_, 0, 0, 1, 2);
  const std::pair<QString, QLabel*> facts[] = {{tr("Token id"), id_},
                                               {tr("Position"), position_},
                                               {tr("Place"), place_},
                                               {tr("Surprise"), surprise_},
                                               {tr("Probability"), probability_}};
  for (const auto& [name, value] : facts) {
    auto* label = new QLabel(name);
    label->setForegroundRole(QPalette::PlaceholderText);
    grid->addWidget(label, grid->rowCount(), 0, Qt::AlignTop);
    grid->addWidget(value, grid->rowCount() - 1, 1);
  }
  return facts_;
}

void Inspector::refresh() {
  const qint64 token = session_.selection().cursor();
  if (token < 0 || !session_.is_open()) {
    show_facts({});
    return;
  }
  const auto run = session_.run();
  session_.ask(QStringLiteral("inspector"), [this, token, run](const workspace::Workspace& workspace,
                                                               explore::Passages& passages) {
    Facts facts;
    facts.token = token;
    const auto ids = workspace.tokens(token, 1);
    if (!ids.empty()) facts.id = ids.front();
    facts.text = token_label(passages.token_text(token));
    facts.place = passages.place(token);
    if (run) {
      const auto bits = workspace.surprisal(run->id, token, 1);
      if (!bits.empty()) facts.bits = bits.front();
      facts.sources = source_lines(workspace, passages, run->id, token);
    }
    return [this, facts = std::move(facts)] { show_facts(facts); };
  });
}

void Inspector::show_facts(const Facts& facts) {
  const bool any = facts.token >= 0;
  facts_->setVisible(any);
  if (any) {
    token_->setText(facts.text.isEmpty() ? tr("end of document") : u'“' + visible(facts.text) + u'”');
    id_->setText(grouped(facts.id));
    position_->setText(tr("%1 of %2").arg(grouped(facts.token), grouped(session_.selection().length())));
    place_->setText(place_of(facts.place));
    surprise_->setText(facts.bits ? tr("%1 bits").arg(double(*facts.bits), 0, 'f', 2) : tr("not read yet"));
    probability_->setText(facts.bits ? percent_text(std::exp2(-double(*facts.bits))) : QStringLiteral("–"));
  }
  sources_->set_lines(facts.sources);
  list_->setVisible(!facts.sources.empty());
  sources_about_->setVisible(!facts.sources.empty());
  explain(facts);
}

void Inspector::explain(const Facts& facts) {
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
  sources_title_->setVisible(facts.token >= 0);
}

}  // namespace corpuscope::ui
