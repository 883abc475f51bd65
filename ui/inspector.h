#pragma once
// The token under the cursor: what and where it is, how surprising, what the model expected instead, where it looked,
// which tokens look at it, and how its attention is spread. At once from what the run kept, exactly as soon as the
// neighbourhood has been read again (see insight.h).

#include <QWidget>
#include <atomic>
#include <memory>
#include <optional>

#include "ui/inspector_facts.h"

class QComboBox;
class QLabel;
class QListView;
class QTabWidget;
class QToolButton;

namespace corpuscope::ui {

class ExpectedModel;
class InspectorShares;
class Session;

class Inspector : public QWidget {
  Q_OBJECT

 public:
  explicit Inspector(Session& session, QWidget* parent = nullptr);

 private:
  QWidget* make_facts();
  QWidget* make_status();
  QWidget* make_tabs();
  QListView* make_list(const QString& name, const QString& accessible, SourcesModel* model);
  QWidget* page_of(QListView* list, QLabel* about, QWidget* beside = nullptr);
  QToolButton* make_check();
  void check_sources();
  void connect_all();
  void refresh();
  void ask_facts();
  void ask_readers();
  void show_facts(const TokenFacts& facts);
  void show_readers(const ReaderFacts& facts);
  void show_status();
  void explain(const TokenFacts& facts);
  void fill_layers();
  int layer() const;  // -1: all

  Session& session_;
  SourcesModel *sources_, *readers_;
  ExpectedModel* expected_;
  InspectorShares* shares_;
  QLabel *token_, *id_, *position_, *place_, *surprise_, *probability_;
  QLabel *explanation_, *status_, *sources_about_, *readers_about_, *shares_about_, *expected_about_;
  QToolButton *compute_, *check_;
  QComboBox* layer_;
  QTabWidget* tabs_;
  QWidget *facts_, *status_row_;
  std::shared_ptr<std::atomic<qint64>> newest_;  // the token asked about last: a long search for another one ends
};

}  // namespace corpuscope::ui
