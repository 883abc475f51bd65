#pragma once
// Asking the model that has read the corpus: passages first, then what it writes, then what was asked before.

#include <QStringDecoder>
#include <QWidget>
#include <vector>

#include "explore/ask.h"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace corpuscope::ui {

class AnswerHowDialog;
class Answering;
class Session;

class AskView : public QWidget {
  Q_OBJECT

 public:
  explicit AskView(Session& session, QWidget* parent = nullptr);

 signals:
  void token_chosen(qint64 token);
  void failed(const QString& what, const QString& remedy);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Asked {
    qint64 id = 0;
    QString question, answer;
    std::vector<explore::AskSource> sources;
  };

  QWidget* make_settings();
  QWidget* make_sources();
  QWidget* make_answer();
  explore::AskSettings settings() const;
  void ask();
  void go_on();
  void show_how();
  void check_all();
  void check_next();
  void end_checking();
  void show_sources(const std::vector<explore::AskSource>& sources);
  void show_check(int row, const workspace::LinkCheck& check);
  void tell_check(int row);
  void add_piece(const QByteArray& bytes);
  void take_answer(const explore::Answer& answer, qint64 id);
  void fetch_history();
  void show_asked(int row);
  void update_state();

  Session& session_;
  Answering* answering_;
  AnswerHowDialog* how_dialog_;
  QLineEdit* question_;
  QPushButton *ask_, *stop_, *more_, *check_, *how_;
  QCheckBox* as_of_here_;
  QSpinBox *passages_, *length_, *top_k_, *seed_;
  QDoubleSpinBox *temperature_, *top_p_;
  QLabel *state_, *written_by_;
  QTableWidget* source_table_;
  QPlainTextEdit* answer_;
  QListWidget* history_;
  QStringDecoder decoder_{QStringDecoder::Utf8};
  std::vector<explore::AskSource> sources_;
  std::vector<Asked> asked_;
  int answer_tokens_ = 0;
  int checking_ = -1;       // the source whose link is being checked
  bool own_answer_ = false; // what is shown can be gone on with and checked
};

}  // namespace corpuscope::ui
