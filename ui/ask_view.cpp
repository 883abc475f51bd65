#include "ui/ask_view.h"

#include <algorithm>

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include "explore/answer_details.h"
#include "ui/answer_how.h"
#include "ui/answering.h"
#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

enum SourceColumn { share_column, place_column, check_column, text_column, source_columns };

QString on_one_line(const std::string& text) { return to_text(text).simplified(); }

}  // namespace

AskView::AskView(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), answering_(new Answering(session, this)), how_dialog_(new AnswerHowDialog(session, this)) {
  setObjectName(QStringLiteral("ask_view"));
  question_ = new QLineEdit;
  question_->setObjectName(QStringLiteral("ask_question"));
  question_->setPlaceholderText(tr("Ask the whole corpus"));
  question_->setAccessibleName(tr("Question"));
  ask_ = make_push_button(QStringLiteral("ask_button"), tr("Ask"), tr("Ask the model that has read the corpus (Return)"));
  stop_ = make_push_button(QStringLiteral("ask_stop"), tr("Stop"), tr("Stop; what is written stays"));
  auto* line = new QHBoxLayout;
  line->addWidget(question_, 1);
  line->addWidget(ask_);
  line->addWidget(stop_);
  state_ = new ElidedLabel(Qt::ElideRight);
  state_->setObjectName(QStringLiteral("ask_state"));

  history_ = new QListWidget;
  history_->setObjectName(QStringLiteral("ask_history"));
  history_->setSpacing(3);  // questions of several lines, one from the other
  history_->setAccessibleName(tr("Questions asked before"));
  history_->setFrameShape(QFrame::NoFrame);
  history_->setWordWrap(true);
  history_->setMinimumHeight(1);
  auto* parts = new QSplitter(Qt::Vertical);
  parts->addWidget(make_sources());
  parts->addWidget(make_answer());
  parts->setSizes({2000, 1000});  // of what there is: the passages come first
  auto* sides = new QSplitter;
  sides->addWidget(parts);
  auto* asked = new QWidget;
  auto* below = new QVBoxLayout(asked);
  below->setContentsMargins(0, 0, 0, 0);
  below->addWidget(new QLabel(tr("<b>Asked before</b>")));
  below->addWidget(history_, 1);
  sides->addWidget(asked);
  sides->setStretchFactor(0, 1);
  sides->setSizes({900, 120});
  asked->hide();  // until something was asked

  auto* column = new QVBoxLayout(this);
  column->addLayout(line);
  column->addWidget(make_settings());
  column->addWidget(state_);
  column->addWidget(sides, 1);
  setFocusProxy(question_);

  connect(question_, &QLineEdit::returnPressed, this, &AskView::ask);
  connect(question_, &QLineEdit::textChanged, this, &AskView::update_state);
  connect(ask_, &QPushButton::clicked, this, &AskView::ask);
  connect(stop_, &QPushButton::clicked, this, [this] {
    answering_->stop();
    end_checking();
  });
  connect(more_, &QPushButton::clicked, this, &AskView::go_on);
  connect(check_, &QPushButton::clicked, this, &AskView::check_all);
  connect(how_, &QPushButton::clicked, this, &AskView::show_how);
  connect(how_dialog_, &AnswerHowDialog::wanted, answering_, &Answering::how);
  connect(how_dialog_, &AnswerHowDialog::token_chosen, this, &AskView::token_chosen);
  connect(answering_, &Answering::explained, how_dialog_, &AnswerHowDialog::show_how);
  connect(history_, &QListWidget::currentRowChanged, this, &AskView::show_asked);
  connect(source_table_, &QTableWidget::cellActivated, this, [this](int row) { emit token_chosen(sources_[std::size_t(row)].first); });
  connect(source_table_, &QTableWidget::cellClicked, this, [this](int row) { emit token_chosen(sources_[std::size_t(row)].first); });
  connect(answering_, &Answering::piece, this, &AskView::add_piece);
  connect(answering_, &Answering::answered, this, &AskView::take_answer);
  connect(answering_, &Answering::checked, this, &AskView::show_check);
  connect(answering_, &Answering::busy_changed, this, &AskView::update_state);
  connect(answering_, &Answering::progressed, this, [this](qint64 done, qint64 all) {
    state_->setText(tr("Reading up to this place: %1 of %2 tokens").arg(rounded(double(done)), rounded(double(all))));
  });
  connect(answering_, &Answering::failed, this, [this](const QString& what, const QString& remedy) {
    update_state();
    emit failed(what, remedy);
  });
  connect(&session_, &Session::run_changed, this, &AskView::update_state);
  connect(&session_, &Session::workspace_opened, this, [this] {
    answering_->stop();
    question_->clear();
    answer_->clear();
    own_answer_ = false;
    show_sources({});
  });
  connect(&session_, &Session::documents_changed, this, &AskView::fetch_history);
  update_state();
}

