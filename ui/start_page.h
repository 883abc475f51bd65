#pragma once
// What the window shows while nothing is open: what to do next.

#include <QWidget>

class QVBoxLayout;

namespace corpuscope::ui {

class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);

  void set_recent(const QStringList& paths);

 signals:
  void open_wanted();
  void path_chosen(const QString& path);

 private:
  QWidget* middle_;
  QVBoxLayout* recent_;
};

}  // namespace corpuscope::ui
