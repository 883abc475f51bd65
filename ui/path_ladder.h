#pragma once
// One ladder of the path view: shows paths and lets a person choose a step, by mouse or by key.

#include <QWidget>

#include "ui/painting_path.h"

namespace corpuscope::ui {

class PathLadder : public QWidget {
  Q_OBJECT

 public:
  explicit PathLadder(const QString& name, QWidget* parent = nullptr);

  void set_picture(LadderPicture picture);
  const LadderPicture& picture() const { return picture_; }
  void set_documents(std::shared_ptr<const Documents> documents);
  void set_cursors(qint64 cursor, qint64 hover);
  void choose(int path, int step);  // shows it; tells nobody
  const workspace::PathStep* step() const;  // null: none is chosen

  QSize sizeHint() const override { return {480, 360}; }
  QSize minimumSizeHint() const override { return {160, 140}; }

 signals:
  void step_chosen(int path, int step);  // by the person
  void token_hovered(qint64 token);      // -1: none

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void choose_and_tell(int path, int step);
  void describe();

  LadderPicture picture_;
  const QString name_;
};

}  // namespace corpuscope::ui
