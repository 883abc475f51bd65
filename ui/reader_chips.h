#pragma once
// Sources of the cursor's token that are not in sight: a chip each, with its text, its place and its share; a click
// goes there, with Ctrl or the middle button beside.

#include <QWidget>
#include <vector>

#include "ui/sources_model.h"

namespace corpuscope::ui {

class ReaderChips : public QWidget {
  Q_OBJECT

 public:
  explicit ReaderChips(QWidget* parent = nullptr);

  // Strongest first; none: the row is hidden. Those further back than the model uses are grey.
  void set_lines(const std::vector<SourceLine>& lines, qint64 farthest_used = -1);
  static constexpr int most = 5;

 signals:
  void chosen(qint64 token, bool beside);

 protected:
  bool eventFilter(QObject* chip, QEvent* event) override;
};

}  // namespace corpuscope::ui
