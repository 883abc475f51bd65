#pragma once
// What the path view is asked: two places, in which pattern, and how many of the strongest paths.

#include <QObject>
#include <optional>

#include "ui/tile_source.h"

class QComboBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace corpuscope::ui {

class FlowLayout;
class Session;

class PathsControls : public QObject {
  Q_OBJECT

 public:
  PathsControls(Session& session, FlowLayout& row, QWidget& view);

  QString from() const;
  QString to() const;
  int most() const;
  std::optional<pattern::Pattern> pattern(const Geometry& geometry) const;  // instead of the run's own
  bool can_find() const;
  QWidget* first() const;  // that gets the focus
  void set_places(const QString& from, const QString& to);
  void set_own_pattern();
  void enable();

 signals:
  void find_wanted();
  void pattern_chosen();
  void no_cursor();  // a place was to be taken from it

 private:
  void add_places(FlowLayout& row);
  void add_patterns(FlowLayout& row);
  void take_cursor(QLineEdit* line);

  Session& session_;
  QLineEdit *from_, *to_;
  QComboBox* pattern_;
  QSpinBox* most_;
  QPushButton* find_;
};

// As a person types it: a token, or the first of so many.
QString place_text(qint64 first, qint64 count);

}  // namespace corpuscope::ui