QWidget* AskView::make_settings() {
  as_of_here_ = new QCheckBox(tr("As of the cursor"));
  as_of_here_->setObjectName(QStringLiteral("ask_as_of_here"));
  as_of_here_->setToolTip(tr("Nothing behind the cursor is known: no passage from there, and the model has not read it"));
  passages_ = make_number<QSpinBox>(QStringLiteral("ask_passages"), tr("Passages put before the question"), 0, 16, 3);
  length_ = make_number<QSpinBox>(QStringLiteral("ask_length"), tr("Tokens of the answer at most"), 1, 10000, 96);
  temperature_ = make_number<QDoubleSpinBox>(QStringLiteral("ask_temperature"), tr("Temperature: 0 takes the most probable token"), 0.0, 10.0, 0.7);
  temperature_->setSingleStep(0.1);
  top_k_ = make_number<QSpinBox>(QStringLiteral("ask_top_k"), tr("Of so many most probable tokens; 0: of all"), 0, 100000, 40);
  top_p_ = make_number<QDoubleSpinBox>(QStringLiteral("ask_top_p"), tr("And of the fewest that are together so probable"), 0.01, 1.0, 0.95);
  top_p_->setSingleStep(0.05);
  seed_ = make_number<QSpinBox>(QStringLiteral("ask_seed"), tr("Another seed draws another answer"), 0, 1'000'000'000, 1);
  auto* settings = new QWidget;
  auto* row = new FlowLayout(settings, 12, 3);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(as_of_here_);
  const auto add = [&](const QString& name, QWidget* box) { row->addWidget(with_label(name, {box})); };
  add(tr("Passages"), passages_);
  add(tr("Length"), length_);
  add(tr("Temperature"), temperature_);
  add(tr("Top-k"), top_k_);
  add(tr("Top-p"), top_p_);
  add(tr("Seed"), seed_);
  return settings;
}

QWidget* AskView::make_sources() {
  source_table_ = new QTableWidget(0, source_columns);
  source_table_->setObjectName(QStringLiteral("ask_sources"));
  source_table_->setAccessibleName(tr("Passages that the answer stood on"));
  source_table_->setHorizontalHeaderLabels({tr("Attended"), tr("Place"), tr("Link"), tr("Passage")});
  source_table_->horizontalHeaderItem(share_column)->setToolTip(tr("Share of the answer's attention, over all layers and heads"));
  source_table_->horizontalHeaderItem(check_column)->setToolTip(tr("Bits that the answer would cost more without the passage"));
  source_table_->setFrameShape(QFrame::NoFrame);
  source_table_->setShowGrid(false);
  source_table_->setMinimumHeight(1);
  source_table_->setWordWrap(true);
  source_table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  source_table_->setSelectionMode(QAbstractItemView::SingleSelection);
  source_table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  source_table_->setTabKeyNavigation(false);
  source_table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // the passage takes what is left
  source_table_->verticalHeader()->hide();
  source_table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  source_table_->horizontalHeader()->setStretchLastSection(true);
  source_table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  source_table_->setColumnWidth(share_column, 70);
  source_table_->setColumnWidth(check_column, fontMetrics().averageCharWidth() * 16);
  check_ = make_push_button(QStringLiteral("ask_check"), tr("Check the links"),
                  tr("Read the answer again without each passage: would it have been less likely?"));
  auto* heading = new QLabel(tr("<b>Passages</b>"));
  auto* above = new QHBoxLayout;
  above->addWidget(heading);
  above->addStretch();
  above->addWidget(check_);
  auto* part = new QWidget;
  auto* column = new QVBoxLayout(part);
  column->setContentsMargins(0, 0, 0, 0);
  column->addLayout(above);
  column->addWidget(source_table_, 1);
  return part;
}

// Places take their share of the width, passages all that is left.
void AskView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const int letter = fontMetrics().averageCharWidth();
  source_table_->setColumnWidth(place_column, std::clamp(width() / 6, letter * 14, letter * 40));
}

