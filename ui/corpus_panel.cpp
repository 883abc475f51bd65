#include "ui/corpus_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/corpus_menu.h"
#include "ui/corpus_model.h"
#include "ui/session.h"
#include "ui/skipped_model.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int few_files = 200;  // so many found files are shown with all folders open

// Rows with a little air.
class RowDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(0, 4);
  }
};

}  // namespace

CorpusPanel::CorpusPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      documents_(new CorpusModel(this)),
      skipped_(new SkippedModel(this)),
      tabs_(new QTabWidget),
      typing_(new QTimer(this)) {
  setObjectName(QStringLiteral("corpus_panel"));
  tabs_->setObjectName(QStringLiteral("corpus_tabs"));
  tabs_->setDocumentMode(true);
  tabs_->setAccessibleName(tr("Corpus"));
  tabs_->addTab(make_tree(), tr("Files"));
  tabs_->addTab(make_skipped(), tr("Skipped"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(tabs_);

  typing_->setSingleShot(true);
  typing_->setInterval(150);
  connect(typing_, &QTimer::timeout, this, &CorpusPanel::refresh_tree);
  connect(filter_, &QLineEdit::textChanged, typing_, qOverload<>(&QTimer::start));
  connect(&session_, &Session::documents_changed, this, &CorpusPanel::refresh);
  connect(&session_, &Session::workspace_opened, this, [this] {
    fresh_ = true;
    shown_ = -1;
    filter_->clear();
    refresh();
  });
  refresh();
}

QWidget* CorpusPanel::make_tree() {
  filter_ = new QLineEdit;
  filter_->setObjectName(QStringLiteral("corpus_filter"));
  filter_->setPlaceholderText(tr("Filter by name"));
  filter_->setAccessibleName(tr("Filter the files by name"));
  filter_->setClearButtonEnabled(true);
  tree_ = new QTreeView;
  tree_->setObjectName(QStringLiteral("corpus_tree"));
  tree_->setAccessibleName(tr("Files of the corpus"));
  tree_->setModel(documents_);
  tree_->setItemDelegate(new RowDelegate(tree_));
  tree_->setUniformRowHeights(true);
  tree_->setAlternatingRowColors(false);
  tree_->setFrameShape(QFrame::NoFrame);
  tree_->setIndentation(14);
  tree_->setTextElideMode(Qt::ElideMiddle);
  tree_->header()->setStretchLastSection(false);
  tree_->header()->setSectionResizeMode(CorpusModel::name_column, QHeaderView::Stretch);
  tree_->header()->setSectionResizeMode(CorpusModel::tokens_column, QHeaderView::ResizeToContents);
  const auto choose = [this](const QModelIndex& index) {
    const qint64 id = index.data(CorpusModel::document_role).toLongLong();
    if (id >= 0) emit document_chosen(id);
  };
  menu_ = new QMenu(this);
  menu_->setObjectName(QStringLiteral("corpus_menu"));
  tree_->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(tree_, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
    show_menu(tree_->indexAt(at), tree_->viewport()->mapToGlobal(at));
  });
  auto* more = new QToolButton;
  more->setObjectName(QStringLiteral("corpus_more"));
  more->setText(QStringLiteral("…"));
  more->setAutoRaise(true);
  more->setToolTip(tr("Folders of the corpus, and what is excluded"));
  more->setAccessibleName(tr("Folders of the corpus, and what is excluded"));
  connect(more, &QToolButton::clicked, this,
          [this, more] { show_menu(tree_->currentIndex(), more->mapToGlobal(more->rect().bottomLeft())); });
  connect(tree_, &QTreeView::clicked, this, choose);
  connect(tree_, &QTreeView::activated, this, choose);
  count_ = new QLabel;
  count_->setObjectName(QStringLiteral("corpus_count"));
  count_->setContentsMargins(8, 2, 8, 4);

  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 4, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(filter_, 1);
  row->addWidget(more);
  column->addLayout(row);
  column->addWidget(tree_, 1);
  column->addWidget(count_);
  return page;
}

void CorpusPanel::show_menu(const QModelIndex& index, const QPoint& at) {
  const bool is_folder = index.isValid() && index.data(CorpusModel::document_role).toLongLong() < 0;
  fill_corpus_menu(*menu_, *this, session_, {index.data(CorpusModel::path_role).toString(), is_folder});
  menu_->popup(at);
}

QWidget* CorpusPanel::make_skipped() {
  skipped_view_ = new QTableView;
  skipped_view_->setObjectName(QStringLiteral("skipped_table"));
  skipped_view_->setAccessibleName(tr("Files that were skipped, with the reason"));
  skipped_view_->setModel(skipped_);
  skipped_view_->setFrameShape(QFrame::NoFrame);
  skipped_view_->setShowGrid(false);
  skipped_view_->setSelectionBehavior(QAbstractItemView::SelectRows);
  skipped_view_->verticalHeader()->hide();
  skipped_view_->setItemDelegate(new SkippedDelegate(skipped_view_));
  skipped_view_->setColumnHidden(1, true);
  skipped_view_->verticalHeader()->setDefaultSectionSize(SkippedDelegate::row_height(font()));
  skipped_view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  skipped_view_->horizontalHeader()->hide();
  return skipped_view_;
}

void CorpusPanel::refresh() {
  refresh_tree();
  const auto& skipped = session_.skipped();
  skipped_->set_skipped(skipped);
  tabs_->setTabText(1, skipped.empty() ? tr("Skipped") : tr("Skipped (%1)").arg(grouped(qint64(skipped.size()))));
}

void CorpusPanel::refresh_tree() {
  const QStringList folders = open_folders();
  documents_->set_documents(session_.documents(), filter_->text());
  tree_->setRootIsDecorated(documents_->has_folders());
  const bool filtered = !filter_->text().trimmed().isEmpty();
  if ((filtered || fresh_) && documents_->file_count() <= few_files) {
    tree_->expandAll();
  } else {
    restore(folders);
  }
  if (documents_->file_count() > 0) fresh_ = false;
  const auto all = qint64(session_.documents().size());
  count_->setVisible(filtered);
  count_->setText(documents_->file_count() == 0 ? tr("No file's name holds this.")
                                                : tr("%1 of %2 files").arg(grouped(documents_->file_count()), grouped(all)));
  show_document(shown_);
}

QStringList CorpusPanel::open_folders() const {
  QStringList open;
  QList<QModelIndex> waiting{QModelIndex()};
  while (!waiting.isEmpty()) {
    const QModelIndex folder = waiting.takeLast();
    for (int row = 0; row < documents_->rowCount(folder); ++row) {
      const QModelIndex child = documents_->index(row, 0, folder);
      if (!tree_->isExpanded(child)) continue;
      open << child.data(CorpusModel::path_role).toString();
      waiting << child;
    }
  }
  return open;
}

void CorpusPanel::restore(const QStringList& open_folders) {
  for (const QString& path : open_folders) tree_->setExpanded(documents_->index_of_folder(path), true);
}

void CorpusPanel::show_document(qint64 id) {
  shown_ = id;
  const QModelIndex index = documents_->index_of_document(id);
  if (!index.isValid() || index == tree_->currentIndex()) return;
  tree_->setCurrentIndex(index);
  tree_->scrollTo(index);
}

void CorpusPanel::focus_filter() {
  tabs_->setCurrentIndex(0);
  filter_->setFocus(Qt::ShortcutFocusReason);
  filter_->selectAll();
}

}  // namespace corpuscope::ui
