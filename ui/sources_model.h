#pragma once
// Tokens that attention binds to the cursor's: where it looked, or which looked at it, with the text there.

#include <QAbstractListModel>
#include <QStyledItemDelegate>
#include <optional>
#include <vector>

#include "ui/concordance.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

struct SourceLine {
  workspace::Edge edge;  // the strongest between the two
  TextAround text;       // the other token in its line
  QString place;         // file:line
  double share = 0;      // of a token's whole attention in the layers looked at, by all edges between the two
  bool reader = false;   // the other token is the query: it looked here
  bool stored = false;   // only the edges that the run kept are in the share: it is at least so much
  std::optional<workspace::Link> link = std::nullopt;        // what is claimed here, where it can be checked
  std::optional<workspace::LinkCheck> check = std::nullopt;  // what masking the source changed, where that was tried

  qint64 token() const { return reader ? edge.query : edge.key; }
  // Further back than the model measurably uses (Session::farthest_used): shown, but quietly.
  bool beyond(qint64 farthest_used) const { return farthest_used >= 0 && edge.query - edge.key > farthest_used; }
};

class SourcesModel : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  void set_lines(std::vector<SourceLine> lines, qint64 farthest_used = -1);
  const SourceLine& line(int row) const { return lines_[std::size_t(row)]; }
  const std::vector<SourceLine>& lines() const { return lines_; }
  bool beyond(int row) const { return line(row).beyond(farthest_used_); }
  double largest_share() const { return largest_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  std::vector<SourceLine> lines_;
  double largest_ = 0;
  qint64 farthest_used_ = -1;
};

QString share_text(double share);  // 12.3 %, 0.012 %

QString beyond_words();  // why something is greyed

// Two lines a token: its share as a bar in its level's colour and its text; below, through what it was seen, and what a
// check said. The bar of a link that was not confirmed is hollow; what lies beyond what the model uses is grey.
class SourcesDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace corpuscope::ui
