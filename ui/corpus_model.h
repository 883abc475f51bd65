#pragma once
// The corpus as a tree of folders and files, with their tokens.

#include <QAbstractItemModel>
#include <vector>

#include "workspace/workspace.h"

namespace corpuscope::ui {

class CorpusModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { name_column, tokens_column, columns };
  enum Role { document_role = Qt::UserRole, path_role };  // the document's id (-1: a folder); its path in the corpus

  using QAbstractItemModel::QAbstractItemModel;

  // Shows those documents whose path holds all words of `filter`.
  void set_documents(const std::vector<workspace::Document>& documents, const QString& filter);
  int file_count() const { return file_count_; }
  bool has_folders() const;
  QModelIndex index_of_document(qint64 id) const;
  QModelIndex index_of_folder(const QString& path) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Node {
    QString name;
    int parent = -1, row = 0;
    std::vector<int> children;
    qint64 document = -1;
    qint64 tokens = 0, text_bytes = 0, files = 0;
    QString about;
    bool tokenized = true;
  };

  int add_child(int parent, const QString& name);
  void add_document(const workspace::Document& document, const QString& path);
  void sort_children();
  QString path_of(int node) const;
  QVariant tooltip(const Node& node, int at) const;
  QModelIndex index_of(int node, int column = 0) const;

  std::vector<Node> nodes_{Node{}};  // the first is the corpus itself
  int file_count_ = 0;
};

}  // namespace corpuscope::ui
