#include "ui/search_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <fstream>

#include "core/error.h"
#include "ui/colors.h"
#include "ui/concordance.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/found_documents_model.h"
#include "ui/names.h"
#include "ui/search_model.h"
#include "ui/session.h"
#include "ui/table_looks.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int context = 240;               // bytes on either side
constexpr std::size_t most_marks = 20000;  // in the sequence bar, which is some thousand pixels wide

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
    painter->save();
    painter->setPen(option.palette.color(group, chosen ? QPalette::HighlightedText : QPalette::Text));
    painter->setFont(option.font);
    paint_concordance(*painter, option.rect.adjusted(4, 0, -4, 0),
                      {index.data(SearchModel::before_role).toString(), index.data(SearchModel::hit_role).toString(),
                       index.data(SearchModel::behind_role).toString()});
    painter->restore();
  }
};

ConcordanceLine to_line(const explore::Concordance& line) {
  return {to_text(line.place.name), line.place.line,    to_text(line.before),
          to_text(line.hit),        to_text(line.after), to_text(line.place.section)};
}

QString counted(qint64 number, const QString& one, const QString& many) {
  return grouped(number) + u' ' + (number == 1 ? one : many);
}

struct MadeLine {
  int row = 0;
  explore::Match match;
  ConcordanceLine line;
};

}  // namespace

SearchPanel::SearchPanel(Session& session, std::shared_ptr<KeptText> kept, QWidget* parent)
    : QWidget(parent),
      session_(session),
      searching_(new Searching(session, std::move(kept), this)),
      model_(new SearchModel(this)),
      documents_(new FoundDocumentsModel(this)),
      parts_(new QSplitter) {
  setObjectName(QStringLiteral("search_panel"));
  make_results();
  make_documents();
  parts_->addWidget(document_list_);
  parts_->addWidget(results_);
  parts_->setStretchFactor(1, 1);
  connect(parts_, &QSplitter::splitterMoved, this, [this] { moved_ = true; });
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(make_bar());
  column->addWidget(parts_, 1);
  setFocusProxy(results_);
  name_marks();

  connect(searching_, &Searching::begun, this, &SearchPanel::begin);
  connect(searching_, &Searching::found, this, &SearchPanel::add);
  connect(searching_, &Searching::ended, this, &SearchPanel::end);
  connect(searching_, &Searching::sorted, model_, &SearchModel::replace);
  connect(searching_, &Searching::wrong, this, [this](const QString& what, const QString& remedy) { clear(what + u' ' + remedy); });
  connect(model_, &SearchModel::lines_wanted, this, &SearchPanel::make_lines);
  connect(&session_, &Session::documents_changed, this, &SearchPanel::ask);
  connect(&session_, &Session::workspace_opened, this, [this] { search({}); });
  search({});
}

