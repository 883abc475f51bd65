#include "ui/echoes_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/background.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/link_checking.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr qint64 around_cursor = 64;  // tokens that stand for a selection of next to nothing
constexpr qint64 next_to_nothing = 8;
constexpr int most_arcs = 100;

// Of the columns; one without a heading is not shown. All echoes are of one passage, which is told above them.
QStringList headings(EchoList list) {
  const QString none;
  switch (list) {
    case EchoList::like: return {EchoesView::tr("Alike"), none, EchoesView::tr("Place"), none, none, EchoesView::tr("Passage")};
    case EchoList::echoes: return {EchoesView::tr("Tokens, attention"), EchoesView::tr("Kind"), none, EchoesView::tr("Earlier place"), EchoesView::tr("Link"), EchoesView::tr("Earlier text")};
    case EchoList::repeats: return {EchoesView::tr("Tokens"), none, EchoesView::tr("Place"), EchoesView::tr("Earlier place"), none, EchoesView::tr("Text")};
    case EchoList::twists: return {EchoesView::tr("Bits"), EchoesView::tr("Kind"), EchoesView::tr("Place"), EchoesView::tr("Copied from"), none, EchoesView::tr("Word")};
    case EchoList::surprising: return {EchoesView::tr("Bits a token"), none, EchoesView::tr("Place"), none, none, EchoesView::tr("Passage")};
  }
  return {};
}

// What Find will list.
QString promise(EchoList list) {
  switch (list) {
    case EchoList::like: return EchoesView::tr("Find lists the passages of the corpus that are about the same as the selection.");
    case EchoList::echoes: return EchoesView::tr("Find lists the earlier places from which the model may have drawn the selection.");
    case EchoList::repeats: return EchoesView::tr("Find lists the texts that stand in several places, word for word.");
    case EchoList::twists: return EchoesView::tr("Find lists copies in which a word differs, likely slips first.");
    case EchoList::surprising: return EchoesView::tr("Find lists the passages that the model expected least.");
  }
  return {};
}

// Of texts the beginning is read, of places the end: the file's name and the line.
class ElidedCells : public QStyledItemDelegate {
 public:
  ElidedCells(Qt::TextElideMode mode, QObject* parent) : QStyledItemDelegate(parent), mode_(mode) {}

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    option->textElideMode = mode_;
  }

 private:
  Qt::TextElideMode mode_;
};

bool of_selection(EchoList list) { return list == EchoList::like || list == EchoList::echoes; }
bool by_model(EchoList list) { return list == EchoList::echoes || list == EchoList::surprising; }

}  // namespace

EchoesView::EchoesView(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), background_(new Background(session, QStringLiteral("echoes"), this)), source_(std::make_shared<EchoSource>()) {
  setObjectName(QStringLiteral("echoes_view"));
  auto* controls = make_controls();
  make_table();
  state_ = new ElidedLabel(Qt::ElideRight);
  state_->setObjectName(QStringLiteral("echoes_state"));
  legend_ = new ElidedLabel(Qt::ElideRight);
  legend_->setObjectName(QStringLiteral("echoes_legend"));
  auto* column = new QVBoxLayout(this);
  column->addWidget(controls);
  column->addWidget(state_);
  column->addWidget(legend_);
  column->addWidget(table_, 1);
  setFocusProxy(list_);
  connect(background_, &Background::busy_changed, this, &EchoesView::update_state);
  connect(background_, &Background::progressed, this, [this](const core::Progress& now) {
    state_->setText(QStringLiteral("%1: %2").arg(QString::fromStdString(now.stage), amounts(now)));
  });
  connect(background_, &Background::failed, this, &EchoesView::failed);
  connect(&session_, &Session::workspace_opened, this, [this] {
    background_->stop();
    source_ = std::make_shared<EchoSource>();  // the old one may still be in use
    clear();
  });
  connect(&session_, &Session::run_changed, this, &EchoesView::update_state);
  connect(&session_, &Session::job_finished, this, [this](const QString& what) {
    if (what.startsWith(link_job())) fetch_checks();
  });
  connect(&session_, &Session::documents_changed, this, &EchoesView::update_state);
  connect(&session_.selection(), &Selection::cursor_changed, this, &EchoesView::update_state);
  arrange_columns();
  update_state();
}

