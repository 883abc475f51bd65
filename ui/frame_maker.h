#pragma once
// Makes frames of the attention canvas on a thread of its own, one at a time: a newer wish waits until the one under way
// is done, so that a long drag still shows frames. Where the last one took long, a coarse one comes first.

#include <QFutureWatcher>
#include <QObject>
#include <QThreadPool>
#include <atomic>
#include <optional>

#include "ui/painting_frame.h"

namespace corpuscope::ui {

class FrameMaker : public QObject {
  Q_OBJECT

 public:
  explicit FrameMaker(QObject* parent = nullptr);
  ~FrameMaker() override;  // stops what is under way

  void make(FrameRequest request);
  void set_coarse_after(qint64 milliseconds);  // that a frame takes: those that take longer come coarse first
  bool is_idle() const;  // what was wished for last has been made, in full

 signals:
  void made(const corpuscope::ui::Frame& frame);
  void finished();  // nothing is left to make

 private:
  void start();
  void take();

  QThreadPool pool_;
  QFutureWatcher<Frame> watcher_;
  std::atomic<bool> stopped_ = false;
  std::optional<FrameRequest> waiting_;
  FrameRequest current_;
  bool busy_ = false;    // until what was made has been taken
  bool coarse_ = false;  // the one under way
  qint64 took_ = 0;      // milliseconds, the last full one
  qint64 coarse_after_ = 40;
};

// For threads that work behind the window: the window's own goes first.
void give_way_to_the_window();

}  // namespace corpuscope::ui
