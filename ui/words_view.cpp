#include "ui/words_view.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/error.h"
#include "ui/background.h"
#include "ui/dispersion_plot.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/table_looks.h"
#include "ui/table_model.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr double exported_width = 1100;

bool of_query(WordList list) { return list == WordList::collocates || list == WordList::dispersion; }

}  // namespace

WordsView::WordsView(Session& session, std::shared_ptr<KeptText> kept, QWidget* parent)
    : QWidget(parent),
      session_(session),
      kept_(std::move(kept)),
      counting_(new Background(session, QStringLiteral("words"), this)),
      ordering_(new Background(session, QStringLiteral("words order"), this)),
      model_(new TableModel(this)) {
  setObjectName(QStringLiteral("words_view"));
  make_table();
  plot_ = new DispersionPlot;
  pages_ = new QStackedWidget;
  pages_->addWidget(table_);
  pages_->addWidget(plot_);
  state_ = new ElidedLabel(Qt::ElideRight);
  state_->setObjectName(QStringLiteral("words_state"));
  state_->setContentsMargins(8, 0, 8, 2);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(make_controls());
  column->addWidget(state_);
  column->addWidget(pages_, 1);
  connect(counting_, &Background::busy_changed, this, [this](bool busy) { stop_->setEnabled(busy); });
  connect(counting_, &Background::progressed, this, [this](const core::Progress& now) {
    state_->setText(tr("%1: %2").arg(to_text(now.stage), amounts(now)));
  });
  connect(counting_, &Background::failed, this, [this](const QString& what, const QString& remedy) { clear(what + u' ' + remedy); });
  connect(ordering_, &Background::failed, this, &WordsView::failed);
  connect(plot_, &DispersionPlot::place_chosen, this, [this](qint64 document, qint64 offset) { emit place_chosen(document, offset, -1); });
  connect(model_, &TableModel::order_wanted, this, &WordsView::order);
  connect(&session_, &Session::documents_changed, this, [this] {
    stale_ = true;
    ask();
  });
  connect(&session_, &Session::workspace_opened, this, [this] {
    paths_->clear();
    stale_ = true;
    search({});
  });
  arrange();
}

// ---- parts ----

void WordsView::make_table() {
  table_ = new QTableView;
  table_->setObjectName(QStringLiteral("words_table"));
  table_->setAccessibleName(tr("Words"));
  table_->setModel(model_);
  dress_table(*table_);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->horizontalHeader()->setSectionsClickable(true);
  table_->horizontalHeader()->setSortIndicatorShown(true);
  connect(table_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
          [this](int column, Qt::SortOrder order) { model_->sort(column, order); });
  connect(table_, &QTableView::clicked, this, &WordsView::choose);
  connect(table_, &QTableView::activated, this, &WordsView::choose);
}

// One of four, as buttons beside each other.
QWidget* WordsView::make_lists() {
  lists_ = new QButtonGroup(this);
  auto* all = new QWidget;
  auto* row = new QHBoxLayout(all);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  const std::tuple<WordList, QString, const char*, QString> lists[] = {
      {WordList::collocates, tr("Collocates"), "words_collocates", tr("Words that stand beside the query more often than by chance")},
      {WordList::ngrams, tr("Rows of words"), "words_ngrams", tr("Rows of words that recur most")},
      {WordList::keyness, tr("Keywords"), "words_keyness", tr("Words that mark some documents against all others")},
      {WordList::dispersion, tr("Dispersion"), "words_dispersion", tr("Where the query stands in each document")}};
  for (const auto& [list, text, name, tip] : lists) {
    auto* button = make_button<QToolButton>(text, name, tip, this, [this] {
      arrange();
      ask();
    });
    button->setCheckable(true);
    button->setChecked(list == WordList::collocates);
    connect(button, &QToolButton::toggled, this, &WordsView::mark_list);
    lists_->addButton(button, int(list));
    row->addWidget(button);
  }
  mark_list();
  return all;
}

// The chosen one in the colours of what is chosen: a button that is only pressed in is hardly seen where all is dark.
void WordsView::mark_list() {
  for (QAbstractButton* button : lists_->buttons()) {
    QPalette colors = palette();
    if (button->isChecked()) {
      colors.setColor(QPalette::Button, colors.color(QPalette::Active, QPalette::Highlight));
      colors.setColor(QPalette::ButtonText, colors.color(QPalette::Active, QPalette::HighlightedText));
    }
    button->setPalette(colors);
  }
}

