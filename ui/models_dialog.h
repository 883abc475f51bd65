#pragma once
// The models that are at hand: what they are, what they take, which one reads next; and models of others made readable.

#include <QDialog>
#include <filesystem>
#include <functional>
#include <memory>

#include "ui/external.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace corpuscope::core {
struct Progress;
}

namespace corpuscope::ui {

class ModelList;
class Session;

class ModelsDialog : public QDialog {
  Q_OBJECT

 public:
  ModelsDialog(Session& session, const External& external, QWidget* parent = nullptr);

 private:
  void make_table();
  QWidget* make_import();
  QPushButton* button(const QString& text, const char* name, const std::function<void()>& run);
  void refresh(const std::filesystem::path& shown = {});  // the row that is selected then; empty: the chosen one
  void tell();
  void choose();
  void import(const QString& source);
  void stop();
  void show_progress(const core::Progress& now);
  void end_import(const QString& state);
  void follow_jobs();

  Session& session_;
  const External external_;
  ModelList* model_;
  QTableView* table_;
  QLabel *about_, *state_;
  QComboBox* weights_;
  QPushButton *use_, *folder_, *file_, *cancel_;
  struct Import;
  std::shared_ptr<Import> import_;  // null: none
};

}  // namespace corpuscope::ui
