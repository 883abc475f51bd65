#pragma once
// The reader: one pane that follows the linked cursor, or two side by side, of which the one that was used last follows
// it and the other stays where it is.

#include <QWidget>

class QAction;
class QSplitter;

namespace corpuscope::ui {

class ReaderPane;
class Session;

class ReaderView : public QWidget {
  Q_OBJECT

 public:
  explicit ReaderView(Session& session, QWidget* parent = nullptr);

  qint64 document() const;  // of the active pane; -1: none
  bool is_split() const;
  void add_menu_actions(const QList<QAction*>& actions);  // to what the right button shows, in each pane

 public slots:
  // Shows a place that may not have tokens yet.
  void show_place(qint64 document, qint64 offset);
  void open_in_editor();
  void split(bool on);
  void show_beside(qint64 token);  // in the pane that does not follow the cursor

 signals:
  void document_shown(qint64 id);
  void editor_wanted(const QString& file, qint64 line);

 private:
  ReaderPane* add_pane(int number);
  void activate(ReaderPane* pane);
  ReaderPane* active() const;

  Session& session_;
  QSplitter* panes_;
  ReaderPane *first_, *second_ = nullptr;
  QAction* split_;
  QList<QAction*> menu_actions_;
};

}  // namespace corpuscope::ui
