#pragma once
// How an answer came about, token by token: where the model looked when it drew it, and by which paths it could know of
// a passage. What stands in the corpus can be gone to.

#include <QDialog>

#include "explore/ask.h"

class QLabel;
class QSpinBox;
class QTableWidget;

namespace corpuscope::ui {

class PathLadder;
class Session;

class AnswerHowDialog : public QDialog {
  Q_OBJECT

 public:
  AnswerHowDialog(Session& session, QWidget* parent);

  // Of an answer with so many tokens and the passages that it shows; asks for the first.
  void begin(int tokens, const std::vector<explore::AskSource>& sources);
  void show_how(const explore::AnswerHow& how);

 signals:
  void wanted(int token, int source);
  void token_chosen(qint64 token);  // of the sequence

 private:
  void ask();

  Session& session_;
  QSpinBox *token_, *passage_;
  QLabel *about_, *passage_name_;
  QTableWidget* looked_at_;
  PathLadder* ladder_;
  std::vector<explore::AskSource> sources_;
  std::vector<qint64> of_sequence_;  // of each row
};

}  // namespace corpuscope::ui
