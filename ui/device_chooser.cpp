#include "ui/device_chooser.h"

#include <QFutureWatcher>
#include <QMenu>
#include <QSettings>
#include <QtConcurrent>
#include <algorithm>

#include "ui/names.h"

namespace corpuscope::ui {

namespace {

const std::string gpu_prefix = "gpu:";
QString settings_device() { return QStringLiteral("read/device"); }

QString gigabytes(std::int64_t bytes) { return QString::number(double(bytes) / 1e9, 'f', 1); }

// The words of single devices that a choice is made of: "gpu:0,2" is gpu:0 and gpu:2.
std::vector<std::string> parts_of(const std::string& choice) {
  if (!choice.starts_with(gpu_prefix)) return {choice};
  std::vector<std::string> parts;
  for (const QString& number : to_text(choice.substr(gpu_prefix.size())).split(u','))
    parts.push_back(gpu_prefix + number.toStdString());
  return parts;
}

std::string joined(const std::vector<std::string>& gpus) {
  std::string choice;
  for (const std::string& gpu : gpus) choice += (choice.empty() ? gpu_prefix : ",") + gpu.substr(gpu_prefix.size());
  return choice.empty() ? "auto" : choice;
}

}  // namespace

DeviceChooser::DeviceChooser(Lister lister, QWidget* parent)
    : QToolButton(parent), lister_(std::move(lister)), menu_(new QMenu(this)) {
  setObjectName(QStringLiteral("device_chooser"));
  setAccessibleName(tr("The device that the model reads on"));
  setPopupMode(QToolButton::InstantPopup);
  setAutoRaise(true);
  menu_->setObjectName(QStringLiteral("device_menu"));
  menu_->setToolTipsVisible(true);
  setMenu(menu_);
  connect(menu_, &QMenu::aboutToShow, this, &DeviceChooser::refresh);
  choice_ = QSettings().value(settings_device(), QStringLiteral("auto")).toString().toStdString();
  update_text();
  refresh();
}

void DeviceChooser::refresh() {
  auto* watcher = new QFutureWatcher<explore::DeviceList>(this);
  connect(watcher, &QFutureWatcher<explore::DeviceList>::finished, this, [this, watcher] {
    show_list(watcher->result());
    watcher->deleteLater();
  });
  watcher->setFuture(QtConcurrent::run(lister_));
}

void DeviceChooser::show_list(const explore::DeviceList& list) {
  list_ = list;
  listed_ = true;
  // A card that was taken out is no choice any more.
  const auto there = [&](const std::string& word) {
    return word == "auto" || std::ranges::any_of(list_.entries, [&](const auto& entry) { return entry.word == word; });
  };
  if (!std::ranges::all_of(parts_of(choice_), there)) choose("auto");
  fill_menu();
  update_text();
}

QAction* DeviceChooser::add_entry(const QString& text, const QString& name, bool checked,
                                  const std::function<void()>& run) {
  QAction* action = menu_->addAction(text);
  action->setObjectName(name);
  action->setCheckable(true);
  action->setChecked(checked);
  connect(action, &QAction::triggered, this, run);
  return action;
}

void DeviceChooser::fill_menu() {
  menu_->clear();
  const std::vector<std::string> parts = parts_of(choice_);
  add_entry(tr("Automatic"), QStringLiteral("device_auto"), choice_ == "auto", [this] { choose("auto"); })
      ->setToolTip(tr("A GPU where there is one that can read with the model, else the processor"));
  menu_->addSeparator();
  for (const explore::DeviceEntry& entry : list_.entries) {
    const QString memory = entry.gpu ? tr("%1 of %2 GB free").arg(gigabytes(entry.free_memory), gigabytes(entry.memory))
                                     : tr("%1 GB").arg(gigabytes(entry.memory));
    const QString name = entry.gpu ? tr("GPU %1: %2").arg(to_text(entry.word.substr(gpu_prefix.size())), to_text(entry.name))
                                   : to_text(entry.name);
    add_entry(tr("%1, %2").arg(name, memory), QStringLiteral("device_") + to_text(entry.word),
              std::ranges::find(parts, entry.word) != parts.end(),
              [this, word = entry.word, gpu = entry.gpu] { gpu ? toggle_gpu(word) : choose(word); });
  }
  if (list_.entries.size() > 1) return;
  menu_->addSeparator();
  QAction* note = menu_->addAction(to_text(list_.note));
  note->setObjectName(QStringLiteral("device_note"));
  note->setEnabled(false);
}

void DeviceChooser::toggle_gpu(const std::string& word) {
  std::vector<std::string> gpus;
  for (const std::string& part : parts_of(choice_))
    if (part.starts_with(gpu_prefix)) gpus.push_back(part);
  if (const auto at = std::ranges::find(gpus, word); at != gpus.end())
    gpus.erase(at);
  else
    gpus.push_back(word);
  std::ranges::sort(gpus);
  choose(joined(gpus));
}

void DeviceChooser::choose(std::string choice) {
  choice_ = std::move(choice);
  QSettings().setValue(settings_device(), to_text(choice_));
  fill_menu();
  update_text();
  emit chosen(choice_);
}

void DeviceChooser::update_text() {
  const std::string what = choice_ == "auto" && listed_ ? list_.automatic : choice_;
  const std::size_t gpus = std::size_t(std::ranges::count(what, ',')) + 1;
  QString device = tr("automatic");
  if (what == "cpu")
    device = tr("CPU");
  else if (what.starts_with(gpu_prefix))
    device = gpus > 1 ? tr("%1 GPUs").arg(gpus) : tr("GPU %1").arg(to_text(what.substr(gpu_prefix.size())));
  setText(tr("Device: %1").arg(device));
  setToolTip(tr("Where the model reads; takes effect with the next reading."));
}

}  // namespace corpuscope::ui
