#pragma once
// The whole sequence in one strip, from all of it down to single tokens: documents, reading head, surprise,
// attention received, segment borders, search hits, cursor and hover.
//
// Wheel: zoom about the mouse. Drag: move. Click: sets the cursor. Arrows move, + and - zoom, Home shows all.

#include <QVector>
#include <QWidget>
#include <memory>

namespace corpuscope::ui {

class Session;

class SequenceBar : public QWidget {
  Q_OBJECT

 public:
  explicit SequenceBar(Session& session, QWidget* parent = nullptr);
  ~SequenceBar() override;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 public slots:
  void set_marks(const QVector<qint64>& tokens);  // search hits
  void set_layer(int layer);                      // whose attention received is shown

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
