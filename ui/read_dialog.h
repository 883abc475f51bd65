#pragma once
// Before a reading by the model starts: how much it will keep at each level of detail, how large its tiles will be, how
// long it takes and how much memory. Each is worked out behind the window and told as soon as it is known.

#include <QDialog>
#include <array>

#include "explore/read.h"

class QDialogButtonBox;
class QGridLayout;
class QLabel;
class QRadioButton;

namespace corpuscope::ui {

class Session;

class ReadDialog : public QDialog {
  Q_OBJECT

 public:
  ReadDialog(Session& session, workspace::Detail detail, QWidget* parent = nullptr);

 private:
  struct Row {
    workspace::Detail detail;
    QRadioButton* choice = nullptr;
    QLabel *adds = nullptr, *tiles = nullptr, *memory = nullptr, *time = nullptr;
  };

  void add_row(int index, workspace::Detail detail, const QString& name, const QString& keeps, QGridLayout& grid);
  void ask(std::size_t row);
  void take(std::size_t row, const explore::ReadPlan& plan);
  void take_error(const QString& what, const QString& remedy);
  void begin();

  Session& session_;
  std::array<Row, 3> rows_;
  QLabel* about_;
  QDialogButtonBox* buttons_;
};

}  // namespace corpuscope::ui
