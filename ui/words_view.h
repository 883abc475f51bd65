#pragma once
// What a corpus linguist asks of words: what stands beside the query, which rows of words recur, which words mark some
// documents, and where the query stands in each.

#include <QWidget>

#include "ui/word_counting.h"

class QButtonGroup;
class QCheckBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace corpuscope::ui {

class Background;
class DispersionPlot;
class Session;
class TableModel;

class WordsView : public QWidget {
  Q_OBJECT

 public:
  WordsView(Session& session, std::shared_ptr<KeptText> kept, QWidget* parent = nullptr);

  void search(const QString& query);       // counted when it is in sight
  void save(const QString& file);          // by its ending: .csv; of a plot also .png or .svg

 signals:
  void query_wanted(const QString& query);
  void place_chosen(qint64 document, qint64 offset, qint64 token);
  void file_wanted(const QString& suggested, const QString& kinds);
  void saved(const QString& file);
  void failed(const QString& what, const QString& remedy);

 protected:
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  QWidget* make_controls();
  QWidget* make_lists();
  void mark_list();
  QSpinBox* number(const char* name, const QString& meaning, int least, int most, int value);
  void make_table();
  WordWish wish() const;
  void arrange();
  void ask();
  void clear(const QString& state);
  void show_answer(WordAnswer answer);
  void fit_columns();
  void order(int column, bool falling);
  void choose(const QModelIndex& index);
  void want_file();
  void save_answer(const QString& file);

  Session& session_;
  std::shared_ptr<KeptText> kept_;
  Background *counting_, *ordering_;
  TableModel* model_;
  QButtonGroup* lists_ = nullptr;  // until they are made
  QSpinBox *left_, *right_, *length_, *least_;
  QLineEdit* paths_;
  QCheckBox* all_;
  QToolButton *stop_, *save_;
  QLabel* state_;
  QStackedWidget* pages_;
  QTableView* table_;
  DispersionPlot* plot_;
  QList<std::pair<QWidget*, QList<WordList>>> parts_;  // controls, and the lists that they are of
  QString query_;
  WordAnswer answer_;
  bool stale_ = true;
};

}  // namespace corpuscope::ui
