// The chooser of devices: the machine's own list, and choices among several GPUs.

#include <QAction>
#include <QMenu>

#include "ui/device_chooser.h"
#include "window_support.h"

namespace corpuscope::ui {

class ChoosingDevices : public QObject {
  Q_OBJECT

  static explore::DeviceList three_gpus() {
    explore::DeviceList list;
    list.entries = {{"cpu", "CPU, 8 threads", false, 64'000'000'000, 32'000'000'000}};
    for (const char* number : {"0", "1", "2"})
      list.entries.push_back({std::string("gpu:") + number, "Large GPU", true, 80'000'000'000, 70'500'000'000});
    list.automatic = "gpu:0";
    return list;
  }
  static QAction* action(DeviceChooser& chooser, const char* name) { return chooser.menu()->findChild<QAction*>(name); }

 private slots:
  void init() { QSettings().clear(); }

  // Where this is built without CUDA, or runs without a driver, there is the processor alone, and the reason.
  void the_list_of_this_machine() {
    Window at;
    auto& chooser = at.find<DeviceChooser>("device_chooser");
    QTRY_VERIFY_WITH_TIMEOUT(action(chooser, "device_cpu") != nullptr, patience);
    QVERIFY(action(chooser, "device_cpu")->text().startsWith("CPU, "));
    QVERIFY(action(chooser, "device_auto")->isChecked());
    const auto list = explore::list_devices();
    if (list.entries.size() > 1) QSKIP("there is a GPU");
    QTRY_COMPARE_WITH_TIMEOUT(chooser.text(), "Device: CPU", patience);
    QVERIFY(action(chooser, "device_note"));
    QVERIFY(!action(chooser, "device_note")->isEnabled());
    QVERIFY2(action(chooser, "device_note")->text().startsWith("no GPU: "), qPrintable(action(chooser, "device_note")->text()));
    action(chooser, "device_cpu")->trigger();
    QVERIFY(action(chooser, "device_cpu")->isChecked());
    QCOMPARE(at.session.device(), std::string("cpu"));
    Window again;
    QCOMPARE(again.session.device(), std::string("cpu"));  // remembered
  }

  void one_or_several_gpus() {
    DeviceChooser chooser(three_gpus);
    QTRY_VERIFY_WITH_TIMEOUT(action(chooser, "device_gpu:2") != nullptr, patience);
    QCOMPARE(chooser.text(), "Device: GPU 0");
    QCOMPARE(action(chooser, "device_gpu:1")->text(), "GPU 1: Large GPU, 70.5 of 80.0 GB free");
    QVERIFY(!action(chooser, "device_note"));
    action(chooser, "device_gpu:2")->trigger();
    QCOMPARE(chooser.choice(), std::string("gpu:2"));
    action(chooser, "device_gpu:0")->trigger();
    QCOMPARE(chooser.choice(), std::string("gpu:0,2"));
    QCOMPARE(chooser.text(), "Device: 2 GPUs");
    QVERIFY(action(chooser, "device_gpu:0")->isChecked() && action(chooser, "device_gpu:2")->isChecked());
    QVERIFY(!action(chooser, "device_gpu:1")->isChecked() && !action(chooser, "device_auto")->isChecked());
    action(chooser, "device_gpu:2")->trigger();
    action(chooser, "device_gpu:0")->trigger();
    QCOMPARE(chooser.choice(), std::string("auto"));
    action(chooser, "device_cpu")->trigger();
    QCOMPARE(chooser.text(), "Device: CPU");
  }

  // Chosen once, then taken out of the machine.
  void a_gpu_that_is_gone() {
    QSettings().setValue("read/device", "gpu:7");
    DeviceChooser chooser(three_gpus);
    QTRY_COMPARE_WITH_TIMEOUT(chooser.text(), "Device: GPU 0", patience);
    QCOMPARE(chooser.choice(), std::string("auto"));
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::ChoosingDevices>(argc, argv); }
#include "test_devices.moc"
