#pragma once
// The search: one box's words, phrases and expressions as a concordance, by document, in any order; as CSV.

#include <QVector>
#include <QWidget>

#include "ui/searching.h"

class QComboBox;
class QLabel;
class QSplitter;
class QTableView;
class QToolButton;

namespace corpuscope::ui {

class FoundDocumentsModel;
class SearchModel;
class Session;

class SearchPanel : public QWidget {
  Q_OBJECT

 public:
  SearchPanel(Session& session, std::shared_ptr<KeptText> kept, QWidget* parent = nullptr);

 public slots:
  void search(const QString& query);
  void copy();                         // the chosen lines
  void save(const QString& file);      // all of them as CSV

 signals:
  void place_chosen(qint64 document, qint64 offset, qint64 token);  // token -1: not known yet
  void editor_wanted(const QString& file, qint64 line);
  void like_wanted(qint64 document, qint64 offset);  // more passages like the chosen one
  void marks_changed(const QVector<qint64>& tokens);
  void file_wanted(const QString& suggested);  // where to save: `save` is to be called
  void saved(const QString& file);

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void make_results();
  void make_documents();
  QWidget* make_bar();
  QToolButton* add_button(const QString& text, const QString& name, const QString& tip);
  void ask();
  void clear(const QString& summary);
  void begin(const FoundText& text);
  void add(const Matches& more);
  void end(const explore::SearchTotals& totals, double milliseconds);
  void order();
  void make_lines();
  void mark();
  void show_help();
  void name_marks();
  void share_width();
  void choose(const QModelIndex& index);
  void choose_document(const QModelIndex& index);
  void open_in_editor();
  void more_like();

  Session& session_;
  Searching* searching_;
  SearchModel* model_;
  FoundDocumentsModel* documents_;
  QLabel *summary_, *marked_;
  QToolButton *case_, *whole_, *before_, *help_, *copy_, *save_;
  QComboBox* order_;
  QSplitter* parts_;
  QTableView *results_, *document_list_;
  QString query_;
  FoundText text_;
  bool exact_ = false;
  bool moved_ = false;  // by hand, the border between documents and lines
};

}  // namespace corpuscope::ui
