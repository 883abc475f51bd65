#pragma once
// The token under the cursor: what and where it is, how surprising, and what it attended to most.

#include <QWidget>
#include <optional>

#include "ui/sources_model.h"

class QLabel;
class QListView;

namespace corpuscope::ui {

class Session;

class Inspector : public QWidget {
  Q_OBJECT

 public:
  explicit Inspector(Session& session, QWidget* parent = nullptr);

 private:
  struct Facts;

  QWidget* make_facts();
  void refresh();
  void show_facts(const Facts& facts);
  void explain(const Facts& facts);

  Session& session_;
  SourcesModel* sources_;
  QLabel *token_, *id_, *position_, *place_, *surprise_, *probability_, *sources_title_, *sources_about_, *explanation_;
  QWidget* facts_;
  QListView* list_;
};

}  // namespace corpuscope::ui