QWidget* EchoesView::make_controls() {
  list_ = new QComboBox;
  list_->setObjectName(QStringLiteral("echoes_list"));
  list_->setAccessibleName(tr("What is listed"));
  list_->addItem(tr("Like the selection"), int(EchoList::like));
  list_->addItem(tr("Echoes of the selection"), int(EchoList::echoes));
  list_->addItem(tr("Repeats in the corpus"), int(EchoList::repeats));
  list_->addItem(tr("Copies with a twist"), int(EchoList::twists));
  list_->addItem(tr("Most surprising passages"), int(EchoList::surprising));
  list_->setCurrentIndex(list_->findData(int(EchoList::repeats)));
  least_ = make_number<QSpinBox>(QStringLiteral("echoes_least"), tr("Tokens that are the same, at least"), 8, 100000, 32);
  bits_ = make_number<QDoubleSpinBox>(QStringLiteral("echoes_bits"), tr("Bits that the changed word cost the model, at least; likely slips are listed whatever they cost"), 0.0, 50.0, 6.0);
  between_ = new QCheckBox(tr("Between documents"));
  between_->setObjectName(QStringLiteral("echoes_between"));
  between_->setToolTip(tr("Only texts that stand in two documents at least"));
  all_weights_ = new QCheckBox(tr("All weights"));
  all_weights_->setObjectName(QStringLiteral("echoes_all_weights"));
  all_weights_->setToolTip(tr("Read again and see every weight, instead of the strongest that were kept"));
  find_ = make_push_button(QStringLiteral("echoes_find"), tr("Find"), tr("Make the list"));
  check_ = make_push_button(QStringLiteral("echoes_check"), tr("Check"),
                  tr("Read the passage again without the chosen earlier place, or without each: is it less likely then?"));
  stop_ = make_push_button(QStringLiteral("echoes_stop"), tr("Stop"), tr("Stop looking"));
  filter_ = new QLineEdit;
  filter_->setObjectName(QStringLiteral("echoes_filter"));
  filter_->setAccessibleName(tr("Only rows that contain"));
  filter_->setPlaceholderText(tr("Filter"));
  filter_->setClearButtonEnabled(true);
  auto* controls = new QWidget;
  auto* row = new FlowLayout(controls, 12, 3);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(list_);
  const auto add = [&](const QString& name, QWidget* box) {
    auto* both = new QWidget;
    auto* beside = new QHBoxLayout(both);
    beside->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(name);
    label->setBuddy(box);
    beside->addWidget(label);
    beside->addWidget(box);
    row->addWidget(both);
  };
  add(tr("Tokens"), least_);
  add(tr("Bits"), bits_);
  for (QWidget* widget : {static_cast<QWidget*>(between_), static_cast<QWidget*>(all_weights_), static_cast<QWidget*>(find_),
                          static_cast<QWidget*>(stop_), static_cast<QWidget*>(check_), static_cast<QWidget*>(filter_)})
    row->addWidget(widget);
  connect(list_, &QComboBox::currentIndexChanged, this, [this] {
    background_->stop();
    arrange_columns();
    clear();
  });
  connect(find_, &QPushButton::clicked, this, &EchoesView::find);
  connect(check_, &QPushButton::clicked, this, &EchoesView::check);
  connect(stop_, &QPushButton::clicked, background_, &Background::stop);
  connect(filter_, &QLineEdit::textChanged, this, &EchoesView::filter);
  return controls;
}

void EchoesView::make_table() {
  table_ = new QTableWidget(0, columns);
  table_->setObjectName(QStringLiteral("echoes_table"));
  table_->setAccessibleName(tr("What was found"));
  table_->setFrameShape(QFrame::NoFrame);
  table_->setShowGrid(false);
  table_->setMinimumHeight(1);
  table_->setWordWrap(false);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setTabKeyNavigation(false);
  table_->setTextElideMode(Qt::ElideMiddle);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 8);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // the text takes what is left
  table_->setItemDelegateForColumn(text_column, new ElidedCells(Qt::ElideRight, table_));
  for (const int column : {place_column, other_column}) table_->setItemDelegateForColumn(column, new ElidedCells(Qt::ElideLeft, table_));
  connect(table_, &QTableWidget::cellClicked, this, &EchoesView::choose);
  connect(table_, &QTableWidget::cellActivated, this, &EchoesView::choose);
  connect(table_, &QTableWidget::currentCellChanged, this, [this] { show_arcs(); });
}

