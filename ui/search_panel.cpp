#include "ui/search_panel.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/colors.h"
#include "ui/concordance.h"
#include "ui/elided_label.h"
#include "ui/names.h"
#include "ui/search_model.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int most_hits = 500;
constexpr int places_at_once = 16;
constexpr std::int64_t context = 240;  // bytes on either side

// One line's worth of text: ends of lines and runs of spaces become one space.
QString on_one_line(const std::string& bytes) {
  QString text = to_text(bytes);
  // The bytes were cut anywhere.
  while (text.startsWith(QChar::ReplacementCharacter)) text.remove(0, 1);
  while (text.endsWith(QChar::ReplacementCharacter)) text.chop(1);
  QString joined;
  for (const QChar c : text) {
    const bool space = c.isSpace();
    if (!space || !joined.endsWith(u' ')) joined += space ? QChar(u' ') : c;
  }
  return joined;
}

// Draws a line of text so that the hit stands in the middle, in bold.
class ConcordanceDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    cell.text.clear();
    cell.widget->style()->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
    const bool chosen = option.state & QStyle::State_Selected;
    const bool active = option.state & QStyle::State_Active;
    const auto group = active ? QPalette::Active : QPalette::Inactive;
    const QColor text = option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text);
    painter->save();
    painter->setPen(text);
    painter->setFont(option.font);
    paint_concordance(*painter, option.rect.adjusted(4, 0, -4, 0),
                      {index.data(SearchModel::before_role).toString(), index.data(SearchModel::hit_role).toString(),
                       index.data(SearchModel::behind_role).toString()});
    painter->restore();
  }
};

ConcordanceLine concordance_line(const workspace::Workspace& workspace, const workspace::Hit& hit) {
  const auto start = std::max<std::int64_t>(hit.offset - context, 0);
  const auto text = workspace.text(hit.document, start, hit.offset - start + hit.length + context);
  const auto at = std::min<std::size_t>(hit.offset - start, text.size());
  ConcordanceLine line;
  line.document = hit.document;
  line.offset = hit.offset;
  line.length = hit.length;
  line.before = on_one_line(text.substr(0, at));
  line.hit = on_one_line(text.substr(at, hit.length));
  line.behind = on_one_line(text.substr(std::min(at + std::size_t(hit.length), text.size())));
  return line;
}

struct FoundPlace {
  int row = 0;
  qint64 token = -1, line = -1;
};

FoundPlace find_place(const workspace::Workspace& workspace, explore::Passages& passages, int row,
                      const ConcordanceLine& hit, bool tokenized) {
  if (tokenized) {
    const auto token = passages.token_at(hit.document, hit.offset);
    return {row, token, passages.place(token).line};
  }
  const auto before = workspace.text(hit.document, 0, hit.offset);
  return {row, -1, 1 + std::count(before.begin(), before.end(), '\n')};
}

}  // namespace

SearchPanel::SearchPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new SearchModel(this)),
      summary_(new ElidedLabel(Qt::ElideRight)),
      marked_(new QLabel),
      results_(new QTableView) {
  setObjectName(QStringLiteral("search_panel"));
  summary_->setObjectName(QStringLiteral("search_summary"));
  summary_->setContentsMargins(8, 4, 8, 4);
  marked_->setContentsMargins(8, 4, 8, 4);
  marked_->setTextFormat(Qt::RichText);
  name_marks();
  results_->setObjectName(QStringLiteral("search_results"));
  results_->setAccessibleName(tr("Places found"));
  results_->setModel(model_);
  results_->setItemDelegateForColumn(SearchModel::text_column, new ConcordanceDelegate(results_));
  results_->setFrameShape(QFrame::NoFrame);
  results_->setShowGrid(false);
  results_->setSelectionBehavior(QAbstractItemView::SelectRows);
  results_->setSelectionMode(QAbstractItemView::SingleSelection);
  results_->setTextElideMode(Qt::ElideMiddle);
  results_->setWordWrap(false);
  results_->setTabKeyNavigation(false);
  results_->verticalHeader()->hide();
  results_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
  results_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  results_->horizontalHeader()->setStretchLastSection(true);
  results_->setColumnWidth(SearchModel::place_column, 230);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* above = new QHBoxLayout;
  above->addWidget(summary_);
  above->addStretch();
  above->addWidget(marked_);
  column->addLayout(above);
  column->addWidget(results_, 1);
  setFocusProxy(results_);

  connect(results_, &QTableView::clicked, this, &SearchPanel::choose);
  connect(results_, &QTableView::activated, this, &SearchPanel::choose);
  connect(&session_, &Session::documents_changed, this, &SearchPanel::ask);
  connect(&session_, &Session::workspace_opened, this, [this] { search({}); });
  search({});
}

