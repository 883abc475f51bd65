#pragma once
// A button for each level of a pattern, in its colour: shown or not.

#include <QWidget>
#include <vector>

#include "ui/tile_source.h"

class QToolButton;

namespace corpuscope::ui {

class FlowLayout;

class LevelRow : public QWidget {
  Q_OBJECT

 public:
  explicit LevelRow(QWidget* parent = nullptr);

  void set_levels(const std::vector<pattern::Level>& levels);  // all of them shown
  void fit(int width, int rows);  // with their segments where there is room for that, else their colours alone
  std::vector<bool> hidden() const;

 signals:
  void changed();

 private:
  void add(int index, const pattern::Level& level);

  FlowLayout* row_;
  std::vector<QToolButton*> buttons_;
};

}  // namespace corpuscope::ui