void SearchPanel::make_results() {
  results_ = new QTableView;
  results_->setObjectName(QStringLiteral("search_results"));
  results_->setAccessibleName(tr("Places found"));
  results_->setModel(model_);
  results_->setItemDelegateForColumn(SearchModel::text_column, new ConcordanceDelegate(results_));
  dress_table(*results_);
  results_->horizontalHeader()->setStretchLastSection(true);
  results_->installEventFilter(this);
  connect(results_, &QTableView::clicked, this, &SearchPanel::choose);
  connect(results_, &QTableView::activated, this, &SearchPanel::choose);
  const auto add_key = [this](const QString& text, const QKeySequence& keys, void (SearchPanel::*run)()) {
    auto* action = new QAction(text, results_);
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    results_->addAction(action);
    connect(action, &QAction::triggered, this, run);
  };
  add_key(tr("Open in &editor"), QKeySequence(tr("Ctrl+Return")), &SearchPanel::open_in_editor);
  add_key(tr("More &like this hit"), QKeySequence(tr("Ctrl+Shift+L")), &SearchPanel::more_like);
  results_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void SearchPanel::make_documents() {
  document_list_ = new QTableView;
  document_list_->setObjectName(QStringLiteral("search_documents"));
  document_list_->setAccessibleName(tr("Documents in which it was found"));
  document_list_->setModel(documents_);
  dress_table(*document_list_);
  document_list_->setSelectionMode(QAbstractItemView::SingleSelection);
  document_list_->horizontalHeader()->setSectionResizeMode(FoundDocumentsModel::name_column, QHeaderView::Stretch);
  document_list_->horizontalHeader()->setSectionResizeMode(FoundDocumentsModel::places_column, QHeaderView::ResizeToContents);
  connect(document_list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &SearchPanel::choose_document);
}

QToolButton* SearchPanel::add_button(const QString& text, const QString& name, const QString& tip) {
  auto* button = new QToolButton;
  button->setObjectName(name);
  button->setText(text);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setAutoRaise(true);
  return button;
}

QWidget* SearchPanel::make_bar() {
  summary_ = new ElidedLabel(Qt::ElideRight);
  summary_->setObjectName(QStringLiteral("search_summary"));
  marked_ = new QLabel;
  marked_->setTextFormat(Qt::RichText);
  case_ = add_button(QStringLiteral("Aa"), QStringLiteral("search_case"), tr("Upper and lower case as typed"));
  whole_ = add_button(QStringLiteral("W"), QStringLiteral("search_whole"), tr("Whole words only"));
  before_ = add_button(tr("Before the cursor"), QStringLiteral("search_before"),
                       tr("Only what stands before the cursor: nothing behind it can change what is found"));
  help_ = add_button(QStringLiteral("?"), QStringLiteral("search_help"), tr("What can be typed"));
  copy_ = add_button(tr("Copy"), QStringLiteral("search_copy"), tr("Copy the chosen lines"));
  save_ = add_button(tr("CSV…"), QStringLiteral("search_save"), tr("Save all lines as comma-separated values"));
  for (QToolButton* toggle : {case_, whole_, before_}) {
    toggle->setCheckable(true);
    connect(toggle, &QToolButton::toggled, this, &SearchPanel::ask);
  }
  order_ = new QComboBox;
  order_->setObjectName(QStringLiteral("search_order"));
  order_->setAccessibleName(tr("Order of the lines"));
  order_->setToolTip(tr("Order of the lines: as found, or by a word beside the hit"));
  order_->addItem(tr("As found"), QStringLiteral("relevance"));
  order_->addItem(tr("Position"), QStringLiteral("position"));
  for (const char* side : {"L", "R"})
    for (int word = 1; word <= 5; ++word) {
      const QString name = QStringLiteral("%1%2").arg(QLatin1String(side)).arg(word);
      order_->addItem(*side == 'L' ? tr("%1: %2 to the left").arg(name).arg(word) : tr("%1: %2 to the right").arg(name).arg(word), name);
    }
  connect(order_, &QComboBox::activated, this, &SearchPanel::order);
  connect(help_, &QToolButton::clicked, this, &SearchPanel::show_help);
  connect(copy_, &QToolButton::clicked, this, &SearchPanel::copy);
  connect(save_, &QToolButton::clicked, this, [this] { emit file_wanted(tr("search.csv")); });

  auto* bar = new QWidget;
  auto* column = new QVBoxLayout(bar);
  column->setContentsMargins(8, 2, 8, 2);
  column->setSpacing(2);
  auto* buttons = new QWidget;
  auto* row = new FlowLayout(buttons, 6, 2);
  row->setContentsMargins(0, 0, 0, 0);
  for (QWidget* widget : {static_cast<QWidget*>(case_), static_cast<QWidget*>(whole_), static_cast<QWidget*>(before_), static_cast<QWidget*>(order_),
                          static_cast<QWidget*>(copy_), static_cast<QWidget*>(save_), static_cast<QWidget*>(help_),
                          static_cast<QWidget*>(marked_)})
    row->addWidget(widget);
  column->addWidget(summary_);
  column->addWidget(buttons);
  return bar;
}

// The colour of the marks in the sequence bar, for whoever wonders what they are.
void SearchPanel::name_marks() {
  const QString color = theme(is_dark(palette())).mark.name();
  marked_->setText(QStringLiteral("<span style='color:%1'>▮</span> %2").arg(color, tr("marked in the sequence")));
}

// Names take their share of the width, the lines all else: they are what is read.
void SearchPanel::share_width() {
  const int letter = fontMetrics().averageCharWidth();
  const int documents = std::clamp(width() / 4, letter * 22, letter * 60);
  if (!moved_) parts_->setSizes({documents, width() - documents});
}

void SearchPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  share_width();
}

