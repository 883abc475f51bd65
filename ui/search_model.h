#pragma once
// Places that a search found, as concordance lines. The places are all here; lines exist only for rows that were in
// sight, are asked for when a view first wants one, and come when somebody has made them.

#include <QAbstractTableModel>
#include <QCache>
#include <QSet>
#include <optional>
#include <vector>

#include "explore/search.h"

namespace corpuscope::ui {

struct ConcordanceLine {
  QString name;
  qint64 line = 0;
  QString before, hit, behind;
  QString section;  // chapter and page, where the document has such
};

class SearchModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { place_column, text_column, columns };
  enum Role { before_role = Qt::UserRole, hit_role, behind_role };

  explicit SearchModel(QObject* parent = nullptr);

  void clear();
  void append(const std::vector<explore::Match>& more);
  void replace(std::vector<explore::Match> all);  // in another order
  void show_only(std::optional<std::uint32_t> document);

  const std::vector<explore::Match>& matches() const { return matches_; }  // also those not shown
  const explore::Match& match(int row) const;
  const ConcordanceLine* line(int row) const;  // null: not there yet
  void set_line(const explore::Match& match, int row, const ConcordanceLine& line);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 signals:
  void lines_wanted();  // by a view; take_wanted() tells which

 public:
  QList<int> take_wanted();

 private:
  void choose_rows();

  std::vector<explore::Match> matches_;
  std::optional<std::uint32_t> only_;
  std::vector<std::uint32_t> rows_;  // into matches_, where only one document is shown
  mutable QCache<int, ConcordanceLine> lines_;
  mutable QSet<int> wanted_;
};

}  // namespace corpuscope::ui
