#include "ui/models_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <QtConcurrent>
#include <atomic>

#include "core/error.h"
#include "core/memory.h"
#include "ui/chosen_model.h"
#include "ui/flow_layout.h"
#include "ui/model_list.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/small_widgets.h"
#include "ui/table_looks.h"
#include "ui/wording.h"

namespace corpuscope::ui {

// What the job and the window know of an import.
struct ModelsDialog::Import {
  QString name;                                     // of the job
  std::atomic<bool> begun = false, stopped = false;  // other jobs may run before it
  std::atomic<bool> ended = false;
  std::filesystem::path folder;  // of the new model; empty: there is none. Not before the end
};

namespace {

struct Listed {
  std::vector<explore::ModelInfo> models;
  QString problem;
};

Listed list_models() {
  try {
    return {explore::list_models(), {}};
  } catch (const core::Error& error) {
    return {{}, to_text(error.what()) + u'\n' + to_text(error.remedy())};
  }
}

}  // namespace

ModelsDialog::ModelsDialog(Session& session, const External& external, QWidget* parent)
    : QDialog(parent), session_(session), external_(external), model_(new ModelList(this)), about_(new QLabel), state_(new QLabel) {
  setObjectName(QStringLiteral("models_dialog"));
  setWindowTitle(tr("Models"));
  setAttribute(Qt::WA_DeleteOnClose);
  make_table();
  about_->setObjectName(QStringLiteral("models_about"));
  state_->setObjectName(QStringLiteral("models_state"));
  for (QLabel* label : {about_, state_}) {
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setMinimumHeight(2 * label->fontMetrics().lineSpacing());
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  use_ = button(tr("&Read with this one"), "models_use", [this] { choose(); });
  buttons->addButton(use_, QDialogButtonBox::ActionRole);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addWidget(table_, 1);
  column->addWidget(about_);
  column->addWidget(make_import());
  column->addWidget(state_);
  column->addWidget(buttons);
  resize(std::min(fontMetrics().averageCharWidth() * 165, 1240), fontMetrics().lineSpacing() * 24);
  follow_jobs();
  tell();
  refresh();
}

// ---- parts ----

QPushButton* ModelsDialog::button(const QString& text, const char* name, const std::function<void()>& run) {
  auto* out = new QPushButton(text);
  out->setObjectName(QLatin1String(name));
  out->setAutoDefault(false);
  connect(out, &QPushButton::clicked, this, [run] { run(); });
  return out;
}

void ModelsDialog::make_table() {
  table_ = new QTableView;
  table_->setObjectName(QStringLiteral("models_table"));
  table_->setAccessibleName(tr("Models"));
  table_->setModel(model_);
  dress_table(*table_);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->horizontalHeader()->setStretchLastSection(true);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ModelsDialog::tell);
  connect(table_, &QTableView::doubleClicked, this, &ModelsDialog::choose);
}

QWidget* ModelsDialog::make_import() {
  weights_ = new QComboBox;
  weights_->setObjectName(QStringLiteral("models_weights"));
  weights_->setAccessibleName(tr("How the weights are kept"));
  weights_->addItem(tr("float32: as exact as can be"), QStringLiteral("float32"));
  weights_->addItem(tr("bf16: half of it"), QStringLiteral("bf16"));
  weights_->addItem(tr("int8: a quarter, less exact"), QStringLiteral("int8"));
  weights_->setCurrentIndex(1);
  folder_ = button(tr("From a &folder…"), "models_import_folder", [this] {
    if (external_.choose_folder) import(external_.choose_folder(this));
  });
  folder_->setToolTip(tr("A folder in the form of Hugging Face: config.json, safetensors, tokenizer.model"));
  file_ = button(tr("From a &GGUF file…"), "models_import_file", [this] {
    if (external_.choose_model) import(external_.choose_model(this));
  });
  cancel_ = button(tr("&Stop the import"), "models_cancel", [this] { stop(); });
  cancel_->setEnabled(false);
  auto* all = new QWidget;
  auto* row = new FlowLayout(all, 10, 4);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(new QLabel(tr("Import a model of the Llama family")));
  row->addWidget(folder_);
  row->addWidget(file_);
  row->addWidget(with_label(tr("&Weights"), {weights_}));
  row->addWidget(cancel_);
  return all;
}

// ---- the list ----

// Weights are looked into and the machine's speed is measured, so that it is done on another thread.
void ModelsDialog::refresh(const std::filesystem::path& shown) {
  auto* watcher = new QFutureWatcher<Listed>(this);
  connect(watcher, &QFutureWatcher<Listed>::finished, this, [this, watcher, shown] {
    watcher->deleteLater();
    const Listed listed = watcher->result();
    model_->show(listed.models);
    model_->set_chosen(session_.model());
    for (int column = 0; column < ModelList::architecture_column; ++column) table_->resizeColumnToContents(column);
    table_->selectRow(shown.empty() ? model_->chosen_row() : model_->row_of(shown));
    listed.models.empty() ? about_->setText(listed.problem) : tell();
  });
  watcher->setFuture(QtConcurrent::run(&list_models));
}

void ModelsDialog::tell() {
  const int row = table_->currentIndex().row();
  use_->setEnabled(row >= 0 && model_->model(row).problem.empty());
  if (row < 0) return about_->setText(tr("Looking at the models and this machine…"));
  const explore::ModelInfo& model = model_->model(row);
  if (!model.problem.empty()) return about_->setText(to_text(model.problem) + u'\n' + to_text(model.remedy));
  const std::int64_t available = core::available_memory();
  about_->setText(
      tr("%1: %2; dense up to %3 tokens%4.\nReading %5 tokens takes %6 of memory (%7 weights, %8 remembered, %9 to work in)")
          .arg(to_text(model.name), to_text(model.architecture), grouped(model.base_segment),
               model.trained_length > 0 ? tr(", trained on %1").arg(grouped(model.trained_length)) : QString(),
               grouped(explore::usual_length), ui::size(model.memory.total()), ui::size(model.memory.weights), ui::size(model.memory.state),
               ui::size(model.memory.working)) +
      (available >= 0 ? tr("; %1 are free.").arg(ui::size(available)) : QStringLiteral(".")));
}

void ModelsDialog::choose() {
  const int row = table_->currentIndex().row();
  if (row < 0) return;
  const explore::ModelInfo& model = model_->model(row);
  if (!model.problem.empty()) return;
  // Cut by another tokenizer the corpus has another length, but about this one.
  const std::int64_t tokens = session_.summary().tokens > 0 ? session_.summary().tokens : explore::usual_length;
  try {
    explore::require_memory(model.name, explore::memory_needed(model.folder, tokens), tokens, core::available_memory());
  } catch (const core::Error& error) {
    return state_->setText(to_text(error.what()) + u'\n' + to_text(error.remedy()));
  }
  session_.set_model(model.folder);
  remember_model(model);
  model_->set_chosen(session_.model());
  const QString name = to_text(model.name);
  state_->setText(session_.is_open() ? tr("%1 reads next. Update the corpus: that cuts it with the tokenizer of this model, and reads it.").arg(name)
                                     : tr("%1 reads what is opened next.").arg(name));
}

// ---- importing ----

void ModelsDialog::import(const QString& source) {
  if (source.isEmpty() || import_) return;
  explore::ImportSettings settings;
  settings.source = to_path(source);
  settings.weights = weights_->currentData().toString().toStdString();
  import_ = std::make_shared<Import>();
  import_->name = tr("Importing %1").arg(QFileInfo(source).fileName());
  state_->setText(session_.is_busy() ? tr("%1: waits for the work under way.").arg(import_->name) : import_->name + u'…');
  cancel_->setEnabled(true);
  for (QPushButton* button : {folder_, file_}) button->setEnabled(false);
  session_.work(import_->name, [settings, import = import_](core::Job& job) {
    import->begun = true;
    if (import->stopped) job.cancel();
    job.poll();
    try {
      import->folder = explore::import_model(settings, job);
    } catch (...) {
      import->ended = true;
      throw;
    }
    import->ended = true;
  });
}

void ModelsDialog::follow_jobs() {
  connect(&session_, &Session::job_progressed, this, [this](const core::Progress& now, bool) { show_progress(now); });
  connect(&session_, &Session::job_finished, this, [this] {
    if (!import_ || !import_->ended) return;
    const std::filesystem::path folder = import_->folder;
    if (folder.empty()) return end_import(tr("The import was stopped; nothing of it was kept."));
    end_import(tr("The model was imported."));
    refresh(folder);
  });
  connect(&session_, &Session::failed, this, [this](const QString& what, const QString& remedy) {
    if (import_ && import_->ended) end_import(what + u'\n' + remedy);
  });
  connect(&session_, &Session::busy_changed, this, [this](bool busy) {
    if (!busy && import_) end_import(tr("The import was stopped; nothing of it was kept."));  // it never began
  });
}

// A reading that runs before it goes on.
void ModelsDialog::stop() {
  if (!import_) return;
  import_->stopped = true;
  if (import_->begun) session_.cancel_job();
  state_->setText(tr("%1: is being stopped…").arg(import_->name));
  cancel_->setEnabled(false);
}

void ModelsDialog::show_progress(const core::Progress& now) {
  if (import_ && import_->begun && !import_->stopped)
    state_->setText(QStringLiteral("%1: %2, %3").arg(import_->name, to_text(now.stage), amounts(now)));
}

void ModelsDialog::end_import(const QString& state) {
  import_.reset();
  state_->setText(state);
  cancel_->setEnabled(false);
  for (QPushButton* button : {folder_, file_}) button->setEnabled(true);
}

}  // namespace corpuscope::ui
