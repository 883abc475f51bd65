#pragma once
// What is open: the tree of documents with a filter, and the files that were skipped.

#include <QModelIndex>
#include <QWidget>

class QLabel;
class QLineEdit;
class QMenu;
class QTabWidget;
class QTableView;
class QTimer;
class QTreeView;

namespace corpuscope::ui {

class CorpusModel;
class Session;
class SkippedModel;

class CorpusPanel : public QWidget {
  Q_OBJECT

 public:
  explicit CorpusPanel(Session& session, QWidget* parent = nullptr);

 public slots:
  void show_document(qint64 id);  // marks it in the tree
  void focus_filter();

 signals:
  void document_chosen(qint64 id);
  void folder_wanted();  // one more

 private:
  QWidget* make_tree();
  QWidget* make_skipped();
  void show_menu(const QModelIndex& index, const QPoint& at);
  void refresh();
  void refresh_tree();
  void restore(const QStringList& open_folders);
  QStringList open_folders() const;

  Session& session_;
  CorpusModel* documents_;
  SkippedModel* skipped_;
  QTabWidget* tabs_;
  QLineEdit* filter_;
  QTreeView* tree_;
  QTableView* skipped_view_;
  QLabel* count_;
  QMenu* menu_;
  QTimer* typing_;
  qint64 shown_ = -1;
  bool fresh_ = true;
};

}  // namespace corpuscope::ui
