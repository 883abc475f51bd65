#pragma once
// Above the views: files have changed since they were read, or the text has since the model read it; and what can be
// done about either.

#include <QFrame>

#include "explore/open.h"

class QAbstractButton;
class QCheckBox;
class QLabel;

namespace corpuscope::ui {

class Session;

class ChangesBar : public QFrame {
  Q_OBJECT

 public:
  explicit ChangesBar(Session& session, QWidget* parent = nullptr);

 private:
  QAbstractButton* add_button(const char* name, const QString& text, const QString& tip);
  void show_changes(const explore::Changes& changes);
  void show_unread();
  void start_afresh();
  void follow();
  void update_text();

  Session& session_;
  QLabel* text_;
  QAbstractButton *update_, *read_;
  QCheckBox* by_itself_;
  bool was_read_ = false;  // by the model, before the text was brought up to date
};

}  // namespace corpuscope::ui