// ---- asking ----

EchoWish EchoesView::wish() const {
  EchoWish wish;
  wish.list = EchoList(list_->currentData().toInt());
  wish.file = session_.file();
  const auto run = session_.run();
  wish.run = run && run->done > 0 ? run->id : 0;
  wish.least = least_->value();
  wish.between_documents = between_->isChecked();
  wish.all_weights = all_weights_->isChecked();
  wish.bits = bits_->value();
  const Selection& selection = session_.selection();
  wish.selection = {selection.cursor(), selection.cursor() < 0 ? 0 : selection.count()};
  const auto* document = session_.document_at(wish.selection.first);
  if (document && wish.selection.count < next_to_nothing) {
    const qint64 first = std::max<qint64>(document->first_token, wish.selection.first - around_cursor / 2);
    wish.selection = {first, std::min<qint64>(around_cursor, document->first_token + document->tokens - first)};
  }
  return wish;
}

void EchoesView::find_now(EchoList list) {
  list_->setCurrentIndex(list_->findData(int(list)));
  find();
}

void EchoesView::find() {
  if (!find_->isEnabled()) return;
  const EchoWish asked = wish();
  clear();
  state_->setText(tr("Looking…"));
  background_->start([this, asked, source = source_](const workspace::Workspace& workspace, explore::Passages& passages, core::Job& job) {
    auto rows = std::make_shared<const EchoRows>(source->find(asked, workspace, passages, job));
    return [this, rows] { show_rows(*rows); };
  });
}

// ---- showing ----

void EchoesView::show_rows(const EchoRows& rows) {
  shown_ = rows;
  table_->setRowCount(int(rows.rows.size()));
  for (int i = 0; i < int(rows.rows.size()); ++i) {
    const EchoRow& row = rows.rows[std::size_t(i)];
    const QString cells[] = {row.strength, row.kind, row.later_place, row.earlier_place, row.link ? tr("not checked") : QString(), row.text};
    for (int column = 0; column < columns; ++column) {
      auto* cell = new QTableWidgetItem(cells[column]);
      const bool place = column == place_column || column == other_column;  // long names are elided
      cell->setToolTip(place ? cells[column] : row.tip.isEmpty() ? row.text : row.text + u'\n' + row.tip);
      table_->setItem(i, column, cell);
    }
  }
  state_->setText(rows.about);
  legend_->setText(rows.legend);
  filter();
  show_arcs();
  fetch_checks();
  update_state();
}

// ---- links ----

void EchoesView::check() {
  std::vector<workspace::Link> links;
  const int chosen = table_->currentRow();
  for (int row = 0; row < int(shown_.rows.size()); ++row)
    if (const auto& link = shown_.rows[std::size_t(row)].link; link && (chosen < 0 || chosen == row)) links.push_back(*link);
  if (!links.empty()) check_links(session_, shown_.wish.run, std::move(links));
}

// What is known of the links, now or from an earlier check.
void EchoesView::fetch_checks() {
  if (shown_.rows.empty() || !shown_.rows.front().link) return;
  std::vector<workspace::Link> links;
  for (const EchoRow& row : shown_.rows) links.push_back(*row.link);
  session_.ask(QStringLiteral("echo links"), [this, run = shown_.wish.run, links](const workspace::Workspace& workspace, explore::Passages&) {
    std::vector<std::optional<workspace::LinkCheck>> checks;
    for (const auto& link : links) checks.push_back(workspace.link_check(run, link));
    return [this, links, checks] {
      for (std::size_t row = 0; row < shown_.rows.size() && row < checks.size(); ++row) {
        if (!checks[row] || shown_.rows[row].link != links[row]) continue;
        auto* cell = table_->item(int(row), link_column);
        cell->setText(link_text(*checks[row]));
        cell->setToolTip(link_words(*checks[row]));
      }
    };
  });
}

