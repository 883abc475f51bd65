#pragma once
// The patterns that would open a path where there is none: each shows it.

#include <QWidget>

#include "ui/paths_found.h"

namespace corpuscope::ui {

class FlowLayout;

class PathsCures : public QWidget {
  Q_OBJECT

 public:
  explicit PathsCures(QWidget* parent = nullptr);

  void set_found(const PathsFound& found);

 signals:
  void chosen(int opened);  // which of found.opened; -1: none

 private:
  void choose(int index);

  FlowLayout* row_;
};

}  // namespace corpuscope::ui
