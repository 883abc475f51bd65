#include "ui/answer_how.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/elided_label.h"
#include "ui/flow_layout.h"
#include "ui/names.h"
#include "ui/path_ladder.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/sources_model.h"
#include "ui/tile_source.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

enum Column { share_column, way_column, place_column, text_column, columns };

QString place_text(const explore::AnswerPlace& place) {
  if (place.of_sequence >= 0) return QStringLiteral("%1:%2").arg(to_text(place.name)).arg(place.line);
  return place.name == "answer" ? AnswerHowDialog::tr("the answer") : AnswerHowDialog::tr("the question");
}

LadderPicture ladder_of(const explore::AnswerHow& how, const Session& session) {
  LadderPicture picture;
  picture.layers = true;
  picture.length = how.query + 1;
  picture.first = how.count > 0 ? how.first : -1;
  picture.count = std::max<std::int64_t>(how.count, 1);
  picture.target = how.query;
  picture.paths = how.paths;
  picture.farthest_used = session.farthest_used();
  const auto run = session.run();
  const auto geometry = run ? geometry_of(run->config) : std::nullopt;
  if (geometry) picture.pattern = geometry->pattern;
  for (const auto& [position, place] : how.places)
    picture.texts[position] = {to_text(place.before).simplified() + u' ', visible(to_text(place.token)),
                               u' ' + to_text(place.behind).simplified(), place_text(place)};
  picture.title = AnswerHowDialog::tr("From the passage to this token of the answer");
  if (how.paths.empty()) {
    picture.message = AnswerHowDialog::tr("No passage was put before the question, or nothing of it arrives here.");
  } else if (geometry) {
    picture.subtitle = AnswerHowDialog::tr("the strongest of %1 paths, strength %2; up and down choose another")
                           .arg(how.paths.size())
                           .arg(weight_text(workspace::strength(how.paths.front(), geometry->heads)));
  }
  return picture;
}

}  // namespace

AnswerHowDialog::AnswerHowDialog(Session& session, QWidget* parent)
    : QDialog(parent),
      session_(session),
      token_(new QSpinBox),
      passage_(new QSpinBox),
      about_(new QLabel),
      passage_name_(new ElidedLabel(Qt::ElideMiddle)),
      looked_at_(new QTableWidget(0, columns)),
      ladder_(new PathLadder(tr("Paths from a passage to a token of the answer"))) {
  setObjectName(QStringLiteral("ask_how_dialog"));
  setWindowTitle(tr("How the answer came about"));
  auto* choose = new QWidget;
  auto* row = new FlowLayout(choose, 12, 3);
  row->setContentsMargins(0, 0, 0, 0);
  const auto add = [&](const QString& name, QSpinBox* box, const char* object, QLabel* behind) {
    box->setObjectName(QLatin1String(object));
    box->setAccessibleName(name);
    box->findChild<QLineEdit*>()->setAccessibleName(name);
    row->addWidget(with_label(name, {box, behind}));
    connect(box, &QSpinBox::valueChanged, this, &AnswerHowDialog::ask);
  };
  about_->setObjectName(QStringLiteral("how_about"));
  passage_name_->setMinimumWidth(160);
  add(tr("Token of the answer"), token_, "how_token", about_);
  add(tr("Passage"), passage_, "how_passage", passage_name_);
  looked_at_->setObjectName(QStringLiteral("how_looked_at"));
  looked_at_->setAccessibleName(tr("Where the model looked when it drew the token"));
  looked_at_->setHorizontalHeaderLabels({tr("Looked at"), tr("Layer, head"), tr("Place"), tr("Text")});
  looked_at_->setSelectionBehavior(QAbstractItemView::SelectRows);
  looked_at_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  looked_at_->setTabKeyNavigation(false);
  looked_at_->setShowGrid(false);
  looked_at_->setFrameShape(QFrame::NoFrame);
  looked_at_->verticalHeader()->hide();
  looked_at_->horizontalHeader()->setStretchLastSection(true);
  looked_at_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  ladder_->setObjectName(QStringLiteral("how_ladder"));
  const auto go = [this](int line) {
    if (line >= 0 && line < int(of_sequence_.size()) && of_sequence_[std::size_t(line)] >= 0) emit token_chosen(of_sequence_[std::size_t(line)]);
  };
  connect(looked_at_, &QTableWidget::cellClicked, this, go);
  connect(looked_at_, &QTableWidget::cellActivated, this, go);
  auto* parts = new QSplitter(Qt::Vertical);
  parts->addWidget(looked_at_);
  parts->addWidget(ladder_);
  parts->setStretchFactor(1, 2);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addWidget(choose);
  column->addWidget(parts, 1);
  column->addWidget(buttons);
  resize(860, 620);
}

void AnswerHowDialog::begin(int tokens, const std::vector<explore::AskSource>& sources) {
  sources_ = sources;
  const QSignalBlocker first(token_), second(passage_);
  token_->setRange(1, std::max(tokens, 1));
  token_->setValue(1);
  passage_->setRange(1, std::max(int(sources.size()), 1));
  passage_->setValue(1);
  passage_->setEnabled(sources.size() > 1);
  ask();
}

void AnswerHowDialog::ask() {
  const std::size_t source = std::size_t(passage_->value() - 1);
  passage_name_->setText(source < sources_.size()
                             ? QStringLiteral("%1:%2").arg(to_text(sources_[source].place.name)).arg(sources_[source].place.line)
                             : tr("none"));
  emit wanted(token_->value() - 1, int(source));
}

void AnswerHowDialog::show_how(const explore::AnswerHow& how) {
  about_->setText(tr("“%1”").arg(visible(to_text(how.token))));
  of_sequence_.clear();
  looked_at_->setRowCount(int(how.looked_at.size()));
  for (int line = 0; line < int(how.looked_at.size()); ++line) {
    const auto& contact = how.looked_at[std::size_t(line)];
    const auto& place = how.places.at(contact.token);
    of_sequence_.push_back(place.of_sequence);
    const auto& edge = contact.strongest;
    looked_at_->setItem(line, share_column, new QTableWidgetItem(share_text(contact.share)));
    looked_at_->setItem(line, way_column, new QTableWidgetItem(tr("L%1 H%2").arg(edge.layer + 1).arg(edge.head + 1)));
    looked_at_->setItem(line, place_column, new QTableWidgetItem(place_text(place)));
    looked_at_->setItem(line, text_column,
                        new QTableWidgetItem(QStringLiteral("%1 [%2] %3")
                                                 .arg(to_text(place.before).simplified().right(40), visible(to_text(place.token)),
                                                      to_text(place.behind).simplified().left(40))));
  }
  looked_at_->resizeColumnsToContents();
  ladder_->set_picture(ladder_of(how, session_));
}

}  // namespace corpuscope::ui