QWidget* AskView::make_answer() {
  written_by_ = new ElidedLabel(Qt::ElideRight);
  written_by_->setObjectName(QStringLiteral("ask_written_by"));
  more_ = make_push_button(QStringLiteral("ask_more"), tr("Go on"), tr("Let it write on from where it stopped"));
  how_ = make_push_button(QStringLiteral("ask_how"), tr("Show how"),
                tr("Where the model looked for each token of the answer, and by which paths it could know of a passage"));
  answer_ = new QPlainTextEdit;
  answer_->setObjectName(QStringLiteral("ask_answer"));
  answer_->setAccessibleName(tr("Text that the model wrote"));
  answer_->setReadOnly(true);
  answer_->setPlaceholderText(tr("What the model writes stands here."));
  answer_->setFrameShape(QFrame::NoFrame);
  answer_->setMinimumHeight(1);  // with large letters it gives way to the controls
  auto* above = new QHBoxLayout;
  above->addWidget(written_by_, 1);
  above->addWidget(how_);
  above->addWidget(more_);
  auto* part = new QWidget;
  auto* column = new QVBoxLayout(part);
  column->setContentsMargins(0, 0, 0, 0);
  column->addLayout(above);
  column->addWidget(answer_, 1);
  return part;
}

explore::AskSettings AskView::settings() const {
  explore::AskSettings settings;
  if (as_of_here_->isChecked()) settings.as_of = session_.selection().cursor() + 1;
  settings.passages = passages_->value();
  settings.most_tokens = length_->value();
  settings.sampling = {temperature_->value(), top_k_->value(), top_p_->value(), std::uint64_t(seed_->value())};
  return settings;
}

void AskView::ask() {
  const auto run = session_.run();
  const QString question = question_->text().trimmed();
  if (!run || run->done == 0 || question.isEmpty()) return;
  answer_->clear();
  decoder_.resetState();
  show_sources({});
  own_answer_ = true;
  answer_tokens_ = 0;
  checking_ = -1;
  how_dialog_->close();
  const QSignalBlocker quiet(history_);
  history_->setCurrentRow(-1);
  answering_->ask({run->id, question, settings()});
  state_->setText(tr("Looking for passages…"));
}

void AskView::go_on() {
  if (own_answer_ && !answering_->is_busy()) answering_->go_on(settings());
}

void AskView::show_how() {
  if (!own_answer_ || answering_->is_busy() || answer_tokens_ == 0) return;
  how_dialog_->show();
  how_dialog_->raise();
  how_dialog_->begin(answer_tokens_, sources_);
}

void AskView::check_all() {
  if (!own_answer_ || answering_->is_busy() || sources_.empty()) return;
  checking_ = 0;
  check_next();
}

void AskView::check_next() {
  if (checking_ < 0 || checking_ >= int(sources_.size())) {
    if (checking_ > 0) fetch_history();  // it is kept with the answer
    end_checking();
    return;
  }
  state_->setText(tr("Reading the answer without passage %1 of %2…").arg(checking_ + 1).arg(sources_.size()));
  answering_->check(checking_);
}

void AskView::end_checking() {
  if (checking_ < 0) return;
  checking_ = -1;
  const auto tried = std::ranges::count_if(sources_, [](const auto& source) { return source.check.has_value(); });
  const auto confirmed = std::ranges::count_if(sources_, [](const auto& source) { return source.check && source.check->confirmed(); });
  state_->setText(tr("%1 of %2 links confirmed: without the passage the answer is less likely").arg(confirmed).arg(tried));
}

void AskView::show_check(int row, const workspace::LinkCheck& check) {
  if (row >= source_table_->rowCount()) return;
  sources_[std::size_t(row)].check = check;
  tell_check(row);
  if (checking_ < 0) return;  // stopped
  checking_ = row + 1;
  check_next();
}

