#pragma once
// Words searched in the whole corpus, shown as a concordance: the hit in the middle of its line.

#include <QVector>
#include <QWidget>

class QLabel;
class QTableView;

namespace corpuscope::ui {

class SearchModel;
class Session;

class SearchPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SearchPanel(Session& session, QWidget* parent = nullptr);

 public slots:
  void search(const QString& words);

 signals:
  void place_chosen(qint64 document, qint64 offset, qint64 token);  // token -1: not known yet
  void marks_changed(const QVector<qint64>& tokens);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void ask();
  void name_marks();
  void find_places(int from);
  void choose(const QModelIndex& index);
  void show_summary(double milliseconds);

  Session& session_;
  SearchModel* model_;
  QLabel *summary_, *marked_;
  QTableView* results_;
  QString words_;
};

}  // namespace corpuscope::ui
