#pragma once
// How lists of many rows look and are walked.

#include <QHeaderView>
#include <QTableView>

namespace corpuscope::ui {

inline void dress_table(QTableView& table) {
  table.setFrameShape(QFrame::NoFrame);
  table.setShowGrid(false);
  table.setSelectionBehavior(QAbstractItemView::SelectRows);
  table.setTextElideMode(Qt::ElideMiddle);
  table.setWordWrap(false);
  table.setTabKeyNavigation(false);
  table.verticalHeader()->hide();
  table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);  // a million rows are not measured one by one
  table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + 8);
  table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

}  // namespace corpuscope::ui
