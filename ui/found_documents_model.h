#pragma once
// The documents in which a search found something, the one with the most places first.

#include <QAbstractTableModel>
#include <vector>

namespace corpuscope::ui {

class FoundDocumentsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { name_column, places_column, columns };

  struct Found {
    std::uint32_t document = 0;  // its place in CorpusText::documents()
    QString name;
    qint64 places = 0;
  };

  using QAbstractTableModel::QAbstractTableModel;

  void set_found(std::vector<Found> found);  // row 0 stands for all of them
  const Found* found(int row) const;         // null: all

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<Found> found_;
  qint64 all_ = 0;
};

}  // namespace corpuscope::ui
