#pragma once
// What went wrong and what to do about it, above the views, never in the way.

#include <QFrame>

class QLabel;

namespace corpuscope::ui {

class MessageBar : public QFrame {
  Q_OBJECT

 public:
  explicit MessageBar(QWidget* parent = nullptr);

 public slots:
  void show_message(const QString& what, const QString& remedy);
  void dismiss();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void color();

  QLabel* text_;
};

}  // namespace corpuscope::ui
