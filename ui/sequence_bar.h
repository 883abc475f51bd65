#pragma once
// The whole sequence in one strip, from all of it down to single tokens: documents, reading head, tracks, search hits,
// bookmarks, blind spots, segment borders, cursor and hover.
//
// Wheel: zoom about the mouse. Drag: move; with Shift: choose a range. Click: sets the cursor, on a bookmark's flag goes
// to it. Double click: shows the document. Arrows move, + and - zoom, Home shows all, B bookmarks, Ctrl+C copies the
// picture. The menu, by its button or the right mouse button: which tracks, bookmarks, copy and export.

#include <QVector>
#include <QWidget>
#include <memory>

#include "ui/painting_arcs.h"

class QMenu;

namespace corpuscope::ui {

class Session;
class SequenceContent;

class SequenceBar : public QWidget {
  Q_OBJECT

 public:
  explicit SequenceBar(Session& session, QWidget* parent = nullptr);
  ~SequenceBar() override;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  const SequenceContent& content() const;
  // png or svg: the picture; csv or json: what the tracks show. Throws core::Error.
  void export_to(const QString& file) const;

 public slots:
  void copy_picture() const;
  void set_marks(const QVector<qint64>& tokens);  // search hits
  void set_arcs(const corpuscope::ui::Arcs& arcs);  // echoes
  void set_layer(int layer);                      // whose attention received is shown

 signals:
  void picture_wanted();  // as a file
  void values_wanted();

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