// A link that was not confirmed is in italics.
void AskView::tell_check(int row) {
  const auto& check = *sources_[std::size_t(row)].check;
  auto* cell = source_table_->item(row, check_column);
  const QString bits = QString::number(check.bits_without - check.bits, 'f', 1);
  cell->setText(check.confirmed() ? tr("✓ confirmed, +%1 bits").arg(bits) : tr("not confirmed, %1 bits").arg(bits));
  QFont font = cell->font();
  font.setItalic(!check.confirmed());
  for (int column = 0; column < source_columns; ++column) source_table_->item(row, column)->setFont(font);
}

void AskView::show_sources(const std::vector<explore::AskSource>& sources) {
  sources_ = sources;
  source_table_->setRowCount(int(sources.size()));
  for (int row = 0; row < int(sources.size()); ++row) {
    const auto& source = sources[std::size_t(row)];
    const auto set = [&](int column, const QString& text) {
      auto* cell = new QTableWidgetItem(text);
      cell->setTextAlignment(Qt::AlignTop | Qt::AlignLeft);
      source_table_->setItem(row, column, cell);
    };
    set(share_column, QStringLiteral("%1 %").arg(100 * source.share, 0, 'f', 1));
    set(place_column, QStringLiteral("%1:%2").arg(to_text(source.place.name)).arg(source.place.line) +
                          to_text(behind_line(source.place)));
    set(check_column, tr("not checked"));
    set(text_column, on_one_line(source.text));
    if (source.check) tell_check(row);
  }
}

void AskView::add_piece(const QByteArray& bytes) {
  state_->setText(tr("Writing…"));
  answer_->moveCursor(QTextCursor::End);
  answer_->insertPlainText(decoder_(bytes));
}

void AskView::take_answer(const explore::Answer& answer, qint64 id) {
  show_sources(answer.sources);
  answer_->setPlainText(to_text(answer.text));
  answer_tokens_ = int(answer.tokens.size());
  update_state();
  const double each = answer.tokens.empty() ? 0 : 1000 * (answer.seconds - answer.seconds_ready) / double(answer.tokens.size());
  state_->setText(tr("%1 tokens of passages and question; first token after %2 s, then %3 ms each%4")
                      .arg(answer.prompt_tokens)
                      .arg(answer.seconds_ready, 0, 'f', 2)
                      .arg(each, 0, 'f', 1)
                      .arg(answer.ended ? tr("; it ended by itself") : QString()));
  static_cast<void>(id);
  fetch_history();
}

void AskView::fetch_history() {
  session_.ask(QStringLiteral("questions"), [this](const workspace::Workspace& workspace, explore::Passages&) {
    std::vector<Asked> asked;
    for (const auto& one : workspace.questions())
      asked.push_back({one.id, to_text(one.question), to_text(one.answer), explore::sources_of(one.details)});
    return [this, asked = std::move(asked)]() mutable {
      asked_ = std::move(asked);
      const QSignalBlocker quiet(history_);
      history_->clear();
      for (const Asked& one : asked_) history_->addItem(one.question);
      history_->setCurrentRow(-1);
      history_->parentWidget()->setVisible(!asked_.empty());
    };
  });
}

void AskView::show_asked(int row) {
  if (row < 0 || row >= int(asked_.size()) || answering_->is_busy()) return;
  const Asked& one = asked_[std::size_t(row)];
  question_->setText(one.question);
  answer_->setPlainText(one.answer);
  show_sources(one.sources);
  own_answer_ = false;
  update_state();
  state_->setText(tr("Asked before; ask again to go on"));
}

void AskView::update_state() {
  const auto run = session_.run();
  const bool can = run && run->done > 0, busy = answering_->is_busy();
  question_->setEnabled(can);
  ask_->setEnabled(can && !busy && !question_->text().trimmed().isEmpty());
  stop_->setEnabled(busy);
  more_->setEnabled(own_answer_ && !busy && !answer_->toPlainText().isEmpty());
  how_->setEnabled(own_answer_ && !busy && answer_tokens_ > 0);
  check_->setEnabled(own_answer_ && !busy && !sources_.empty());
  if (!can) {
    state_->setText(tr("The model has to read the corpus first."));
    written_by_->clear();
    return;
  }
  written_by_->setText((explore::is_small(*run) ? tr("Written by %1, a small model: it knows little. The passages are the answer.")
                                                : tr("Written by %1. The passages are what it stood on.")).arg(to_text(run->model)));
  if (!busy && answer_->toPlainText().isEmpty()) state_->setText(tr("Passages come first, then what the model writes."));
}

}  // namespace corpuscope::ui
