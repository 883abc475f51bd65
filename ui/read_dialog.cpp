#include "ui/read_dialog.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "core/error.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

ReadDialog::ReadDialog(Session& session, workspace::Detail detail, QWidget* parent)
    : QDialog(parent), session_(session), about_(new QLabel), buttons_(new QDialogButtonBox(QDialogButtonBox::Cancel)) {
  setObjectName(QStringLiteral("read_dialog"));
  setWindowTitle(tr("Read by the model"));
  setAttribute(Qt::WA_DeleteOnClose);
  about_->setObjectName(QStringLiteral("read_about"));
  about_->setText(tr("Working out what it takes…"));
  about_->setMinimumHeight(2 * about_->fontMetrics().lineSpacing());
  about_->setWordWrap(true);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(2 * fontMetrics().averageCharWidth() + 6);
  const QStringList titles{tr("Detail"), tr("What it keeps"), tr("Adds"), tr("of it tiles"), tr("Memory"), tr("Takes about")};
  for (int column = 0; column < int(titles.size()); ++column) grid->addWidget(new QLabel(titles[column]), 0, column);
  add_row(0, workspace::Detail::light, tr("&Light"), tr("surprise, attention received, coarse tiles of attention"), *grid);
  add_row(1, workspace::Detail::balanced, tr("&Balanced"), tr("finer tiles, more of the strongest sources"), *grid);
  add_row(2, workspace::Detail::full, tr("&Full"), tr("also tiles of every single head"), *grid);
  rows_[std::size_t(detail)].choice->setChecked(true);
  auto* go = buttons_->addButton(tr("Read"), QDialogButtonBox::AcceptRole);
  go->setObjectName(QStringLiteral("read_begin"));
  auto* all = new QVBoxLayout(this);
  all->addWidget(about_);
  all->addLayout(grid);
  all->addWidget(buttons_);
  go->setDefault(true);  // only now does the dialog hear of it
  connect(buttons_, &QDialogButtonBox::accepted, this, &ReadDialog::begin);
  connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
  // What is chosen is told first.
  ask(std::size_t(detail));
  for (std::size_t row = 0; row < rows_.size(); ++row)
    if (row != std::size_t(detail)) ask(row);
}

void ReadDialog::add_row(int index, workspace::Detail detail, const QString& name, const QString& keeps, QGridLayout& grid) {
  Row& row = rows_[std::size_t(index)];
  row.detail = detail;
  row.choice = new QRadioButton(name);
  row.choice->setObjectName(QStringLiteral("read_detail_%1").arg(index));
  grid.addWidget(row.choice, index + 1, 0);
  grid.addWidget(new QLabel(keeps), index + 1, 1);
  int column = 2;
  for (const auto& [label, part] : {std::pair(&row.adds, "adds"), {&row.tiles, "tiles"}, {&row.memory, "memory"}, {&row.time, "time"}}) {
    *label = new QLabel(QStringLiteral("…"));
    (*label)->setObjectName(QStringLiteral("read_%1_%2").arg(QLatin1String(part)).arg(index));
    (*label)->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    grid.addWidget(*label, index + 1, column++);
  }
}

void ReadDialog::ask(std::size_t row) {
  explore::ReadSettings settings;
  settings.detail = rows_[row].detail;
  settings.device = session_.device();
  settings.model = session_.model();
  const QPointer<ReadDialog> guard(this);
  session_.ask(QStringLiteral("read plan %1").arg(row),
               [guard, row, settings](const workspace::Workspace& workspace, explore::Passages&) -> std::function<void()> {
                 try {
                   return [guard, row, plan = explore::plan_read(workspace.file(), settings)] {
                     if (guard) guard->take(row, plan);
                   };
                 } catch (const core::Error& error) {
                   return [guard, what = to_text(error.what()), remedy = to_text(error.remedy())] {
                     if (guard) guard->take_error(what, remedy);
                   };
                 }
               });
}

void ReadDialog::take(std::size_t row, const explore::ReadPlan& plan) {
  about_->setText(tr("%1 tokens to read with %2 on %3.").arg(grouped(plan.tokens), to_text(plan.model), to_text(plan.device)) +
                  (plan.done > 0 ? u'\n' + tr("%1 were read before; the reading goes on behind them.").arg(grouped(plan.done)) : QString()));
  Row& at = rows_[row];
  at.adds->setText(plan.tokens > 0 ? ui::size(plan.bytes) : tr("nothing"));
  at.tiles->setText(plan.tokens > 0 ? ui::size(plan.tile_bytes) : QString());
  at.memory->setText(plan.tokens > 0 ? ui::size(plan.memory) : QString());
  at.time->setText(plan.tokens > 0 ? duration(plan.seconds) : tr("read already"));
}

void ReadDialog::take_error(const QString& what, const QString& remedy) {
  about_->setText(what + u'\n' + remedy);
  buttons_->button(QDialogButtonBox::Cancel)->setFocus();
  findChild<QPushButton*>(QStringLiteral("read_begin"))->setEnabled(false);
}

void ReadDialog::begin() {
  for (const Row& row : rows_)
    if (row.choice->isChecked()) session_.read(row.detail);
  accept();
}

}  // namespace corpuscope::ui