// Copying is every text's own key, no action of the window.
bool SearchPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == results_ && event->type() == QEvent::Resize) {
    const int letter = fontMetrics().averageCharWidth();
    results_->setColumnWidth(SearchModel::place_column, std::clamp(results_->width() / 4, letter * 16, letter * 48));
  }
  if (watched == results_ && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
    copy();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void SearchPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) name_marks();
}

void SearchPanel::search(const QString& query) {
  query_ = query.trimmed();
  ask();
}

void SearchPanel::ask() {
  const qint64 cursor = session_.selection().cursor();
  searching_->search({query_, case_->isChecked(), whole_->isChecked(), before_->isChecked() && cursor >= 0 ? cursor : -1});
  if (query_.isEmpty())
    clear(tr("Type words above, best places first; \"a phrase\" or /an expression/ for every place."));
  else
    summary_->setText(tr("Searching…"));
}

void SearchPanel::clear(const QString& summary) {
  text_.reset();
  model_->clear();
  documents_->set_found({});
  summary_->setText(summary);
  parts_->widget(0)->hide();
  marked_->hide();
  for (QToolButton* button : {copy_, save_}) button->setEnabled(false);
  emit marks_changed({});
}

void SearchPanel::begin(const FoundText& text) {
  clear(tr("Searching…"));
  text_ = text;
}

void SearchPanel::add(const Matches& more) {
  model_->append(more);
  if (results_->currentIndex().row() < 0) results_->setCurrentIndex(model_->index(0, 0));
  for (QToolButton* button : {copy_, save_}) button->setEnabled(true);
}

void SearchPanel::end(const explore::SearchTotals& totals, double milliseconds) {
  exact_ = totals.exact;
  std::vector<FoundDocumentsModel::Found> found;
  for (std::size_t i = 0; i < totals.in_document.size(); ++i)
    if (totals.in_document[i] > 0)
      found.push_back({std::uint32_t(i), to_text(text_->documents()[i].name), totals.in_document[i]});
  parts_->widget(0)->setVisible(exact_ && found.size() > 1);
  share_width();
  documents_->set_found(std::move(found));
  marked_->setVisible(totals.matches > 0 && session_.summary().tokens_complete);
  const auto separator = QStringLiteral("  ·  ");
  const QString time = tr("%1 ms").arg(std::max(milliseconds, 1.0), 0, 'f', 0);
  if (totals.matches == 0)
    summary_->setText((exact_ ? tr("Found nowhere: %1") : tr("No document holds any of these words: %1")).arg(query_));
  else if (exact_)
    summary_->setText(counted(totals.matches, tr("place"), tr("places")) + separator +
                      counted(totals.documents, tr("document"), tr("documents")) + separator + time);
  else
    summary_->setText(counted(totals.matches, tr("document"), tr("documents")) +
                      tr(", best first, each with its best place") + separator + time);
  if (order_->currentIndex() > 0) order();
  mark();
}

void SearchPanel::order() {
  if (!text_) return;
  auto order = explore::concordance_order(order_->currentData().toString().toStdString());
  // What was found document by document is in the order of the sequence.
  if (order.by == explore::ConcordanceOrder::By::relevance && exact_) order.by = explore::ConcordanceOrder::By::position;
  if (order.by == explore::ConcordanceOrder::By::relevance) return ask();  // the scores stayed with the search
  searching_->sort(text_, order, model_->matches());
}

