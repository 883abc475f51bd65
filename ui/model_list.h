#pragma once
// The models that are at hand as rows of a table.

#include <QAbstractTableModel>
#include <vector>

#include "explore/models.h"

namespace corpuscope::ui {

class ModelList : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { name_column, parameters_column, weights_column, disk_column, memory_column, speed_column, architecture_column, columns };

  using QAbstractTableModel::QAbstractTableModel;

  void show(std::vector<explore::ModelInfo> models);
  void set_chosen(const std::filesystem::path& folder);  // empty: the one that comes along
  const explore::ModelInfo& model(int row) const { return models_[std::size_t(row)]; }
  int row_of(const std::filesystem::path& folder) const;  // -1: none
  int chosen_row() const;                                 // -1: none
  bool is_chosen(const explore::ModelInfo& model) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString text(const explore::ModelInfo& model, int column) const;

  std::vector<explore::ModelInfo> models_;
  std::filesystem::path chosen_;
};

}  // namespace corpuscope::ui
