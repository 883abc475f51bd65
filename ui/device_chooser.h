#pragma once
// The button that says where the model reads, with a menu of the devices: the processor, or one or several GPUs.

#include <QToolButton>
#include <functional>

#include "explore/devices.h"

class QMenu;

namespace corpuscope::ui {

class DeviceChooser : public QToolButton {
  Q_OBJECT

 public:
  using Lister = std::function<explore::DeviceList()>;

  // The driver is asked on another thread, now and whenever the menu opens. The last choice is remembered.
  explicit DeviceChooser(Lister lister = explore::list_devices, QWidget* parent = nullptr);

  std::string choice() const { return choice_; }  // "auto", "cpu", "gpu:0", "gpu:0,1"

 signals:
  void chosen(const std::string& choice);

 private:
  void refresh();
  void show_list(const explore::DeviceList& list);
  void fill_menu();
  QAction* add_entry(const QString& text, const QString& name, bool checked, const std::function<void()>& choose);
  void toggle_gpu(const std::string& word);
  void choose(std::string choice);
  void update_text();

  Lister lister_;
  QMenu* menu_;
  explore::DeviceList list_;
  bool listed_ = false;
  std::string choice_;
};

}  // namespace corpuscope::ui
