#include "ui/paths_cures.h"

#include <QToolButton>

#include "ui/flow_layout.h"
#include "ui/small_widgets.h"

namespace corpuscope::ui {

PathsCures::PathsCures(QWidget* parent) : QWidget(parent), row_(new FlowLayout(this, 6, 2)) {
  setObjectName(QStringLiteral("paths_cures"));
  row_->setContentsMargins(6, 0, 6, 0);
}

void PathsCures::set_found(const PathsFound& found) {
  while (QLayoutItem* item = row_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  if (found.opened.empty()) return;
  row_->addWidget(new QLabel(tr("Opened by")));
  for (int i = 0; i < int(found.opened.size()); ++i) {
    const Opened& other = found.opened[std::size_t(i)];
    auto* cure = make_button<QToolButton>(tr("%1: %2").arg(other.short_change, hops_text(int(other.path.size()))), "paths_cure",
                                          tr("Show the path with %1").arg(other.change), this, [this, i] { choose(i); });
    cure->setCheckable(true);
    row_->addWidget(cure);
  }
}

// The button was toggled already; at most one stays pressed.
void PathsCures::choose(int index) {
  const auto all = findChildren<QToolButton*>(QStringLiteral("paths_cure"));
  const bool on = all[index]->isChecked();
  for (int i = 0; i < int(all.size()); ++i) all[i]->setChecked(on && i == index);
  emit chosen(on ? index : -1);
}

}  // namespace corpuscope::ui
