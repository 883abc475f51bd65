#include "ui/sources_model.h"

#include <QApplication>
#include <QLocale>
#include <QPalette>

#include "ui/colors.h"
#include "ui/wording.h"

namespace corpuscope::ui {

void SourcesModel::set_lines(std::vector<SourceLine> lines) {
  beginResetModel();
  lines_ = std::move(lines);
  endResetModel();
}

int SourcesModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(lines_.size()); }
int SourcesModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(columns); }

QVariant SourcesModel::text(const SourceLine& line, int column) const {
  switch (column) {
    case weight_column: return QLocale().toString(line.edge.weight * 100.0, 'f', 1) + QStringLiteral(" %");
    case text_column: return line.text;
    case level_column: return line.edge.level + 1;
    case head_column: return line.edge.head + 1;
    case layer_column: return line.edge.layer + 1;
    case distance_column: return rounded(double(line.edge.query - line.edge.key));
    case place_column: return line.place;
    default: return {};
  }
}

QVariant SourcesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& line = lines_[index.row()];
  switch (role) {
    case Qt::DisplayRole: return text(line, index.column());
    case Qt::TextAlignmentRole: {
      const bool words = index.column() == text_column || index.column() == place_column;
      return int((words ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    case Qt::DecorationRole:
      if (index.column() != level_column) return {};
      return level_color(line.edge.level, is_dark(QApplication::palette()));
    case Qt::ToolTipRole:
      return tr("%1\n%2\nlayer %3, head %4, level %5, %6 tokens back, weight %7")
          .arg(line.text, line.place)
          .arg(line.edge.layer + 1)
          .arg(line.edge.head + 1)
          .arg(line.edge.level + 1)
          .arg(grouped(line.edge.query - line.edge.key))
          .arg(double(line.edge.weight), 0, 'f', 4);
    default: return {};
  }
}

QVariant SourcesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  static const char* const names[] = {QT_TR_NOOP("Weight"), QT_TR_NOOP("Text"),  QT_TR_NOOP("Level"), QT_TR_NOOP("Head"),
                                      QT_TR_NOOP("Layer"),  QT_TR_NOOP("Back"), QT_TR_NOOP("Place")};
  static const char* const meanings[] = {QT_TR_NOOP("Share of that head's attention"),
                                         QT_TR_NOOP("The source, in its surroundings"),
                                         QT_TR_NOOP("Level of the pattern through which it was seen"),
                                         QT_TR_NOOP("Attention head"),
                                         QT_TR_NOOP("Layer of the model"),
                                         QT_TR_NOOP("Distance in tokens"),
                                         QT_TR_NOOP("File and line")};
  if (role == Qt::DisplayRole) return tr(names[section]);
  if (role == Qt::ToolTipRole) return tr(meanings[section]);
  return {};
}

}  // namespace corpuscope::ui