// Of the rows in sight: of no others.
void SearchPanel::make_lines() {
  std::vector<MadeLine> wanted;
  for (const int row : model_->take_wanted())
    if (row < model_->rowCount()) wanted.push_back({row, model_->match(row), {}});
  if (wanted.empty() || !text_) return;
  std::sort(wanted.begin(), wanted.end(), [](const MadeLine& a, const MadeLine& b) { return a.row < b.row; });
  session_.ask(QStringLiteral("search lines"), [this, text = text_, wanted = std::move(wanted)](
                                                   const workspace::Workspace&, explore::Passages&) mutable {
    explore::ConcordanceLines lines(*text);
    for (MadeLine& one : wanted) one.line = to_line(lines.line(one.match, context));
    return [this, wanted = std::move(wanted)] {
      for (const MadeLine& one : wanted) model_->set_line(one.match, one.row, one.line);
      results_->viewport()->update();
    };
  });
}

// A million places are not a million marks: every so manieth stands for the others.
void SearchPanel::mark() {
  QVector<qint64> marks;
  if (text_ && session_.summary().tokens_complete) {
    const Matches& all = model_->matches();
    const std::size_t step = all.size() / most_marks + 1;
    for (std::size_t i = 0; i < all.size(); i += step) marks << explore::sequence_position(*text_, all[i]);
  }
  emit marks_changed(marks);
}

void SearchPanel::show_help() {
  auto* dialog = new QDialog(this);
  dialog->setObjectName(QStringLiteral("search_help_box"));
  dialog->setWindowTitle(tr("What can be typed"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  const QString help = to_text(explore::query_help()).trimmed();
  auto* text = new QPlainTextEdit(help);
  text->setObjectName(QStringLiteral("search_help_text"));
  text->setAccessibleName(dialog->windowTitle());
  text->setReadOnly(true);
  text->setLineWrapMode(QPlainTextEdit::NoWrap);  // its lines are in columns
  text->setFrameShape(QFrame::NoFrame);
  text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  auto* close = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(close, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* column = new QVBoxLayout(dialog);
  column->addWidget(text, 1);
  column->addWidget(close);
  const QFontMetrics metrics(text->font());
  const QSize whole = metrics.size(0, help) + QSize(4 * metrics.averageCharWidth(), 2 * metrics.height());
  text->setMinimumSize(whole.boundedTo(window()->size() * 3 / 4));
  dialog->open();
}

void SearchPanel::choose(const QModelIndex& index) {
  if (!index.isValid() || !text_) return;
  const auto& match = model_->match(index.row());
  emit place_chosen(text_->documents()[match.document].id, match.offset, -1);
}

void SearchPanel::choose_document(const QModelIndex& index) {
  const auto* one = documents_->found(index.row());
  model_->show_only(one ? std::optional(one->document) : std::nullopt);
}

void SearchPanel::open_in_editor() {
  const QModelIndex index = results_->currentIndex();
  const ConcordanceLine* line = index.isValid() ? model_->line(index.row()) : nullptr;
  const auto file = line ? session_.file_of(line->name.toStdString()) : std::filesystem::path();
  if (!file.empty()) emit editor_wanted(path_text(file), line->line);
}

void SearchPanel::more_like() {
  const QModelIndex index = results_->currentIndex();
  if (!index.isValid() || !text_) return;
  const auto& match = model_->match(index.row());
  emit like_wanted(text_->documents()[match.document].id, match.offset);
}

void SearchPanel::copy() {
  QStringList lines;
  for (const QModelIndex& index : results_->selectionModel()->selectedRows())
    if (const ConcordanceLine* line = model_->line(index.row()))
      lines << QStringLiteral("%1:%2\t%3%4%5").arg(line->name).arg(line->line).arg(line->before, line->hit, line->behind);
  if (!lines.isEmpty()) QApplication::clipboard()->setText(lines.join(u'\n'));
}

void SearchPanel::save(const QString& file) {
  if (!text_ || file.isEmpty()) return;
  session_.ask_once(QStringLiteral("search save"), [this, text = text_, matches = model_->matches(), file](
                                                  const workspace::Workspace&, explore::Passages&) {
    std::ofstream out(to_path(file), std::ios::binary);
    core::Job job;
    explore::write_concordance(*text, matches, context, out, job);
    if (!out.flush())
      throw core::Error("The lines could not be written to " + to_path(file).string() + ".", "Choose another place, or free some space.");
    return [this, file] { emit saved(file); };
  });
}

}  // namespace corpuscope::ui
