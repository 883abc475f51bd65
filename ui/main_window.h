#pragma once
// The window: toolbar, sequence bar, corpus on the left, views in the middle, inspector on the right, jobs below.

#include <QMainWindow>

#include "ui/external.h"
#include "ui/themes.h"

class QActionGroup;
class QDockWidget;
class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTabWidget;
class QTimer;

namespace corpuscope::ui {

class AskView;
class AttentionView;
class ChangesBar;
class CorpusPanel;
class EchoesView;
class Inspector;
class JobsBar;
class MessageBar;
class PathsView;
class ReaderView;
class SearchPanel;
class SequenceBar;
class Session;
class StartPage;
class WordsView;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(Session& session, External external = real_external(), QWidget* parent = nullptr);

 public slots:
  void open_path(const QString& path);  // a folder, a file or a workspace

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QAction* add_action(const QString& text, const QString& name, const QKeySequence& keys, const std::function<void()>& run);
  QDockWidget* add_dock(Qt::DockWidgetArea area, const QString& title, const QString& name, QWidget* widget);
  QAction* dock_action(QDockWidget* dock, const QString& name, const QKeySequence& keys);
  void make_actions();
  void make_menus();
  void make_theme_menu();
  void make_read_menu(QMenu* menu);
  void make_toolbar();
  void make_docks();
  void make_center();
  void connect_views();
  void restore();
  void restore_model();
  void set_open(bool open);
  void choose_theme(ThemeChoice choice);
  void choose_folder();
  void show_models();
  void choose_further_folder();
  void choose_workspace();
  void export_sequence(const QString& suggested, const QString& kinds);
  void open_in_editor(const QString& file, qint64 line);
  void go_to_place(qint64 document, qint64 offset, qint64 token);
  void show_document(qint64 id);
  void search_now();
  void show_places(qint64 first, qint64 count, qint64 beside);
  void remember(const QString& path);
  void refresh_recent();
  void focus_next_pane(int step);
  void update_title();

  Session& session_;
  External external_;
  SequenceBar* sequence_;
  CorpusPanel* corpus_;
  ReaderView* reader_;
  AttentionView* attention_;
  PathsView* paths_;
  SearchPanel* search_;
  WordsView* words_;
  AskView* asking_;
  EchoesView* echoes_;
  Inspector* inspector_;
  JobsBar* jobs_;
  MessageBar* message_;
  StartPage* start_;
  QStackedWidget* pages_;
  QTabWidget* views_;
  QLineEdit* search_box_;
  QTimer* typing_;
  QMenu* recent_;
  QActionGroup* themes_;
  QDockWidget *sequence_dock_, *corpus_dock_, *inspector_dock_;
  QAction *open_, *open_file_, *back_, *forward_, *find_, *update_, *add_folder_, *excluded_, *quit_, *like_, *echoes_of_;
  QList<QAction*> view_actions_;
  QList<QDockWidget*> waiting_docks_;  // hidden until something is open
};

}  // namespace corpuscope::ui
