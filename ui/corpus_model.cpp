#include "ui/corpus_model.h"

#include <algorithm>

#include "ui/names.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

bool holds_all(const QString& path, const QStringList& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const QString& word) { return path.contains(word, Qt::CaseInsensitive); });
}

QString about(const workspace::Document& document) {
  QStringList lines{CorpusModel::tr("%1 lines, %2, %3")
                        .arg(grouped(document.lines), size(document.file_bytes), to_text(document.encoding))};
  if (!document.note.empty()) lines << to_text(document.note);
  return lines.join(u'\n');
}

}  // namespace

int CorpusModel::add_child(int parent, const QString& name) {
  const int node = int(nodes_.size());
  nodes_.push_back({});
  nodes_[node].name = name;
  nodes_[node].parent = parent;
  nodes_[parent].children.push_back(node);
  return node;
}

void CorpusModel::add_document(const workspace::Document& document, const QString& path) {
  int parent = 0;
  qsizetype from = 0;
  for (auto slash = path.indexOf(u'/'); slash >= 0; from = slash + 1, slash = path.indexOf(u'/', from)) {
    const QString folder = path.mid(from, slash - from);
    // Documents come sorted: a folder's files follow each other.
    const auto& siblings = nodes_[parent].children;
    const bool known = !siblings.empty() && nodes_[siblings.back()].document < 0 && nodes_[siblings.back()].name == folder;
    parent = known ? siblings.back() : add_child(parent, folder);
  }
  const int file = add_child(parent, path.mid(from));
  nodes_[file].document = document.id;
  nodes_[file].about = about(document);
  for (int node = file; node >= 0; node = nodes_[node].parent) {
    nodes_[node].tokens += document.tokens;
    nodes_[node].text_bytes += document.text_bytes;
    nodes_[node].files += 1;
    nodes_[node].tokenized = nodes_[node].tokenized && document.first_token >= 0;
  }
}

// Folders before files, both by name as people sort.
void CorpusModel::sort_children() {
  for (auto& node : nodes_) {
    std::stable_sort(node.children.begin(), node.children.end(), [this](int a, int b) {
      const bool folder_a = nodes_[a].document < 0, folder_b = nodes_[b].document < 0;
      if (folder_a != folder_b) return folder_a;
      return nodes_[a].name.compare(nodes_[b].name, Qt::CaseInsensitive) < 0;
    });
    for (std::size_t row = 0; row < node.children.size(); ++row) nodes_[node.children[row]].row = int(row);
  }
}

void CorpusModel::set_documents(const std::vector<workspace::Document>& documents, const QString& filter) {
  const QStringList words = filter.simplified().split(u' ', Qt::SkipEmptyParts);
  beginResetModel();
  nodes_.assign(1, {});
  file_count_ = 0;
  for (const auto& document : documents) {
    const QString path = to_text(document.name);
    if (!holds_all(path, words)) continue;
    add_document(document, path);
    ++file_count_;
  }
  sort_children();
  endResetModel();
}

bool CorpusModel::has_folders() const {
  const auto& top = nodes_.front().children;  // folders come first
  return !top.empty() && nodes_[top.front()].document < 0;
}

QModelIndex CorpusModel::index_of(int node, int column) const {
  return node > 0 ? createIndex(nodes_[node].row, column, quintptr(node)) : QModelIndex();
}

QModelIndex CorpusModel::index_of_document(qint64 id) const {
  for (std::size_t node = 1; node < nodes_.size(); ++node)
    if (nodes_[node].document == id && id >= 0) return index_of(int(node));
  return {};
}

QModelIndex CorpusModel::index_of_folder(const QString& path) const {
  int node = 0;
  for (const QString& part : path.split(u'/')) {
    const auto& children = nodes_[node].children;
    const auto found = std::find_if(children.begin(), children.end(), [&](int child) {
      return nodes_[child].document < 0 && nodes_[child].name == part;
    });
    if (found == children.end()) return {};
    node = *found;
  }
  return index_of(node);
}

QString CorpusModel::path_of(int node) const {
  QString path = nodes_[node].name;
  for (int up = nodes_[node].parent; up > 0; up = nodes_[up].parent) path = nodes_[up].name + u'/' + path;
  return path;
}

QModelIndex CorpusModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  const auto& node = nodes_[parent.isValid() ? parent.internalId() : 0];
  return index_of(node.children[row], column);
}

QModelIndex CorpusModel::parent(const QModelIndex& child) const {
  return child.isValid() ? index_of(nodes_[child.internalId()].parent) : QModelIndex();
}

int CorpusModel::rowCount(const QModelIndex& parent) const {
  if (parent.column() > 0) return 0;
  return int(nodes_[parent.isValid() ? parent.internalId() : 0].children.size());
}

int CorpusModel::columnCount(const QModelIndex&) const { return columns; }

QVariant CorpusModel::tooltip(const Node& node, int at) const {
  const QString about = node.document >= 0 ? node.about
                                           : tr("%1 files, %2").arg(grouped(node.files), size(node.text_bytes));
  return path_of(at) + u'\n' + about;
}

QVariant CorpusModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Node& node = nodes_[index.internalId()];
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == name_column) return node.name;
      return node.tokenized ? grouped(node.tokens) : QString();
    case Qt::TextAlignmentRole:
      if (index.column() == tokens_column) return int(Qt::AlignRight | Qt::AlignVCenter);
      return {};
    case Qt::ToolTipRole: return tooltip(node, int(index.internalId()));
    case document_role: return node.document;
    case path_role: return path_of(int(index.internalId()));
    default: return {};
  }
}

QVariant CorpusModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section == tokens_column) return int(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  return section == name_column ? tr("Name") : tr("Tokens");
}

}  // namespace corpuscope::ui