void EchoesView::filter() {
  const QString wanted = filter_->text().trimmed();
  for (int row = 0; row < table_->rowCount(); ++row) {
    bool fits = wanted.isEmpty();
    for (int column = kind_column; column < columns; ++column)
      fits |= !table_->isColumnHidden(column) && table_->item(row, column)->text().contains(wanted, Qt::CaseInsensitive);
    table_->setRowHidden(row, !fits);
  }
}

void EchoesView::choose(int row) {
  if (row < 0 || row >= int(shown_.rows.size())) return;
  const EchoRow& one = shown_.rows[std::size_t(row)];
  show_arcs();
  emit place_chosen(one.later.first, one.later.count, one.earlier.count > 0 ? one.earlier.first : -1);
}

void EchoesView::show_arcs() {
  Arcs arcs;
  for (int i = 0; i < int(shown_.rows.size()) && i < table_->rowCount(); ++i) {
    const EchoRow& row = shown_.rows[std::size_t(i)];
    const bool chosen = i == table_->currentRow();
    if (row.earlier.count > 0 && (chosen || int(arcs.size()) < most_arcs))
      arcs.push_back({row.later.first + row.later.count / 2, row.earlier.first + row.earlier.count / 2, row.share, chosen, row.sure});
  }
  emit arcs_changed(arcs);
}

void EchoesView::clear() {
  shown_ = {};
  table_->setRowCount(0);
  emit arcs_changed({});
  update_state();
}

void EchoesView::arrange_columns() {
  const auto list = EchoList(list_->currentData().toInt());
  const QStringList titles = headings(list);
  table_->setHorizontalHeaderLabels(titles);
  for (int column = 0; column < columns; ++column) table_->setColumnHidden(column, titles[column].isEmpty());
  const int letter = fontMetrics().averageCharWidth();
  table_->setColumnWidth(strength_column, letter * (list == EchoList::echoes ? 19 : list == EchoList::surprising ? 14 : 9));
  table_->setColumnWidth(kind_column, letter * 19);
  table_->setColumnWidth(link_column, letter * 14);
  share_width();
}

// Places take their share of the width, the text all that is left.
void EchoesView::share_width() {
  const int letter = fontMetrics().averageCharWidth();
  for (const int column : {place_column, other_column}) table_->setColumnWidth(column, std::clamp(width() / 6, letter * 18, letter * 44));
}

void EchoesView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  share_width();
}

void EchoesView::update_state() {
  const auto list = EchoList(list_->currentData().toInt());
  const auto run = session_.run();
  const bool read = run && run->done > 0, chosen = session_.selection().cursor() >= 0, busy = background_->is_busy();
  const bool tokens = session_.is_open() && session_.summary().tokens_complete;
  least_->parentWidget()->setVisible(list == EchoList::repeats || list == EchoList::twists);
  bits_->parentWidget()->setVisible(list == EchoList::twists);
  between_->setVisible(list == EchoList::repeats);
  all_weights_->setVisible(list == EchoList::echoes);
  check_->setVisible(list == EchoList::echoes);
  check_->setEnabled(!busy && !shown_.rows.empty());
  const bool can = tokens && (!of_selection(list) || chosen) && (!by_model(list) || read);
  find_->setEnabled(can && !busy);
  stop_->setEnabled(busy);
  legend_->setVisible(!shown_.legend.isEmpty());
  if (busy || !shown_.rows.empty()) return;
  if (!session_.is_open()) state_->setText(tr("Open a folder first."));
  else if (!tokens) state_->setText(tr("The sequence is not whole yet."));
  else if (by_model(list) && !read) state_->setText(tr("This needs a model's reading: Corpus, Read by the model."));
  else if (of_selection(list) && !chosen) state_->setText(tr("Choose a passage first: in the reader, the sequence bar or a hit."));
  else if (list == EchoList::twists && !read) state_->setText(tr("Not read by a model: every lone difference will be listed."));
  else if (shown_.about.isEmpty()) state_->setText(promise(list));
  else state_->setText(shown_.about);
}

}  // namespace corpuscope::ui
