#pragma once
// The one cursor that all views share: a token position or range in the sequence, with its history; a second,
// lighter one for what the mouse is over; and the part of the sequence that the linked views show.

#include <QObject>
#include <QVector>

namespace corpuscope::ui {

class Selection : public QObject {
  Q_OBJECT

 public:
  explicit Selection(QObject* parent = nullptr);

  qint64 cursor() const { return first_; }  // -1: nowhere
  qint64 count() const { return count_; }
  qint64 hover() const { return hover_; }  // -1: nowhere
  qint64 view_first() const { return view_first_; }
  qint64 view_count() const { return view_count_; }
  qint64 length() const { return length_; }
  bool can_go_back() const { return at_ > 0; }
  bool can_go_forward() const { return at_ + 1 < history_.size(); }
  const QVector<std::pair<qint64, qint64>>& history() const { return history_; }  // first and count, oldest first
  qsizetype step() const { return at_; }                                           // of the history; -1: none yet

 public slots:
  void set_length(qint64 length);  // of the sequence; cuts cursor and view to it
  void set_cursor(qint64 first, qint64 count = 1);
  void set_hover(qint64 token);
  void set_view(qint64 first, qint64 count);
  void back();
  void forward();
  void go_to_step(qsizetype step);

 signals:
  void cursor_changed(qint64 first, qint64 count);
  void hover_changed(qint64 token);
  void view_changed(qint64 first, qint64 count);
  void history_changed();
  void length_changed(qint64 length);

 private:
  void move_to(qint64 first, qint64 count);

  qint64 length_ = 0, first_ = -1, count_ = 0, hover_ = -1, view_first_ = 0, view_count_ = 0;
  QVector<std::pair<qint64, qint64>> history_;
  qsizetype at_ = -1;
};

}  // namespace corpuscope::ui