void WordsView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (lists_ && event->type() == QEvent::PaletteChange) mark_list();
}

QSpinBox* WordsView::number(const char* name, const QString& meaning, int least, int most, int value) {
  auto* box = new QSpinBox;
  box->setObjectName(QLatin1String(name));
  box->setRange(least, most);
  box->setValue(value);
  box->setToolTip(meaning);
  box->setAccessibleName(meaning);
  box->findChild<QLineEdit*>()->setAccessibleName(meaning);
  connect(box, &QSpinBox::valueChanged, this, &WordsView::ask);
  return box;
}

QWidget* WordsView::make_controls() {
  left_ = number("words_left", tr("So many words to the left of the query"), 0, 50, 5);
  right_ = number("words_right", tr("So many words to the right of the query"), 0, 50, 5);
  length_ = number("words_length", tr("Words in a row"), 1, 9, 2);
  least_ = number("words_least", tr("Only what occurs at least so often"), 1, 1'000'000, 3);
  paths_ = make_line(tr("Documents with this in their path; several with ; between them"), "words_paths", tr("a part of the path"));
  paths_->setToolTip(paths_->accessibleName());
  paths_->setClearButtonEnabled(true);
  connect(paths_, &QLineEdit::editingFinished, this, &WordsView::ask);
  all_ = new QCheckBox(tr("Also documents without it"));
  all_->setObjectName(QStringLiteral("words_all"));
  connect(all_, &QCheckBox::toggled, this, &WordsView::ask);
  stop_ = make_button<QToolButton>(tr("Stop"), "words_stop", tr("Stop counting"), this, [this] {
    counting_->stop();
    stale_ = true;
    clear(tr("Stopped. Change something, or choose a list again, to count anew."));
  });
  save_ = make_button<QToolButton>(tr("Save…"), "words_save", tr("Save the table as CSV, the plot also as PNG or SVG"), this, [this] { want_file(); });
  stop_->setEnabled(false);
  auto* bar = new QWidget;
  auto* row = new FlowLayout(bar, 12, 3);
  row->setContentsMargins(8, 4, 8, 0);
  row->addWidget(make_lists());
  using enum WordList;
  const auto add = [&](QWidget* widget, QList<WordList> lists) {
    row->addWidget(widget);
    if (!lists.isEmpty()) parts_.emplaceBack(widget, lists);
  };
  add(with_label(tr("&Left"), {left_}), {collocates});
  add(with_label(tr("&Right"), {right_}), {collocates});
  add(with_label(tr("Len&gth"), {length_}), {ngrams});
  add(with_label(tr("At l&east"), {least_}), {collocates, ngrams, keyness});
  add(with_label(tr("&Documents"), {paths_}), {ngrams, keyness});
  add(all_, {dispersion});
  add(stop_, {});
  add(save_, {});
  return bar;
}

// What the chosen list has need of.
void WordsView::arrange() {
  const auto list = WordList(lists_->checkedId());
  for (const auto& [widget, lists] : std::as_const(parts_)) widget->setVisible(lists.contains(list));
  pages_->setCurrentIndex(list == WordList::dispersion ? 1 : 0);
  setFocusProxy(pages_->currentWidget());
}

// ---- counting ----

WordWish WordsView::wish() const {
  WordWish wish;
  wish.list = WordList(lists_->checkedId());
  if (of_query(wish.list)) wish.query = query_;
  if (!of_query(wish.list))
    for (const QString& path : paths_->text().split(u';', Qt::SkipEmptyParts))
      if (!path.trimmed().isEmpty()) wish.paths << path.trimmed();
  wish.left = left_->value();
  wish.right = right_->value();
  wish.length = length_->value();
  wish.least = least_->value();
  wish.shown = all_->isChecked() ? explore::Shown::all : explore::Shown::holding;
  return wish;
}

void WordsView::search(const QString& query) {
  query_ = query.trimmed();
  ask();
}

void WordsView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  ask();
}

void WordsView::ask() {
  const WordWish wanted = wish();
  if (!isVisible() || !session_.is_open() || (!stale_ && answer_.wish == wanted)) return;
  stale_ = false;
  answer_ = {};
  answer_.wish = wanted;
  counting_->stop();
  if (of_query(wanted.list) && wanted.query.isEmpty()) return clear(tr("Type a word or \"a phrase\" into the search above."));
  if (wanted.list == WordList::keyness && wanted.paths.isEmpty()) return clear(tr("Name the documents that shall be compared with all others."));
  clear(tr("Counting…"));
  counting_->start([this, kept = kept_, wanted](const workspace::Workspace& workspace, explore::Passages&, core::Job& job) {
    auto answer = std::make_shared<WordAnswer>(count_words(wanted, *kept->of(workspace.file()), job));
    return [this, answer] { show_answer(std::move(*answer)); };
  });
}