// The colour of the marks in the sequence bar, for whoever wonders what they are.
void SearchPanel::name_marks() {
  const QString color = theme(is_dark(palette())).mark.name();
  marked_->setText(QStringLiteral("<span style='color:%1'>▮</span> %2").arg(color, tr("marked in the sequence")));
}

void SearchPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) name_marks();
}

void SearchPanel::search(const QString& words) {
  words_ = words.simplified();
  if (words_.isEmpty()) {
    model_->set_lines({});
    summary_->setText(tr("Type words above: every place is found where all of them stand."));
    marked_->hide();
    emit marks_changed({});
    return;
  }
  ask();
}

void SearchPanel::ask() {
  if (words_.isEmpty()) return;
  session_.ask(QStringLiteral("search"), [this, words = words_](const workspace::Workspace& workspace,
                                                                explore::Passages&) {
    QElapsedTimer clock;
    clock.start();
    std::vector<ConcordanceLine> lines;
    for (const auto& hit : workspace.search_words(words.toStdString(), most_hits))
      lines.push_back(concordance_line(workspace, hit));
    const double milliseconds = double(clock.nsecsElapsed()) / 1e6;
    return [this, words, milliseconds, lines = std::move(lines)]() mutable {
      if (words != words_) return;
      for (auto& line : lines)
        if (const auto* document = session_.document(line.document)) line.name = to_text(document->name);
      model_->set_lines(std::move(lines));
      show_summary(milliseconds);
      emit marks_changed({});
      find_places(0);
    };
  });
}

void SearchPanel::show_summary(double milliseconds) {
  const int hits = model_->rowCount();
  marked_->setVisible(hits > 0 && session_.summary().tokens_complete);
  if (hits == 0) {
    summary_->setText(tr("No document holds all of these words: %1").arg(words_));
    return;
  }
  QString text = hits == 1 ? tr("1 document") : tr("%1 documents").arg(grouped(hits));
  if (hits == most_hits) text = tr("The best %1 documents").arg(grouped(hits));
  summary_->setText(tr("%1, best first, each with its best place  ·  %2 ms").arg(text).arg(std::max(milliseconds, 1.0), 0, 'f', 0));
}

// Lines and tokens come in portions behind the results, since finding them takes the documents' whole texts.
void SearchPanel::find_places(int from) {
  const auto& lines = model_->lines();
  if (from >= int(lines.size())) return;
  const auto to = std::min(from + places_at_once, int(lines.size()));
  std::vector<ConcordanceLine> portion(lines.begin() + from, lines.begin() + to);
  const bool tokenized = session_.summary().tokens_complete;
  session_.ask(QStringLiteral("search places"), [this, words = words_, from, to, tokenized, portion = std::move(portion)](
                                                    const workspace::Workspace& workspace,
                                                    explore::Passages& passages) {
    std::vector<FoundPlace> found;
    for (std::size_t i = 0; i < portion.size(); ++i)
      found.push_back(find_place(workspace, passages, from + int(i), portion[i], tokenized));
    return [this, words, to, found = std::move(found)] {
      if (words != words_) return;
      for (const auto& place : found) model_->set_place(place.row, place.token, place.line);
      QVector<qint64> marks;
      for (const auto& line : model_->lines())
        if (line.token >= 0) marks << line.token;
      emit marks_changed(marks);
      find_places(to);
    };
  });
}

void SearchPanel::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const auto& line = model_->lines()[index.row()];
  emit place_chosen(line.document, line.offset, line.token);
}

}  // namespace corpuscope::ui
