#pragma once
// What repeats and what is unlike the rest: passages like the selection, the echoes from which the model predicted it,
// texts that stand in several places, copies with a twist, the most surprising passages. A row opens its places side by
// side; its arc lies over the sequence bar.

#include <QWidget>

#include "ui/echo_rows.h"
#include "ui/painting_arcs.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace corpuscope::ui {

class Background;
class Session;

class EchoesView : public QWidget {
  Q_OBJECT

 public:
  enum Column { strength_column, kind_column, place_column, other_column, link_column, text_column, columns };
  explicit EchoesView(Session& session, QWidget* parent = nullptr);

 public slots:
  void find_now(corpuscope::ui::EchoList list);

 signals:
  void place_chosen(qint64 first, qint64 count, qint64 beside);  // beside -1: there is but one
  void arcs_changed(const corpuscope::ui::Arcs& arcs);
  void failed(const QString& what, const QString& remedy);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* make_controls();
  void make_table();
  EchoWish wish() const;
  void find();
  void show_rows(const EchoRows& rows);
  void filter();
  void choose(int row);
  void show_arcs();
  void clear();
  void arrange_columns();
  void share_width();
  void check();
  void fetch_checks();
  void update_state();

  Session& session_;
  Background* background_;
  std::shared_ptr<EchoSource> source_;
  QComboBox* list_;
  QSpinBox* least_;
  QDoubleSpinBox* bits_;
  QCheckBox *between_, *all_weights_;
  QLineEdit* filter_;
  QPushButton *find_, *stop_, *check_;
  QLabel *state_, *legend_;
  QTableWidget* table_;
  EchoRows shown_;
};

}  // namespace corpuscope::ui