void WordsView::clear(const QString& state) {
  ordering_->stop();
  model_->show(std::make_shared<const explore::Table>());
  plot_->show_rows(nullptr);
  save_->setEnabled(false);
  state_->setText(state);
}

void WordsView::show_answer(WordAnswer answer) {
  answer_ = std::move(answer);
  const auto rows = answer_.table.rows.size();
  // As it comes, the most telling first: no column of the header has ordered it.
  table_->horizontalHeader()->setSortIndicator(-1, Qt::DescendingOrder);
  model_->show(std::make_shared<const explore::Table>(std::move(answer_.table)));
  plot_->show_rows(answer_.rows);
  fit_columns();
  save_->setEnabled(rows > 0);
  const QString counted = rows == 1 ? tr("1 row") : tr("%1 rows").arg(grouped(qint64(rows)));
  switch (answer_.wish.list) {
    case WordList::collocates:
      return state_->setText((answer_.places == 1 ? tr("%1 beside %2 place of %3") : tr("%1 beside %2 places of %3"))
                                 .arg(counted, grouped(answer_.places), answer_.wish.query));
    case WordList::dispersion:
      return state_->setText(tr("%1: %2 (0 even, 1 uneven)").arg(answer_.wish.query, answer_.summary));
    default:
      return state_->setText(answer_.wish.paths.isEmpty() ? counted : tr("%1 of %2").arg(counted, answer_.wish.paths.join(QStringLiteral("; "))));
  }
}

// Numbers take what they need, words the rest.
void WordsView::fit_columns() {
  if (model_->columnCount() == 0) return;
  QHeaderView& heading = *table_->horizontalHeader();
  const QFontMetrics metrics(heading.font());
  const int arrow = style()->pixelMetric(QStyle::PM_HeaderMarkSize, nullptr, &heading) + 2 * style()->pixelMetric(QStyle::PM_HeaderMargin, nullptr, &heading);
  for (int column = 1; column < model_->columnCount(); ++column) {
    const QString title = model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const int numbers = static_cast<QAbstractItemView*>(table_)->sizeHintForColumn(column);
    heading.setSectionResizeMode(column, QHeaderView::Interactive);
    table_->setColumnWidth(column, std::max(metrics.size(0, title).width() + arrow, numbers) + metrics.averageCharWidth());
  }
  heading.setSectionResizeMode(0, QHeaderView::Stretch);
}

void WordsView::order(int column, bool falling) {
  if (column < 0 || column >= model_->columnCount()) return;
  ordering_->start([this, table = model_->table(), column, falling](const workspace::Workspace&, explore::Passages&, core::Job&) {
    auto order = std::make_shared<std::vector<std::uint32_t>>(explore::table_order(*table, std::size_t(column), falling));
    return [this, table, order] {
      if (model_->table() == table) model_->set_order(std::move(*order));
    };
  });
}

// ---- leaving ----

void WordsView::choose(const QModelIndex& index) {
  if (!index.isValid() || answer_.wish.list == WordList::dispersion) return;
  emit query_wanted(query_for(to_text(std::get<std::string>(model_->row(index.row())[0]))));
}

void WordsView::want_file() {
  const bool plot = answer_.wish.list == WordList::dispersion;
  emit file_wanted(plot ? tr("dispersion.svg") : tr("words.csv"), plot ? tr("Pictures and tables (*.svg *.png *.csv)") : tr("Tables (*.csv)"));
}

void WordsView::save(const QString& file) {
  if (file.isEmpty()) return;
  try {
    save_answer(file);
    emit saved(file);
  } catch (const core::Error& error) {
    emit failed(to_text(error.what()), to_text(error.remedy()));
  }
}

void WordsView::save_answer(const QString& file) {
  if (file_ending(file) == u"csv") return save_bytes(file, QByteArray::fromStdString(explore::table_csv(model_->ordered())));
  if (!answer_.rows) refuse_ending(file, ".csv");
  DispersionPicture picture = plot_->picture();
  picture.title = answer_.wish.query;
  picture.subtitle = answer_.summary;
  save_picture(file, dispersion_painting(picture, exported_width, font()));
}

}  // namespace corpuscope::ui
