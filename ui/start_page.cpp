#include "ui/start_page.h"

#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace corpuscope::ui {

namespace {

constexpr int column_letters = 78;
constexpr int most_shown = 6;

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent), middle_(new QWidget), recent_(new QVBoxLayout) {
  setObjectName(QStringLiteral("start_page"));
  auto* title = new QLabel(tr("Open a folder of code or books"));
  QFont large = font();
  large.setPointSizeF(large.pointSizeF() * 1.7);
  title->setFont(large);
  title->setWordWrap(true);
  auto* text = new QLabel(
      tr("Drop a folder or a file anywhere on this window. Its text can be read and searched within seconds; a model "
         "then reads all of it as one sequence, and you see what surprised it and what it attended to. Nothing leaves "
         "this computer."));
  text->setWordWrap(true);
  text->setForegroundRole(QPalette::PlaceholderText);
  auto* open = new QPushButton(tr("Open a folder…"));
  open->setObjectName(QStringLiteral("start_open"));
  open->setAccessibleName(tr("Open a folder"));
  open->setDefault(true);
  connect(open, &QPushButton::clicked, this, &StartPage::open_wanted);

  middle_->setMaximumWidth(column_letters * fontMetrics().averageCharWidth());
  auto* column = new QVBoxLayout(middle_);
  column->setSpacing(14);
  column->addWidget(title);
  column->addWidget(text);
  column->addWidget(open, 0, Qt::AlignLeft);
  column->addSpacing(8);
  recent_->setSpacing(2);
  column->addLayout(recent_);
  auto* page = new QVBoxLayout(this);
  // Stretches, since an alignment would not give wrapped text the height that it takes.
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  row->addWidget(middle_, 1000);
  row->addStretch(1);
  page->addStretch(2);
  page->addLayout(row);
  page->addStretch(3);
}

void StartPage::set_recent(const QStringList& paths) {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    if (item->widget()) item->widget()->deleteLater();
    delete item;
  }
  if (paths.isEmpty()) return;
  auto* title = new QLabel(tr("Recent"));
  QFont bold = font();
  bold.setBold(true);
  title->setFont(bold);
  recent_->addWidget(title);
  for (const QString& path : paths.mid(0, most_shown)) {
    auto* link = new QPushButton;
    link->setFlat(true);
    link->setCursor(Qt::PointingHandCursor);
    link->setStyleSheet(QStringLiteral("QPushButton { text-align: left; padding: 3px 0; color: palette(link); }"));
    link->setText(fontMetrics().elidedText(QDir::toNativeSeparators(path), Qt::ElideMiddle, middle_->maximumWidth() - 20));
    link->setToolTip(path);
    link->setAccessibleName(tr("Open %1").arg(path));
    connect(link, &QPushButton::clicked, this, [this, path] { emit path_chosen(path); });
    recent_->addWidget(link);
  }
}

}  // namespace corpuscope::ui
