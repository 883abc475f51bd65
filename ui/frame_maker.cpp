#include "ui/frame_maker.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QtConcurrentRun>

namespace corpuscope::ui {

namespace {

constexpr int coarseness = 4;  // pixels each way that share one of a coarse frame

FrameRequest coarsened(FrameRequest request) {
  auto& raster = request.raster;
  raster.step *= coarseness;
  raster.width = (raster.width + coarseness - 1) / coarseness;
  raster.height = (raster.height + coarseness - 1) / coarseness;
  return request;
}

}  // namespace

void give_way_to_the_window() {
  constexpr int nicer = 10;
  thread_local const bool given = setpriority(PRIO_PROCESS, id_t(syscall(SYS_gettid)), nicer) == 0;
  (void)given;  // where it is not allowed, nothing is lost but smoothness
}

FrameMaker::FrameMaker(QObject* parent) : QObject(parent) {
  pool_.setMaxThreadCount(1);
  connect(&watcher_, &QFutureWatcher<Frame>::finished, this, &FrameMaker::take);
}

FrameMaker::~FrameMaker() {
  stopped_ = true;
  watcher_.waitForFinished();
}

void FrameMaker::make(FrameRequest request) {
  waiting_ = std::move(request);
  if (!busy_) start();
}

void FrameMaker::set_coarse_after(qint64 milliseconds) { coarse_after_ = milliseconds; }

bool FrameMaker::is_idle() const { return !waiting_ && !busy_; }

void FrameMaker::start() {
  busy_ = true;
  if (waiting_) {
    current_ = std::move(*waiting_);
    waiting_.reset();
    coarse_ = took_ > coarse_after_;
  } else {
    coarse_ = false;  // the same once more, in full
  }
  watcher_.setFuture(QtConcurrent::run(&pool_, [this, request = coarse_ ? coarsened(current_) : current_, full = !coarse_] {
    give_way_to_the_window();
    QElapsedTimer clock;
    clock.start();
    Frame frame = render_frame(request, stopped_);
    frame.milliseconds = full ? clock.elapsed() : -1;
    return frame;
  }));
}

void FrameMaker::take() {
  const Frame frame = watcher_.result();
  if (frame.milliseconds >= 0) took_ = frame.milliseconds;
  const bool more = waiting_ || coarse_;
  busy_ = false;
  if (more) start();
  if (!frame.image.isNull()) emit made(frame);
  if (!more) emit finished();
}

}  // namespace corpuscope::ui
