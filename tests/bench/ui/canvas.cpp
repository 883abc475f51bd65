// Frames of the attention canvas while it zooms from all of a billion tokens to one, at 60 a second and 1600 x 1000,
// painted in software:
//   QT_QPA_PLATFORM=offscreen build/release/tests/bench/ui/bench_canvas [WORKSPACE]
// With a workspace also in the real window. A frame is what the window's thread does between two wishes of the mouse:
// taking the new view, telling the other views, what workers delivered, and painting. It is told by the clock, which counts
// what other programs do too; by the clock without what the thread waited for a processor; and by what it worked.

#include <QApplication>
#include <QElapsedTimer>
#include <QPointer>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QThread>
#include <QThreadPool>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>

#include "explore/tile_pyramid.h"
#include "ui/attention_canvas.h"
#include "ui/attention_view.h"
#include "ui/frame_maker.h"
#include "ui/main_window.h"
#include "ui/selection.h"
#include "ui/session.h"
#include "ui/themes.h"

namespace {

using namespace corpuscope;
using namespace corpuscope::ui;

constexpr double frame_budget = 1000.0 / 60;  // milliseconds
constexpr int frames_a_doubling = 16;
constexpr std::int64_t billion = 1'000'000'000;

double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// That this thread was ready to run and had to wait for a processor. Linux tells it; elsewhere it is nothing.
double waited_milliseconds() {
  long long ran = 0, waited = 0;
  if (std::FILE* file = std::fopen("/proc/thread-self/schedstat", "r")) {
    if (std::fscanf(file, "%lld %lld", &ran, &waited) != 2) waited = 0;
    std::fclose(file);
  }
  return double(waited) / 1e6;
}

struct Frames {
  std::vector<double> wall, unhindered, own;
  int dropped = 0;  // refreshes of the screen that came while a frame was not ready
};

// From the whole matrix into a cell beside the diagonal, then back out and along.
Frames travel(AttentionCanvas& canvas) {
  Frames frames;
  QElapsedTimer screen;
  screen.start();
  qint64 refresh = 0;
  const auto frame = [&](const MatrixView& view) {
    QElapsedTimer clock;
    clock.start();
    const double before = thread_milliseconds(), waited = waited_milliseconds();
    canvas.set_view(view);
    QCoreApplication::processEvents();
    frames.own.push_back(thread_milliseconds() - before);
    frames.wall.push_back(double(clock.nsecsElapsed()) / 1e6);
    frames.unhindered.push_back(frames.wall.back() - (waited_milliseconds() - waited));
    const auto now = qint64(double(screen.nsecsElapsed()) / 1e6 / frame_budget);
    frames.dropped += int(std::max<qint64>(now - refresh, 0));
    refresh = now + 1;
    while (double(screen.nsecsElapsed()) / 1e6 < double(refresh) * frame_budget) QThread::usleep(200);
  };
  const QSizeF plot = canvas.plot_size();
  const double token = 0.61803 * double(canvas.length());
  const MatrixView whole = whole_matrix(canvas.length(), plot);
  const double doublings = std::log2(whole.step * largest_token);
  const auto at = [&](double zoomed_in) {
    MatrixView view;
    view.step = whole.step / std::pow(2, zoomed_in);
    const double part = std::min(zoomed_in / 3, 1.0);  // first the middle, soon the token
    const double middle = std::lerp(double(canvas.length()) / 2, token, part);
    view.key = middle - view.step * plot.width() * 0.6;
    view.query = middle - view.step * plot.height() * 0.4;
    return kept_inside(view, canvas.length(), plot);
  };
  const int steps = int(doublings * frames_a_doubling);
  for (int i = 0; i <= steps; ++i) frame(at(double(i) / frames_a_doubling));
  for (int i = steps; i >= 0; i -= 2) frame(at(double(i) / frames_a_doubling));
  for (int i = 0; i < 120; ++i) {  // and moves, half way in
    MatrixView view = at(doublings / 2);
    view.key += 7 * i * view.step;
    view.query += 5 * i * view.step;
    frame(kept_inside(view, canvas.length(), plot));
  }
  return frames;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::size_t(share * double(values.size() - 1))];
}

void tell(const char* name, const Frames& frames) {
  const auto under = [](const std::vector<double>& all) {
    return 100.0 * double(std::count_if(all.begin(), all.end(), [](double ms) { return ms < frame_budget; })) / double(all.size());
  };
  const auto line = [&](const char* clock, const std::vector<double>& all) {
    std::printf("%-34s %-11s %6zu  %7.2f  %7.2f  %7.2f  %7.2f   %6.2f %%  %7d\n", name, clock, all.size(), quantile(all, 0.5),
                quantile(all, 0.95), quantile(all, 0.99), quantile(all, 1), under(all), frames.dropped);
  };
  line("clock", frames.wall);
  line("unhindered", frames.unhindered);
  line("own time", frames.own);
  std::fflush(stdout);
}

Geometry ladder() {
  Geometry geometry;
  geometry.pattern = pattern::extended({{{2048, 1}, {4096, 2}}, pattern::OffsetRule::modulo, true, true}, billion);
  geometry.layers = 4;
  geometry.heads = 8;
  return geometry;
}

// Maps as a run over a billion tokens would have them, made up on the spot: the same work for canvas and workers.
std::vector<workspace::Tile> made_up(const Geometry& geometry, int level, int zoom, std::int64_t first, std::int64_t count) {
  std::vector<workspace::Tile> tiles;
  std::int64_t wide = geometry.pattern.levels[std::size_t(level)].segment;
  const std::int64_t half = wide / 2;
  for (int z = 0; z < zoom; ++z) wide *= workspace::segments_a_zoom;
  for (const std::int64_t moved : {std::int64_t(0), half})
    for (std::int64_t i = (first + moved) / wide; i * wide - moved < std::min(first + count, billion); ++i) {
      workspace::Tile tile{0, workspace::mean_of_heads, level, i * wide - moved, wide, 32, {}, zoom};
      if (zoom == 0) {
        const std::int64_t begin = std::max<std::int64_t>(tile.first, 0);
        tile.length = std::min(tile.first + wide, billion) - begin;
        tile.first = begin;
      }
      std::mt19937 random(unsigned(tile.first / 64 + level));
      tile.weights.assign(1024, 0);
      for (int row = 0; row < 32; ++row)
        for (int column = 0; column <= row; ++column)
          tile.weights[std::size_t(row * 32 + column)] = float(random() % 1000) * 1e-5F / float(level + 1);
      tiles.push_back(std::move(tile));
    }
  return tiles;
}

// Delivers maps as the window's questions do: on another thread, the newest wish alone.
class Supplier : public QObject {
 public:
  explicit Supplier(AttentionCanvas& canvas) : canvas_(canvas) {
    pool_.setMaxThreadCount(1);
    connect(&canvas, &AttentionCanvas::view_changed, this, [this] { ask(); });
  }
  ~Supplier() override { pool_.waitForDone(); }

 private:
  void ask() {
    if (busy_) {
      again_ = true;
      return;
    }
    busy_ = true;
    workspace::Run run;
    run.id = 1;
    run.tokens = run.done = billion;
    const TileRequest request{run, 0, workspace::mean_of_heads, geometry_, canvas_.raster()};
    pool_.start([this, request] {
      give_way_to_the_window();
      const auto read = [&](int level, int zoom, std::int64_t first, std::int64_t count) {
        return made_up(request.geometry, level, zoom, first, count);
      };
      auto tiles = load_tiles(read, cache_, request);
      QMetaObject::invokeMethod(this, [this, tiles] {
        busy_ = false;
        canvas_.set_tiles(tiles);
        if (again_) {
          again_ = false;
          ask();
        }
      }, Qt::QueuedConnection);
    });
  }

  AttentionCanvas& canvas_;
  const Geometry geometry_ = ladder();
  TileCache cache_;
  QThreadPool pool_;
  bool busy_ = false, again_ = false;
};

void canvas_alone(const char* name, bool weights, bool blind) {
  Selection selection;
  selection.set_length(billion);
  AttentionCanvas canvas(selection);
  canvas.resize(1600, 1000);
  canvas.set_geometry(ladder());
  canvas.set_blind_spots(blind);
  std::unique_ptr<Supplier> supplier;
  if (weights) supplier = std::make_unique<Supplier>(canvas);
  canvas.show();
  QCoreApplication::processEvents();
  tell(name, travel(canvas));
}

void whole_window(const QString& file) {
  Session session;
  MainWindow window(session);
  window.resize(1600, 1000);
  window.show();
  window.open_path(file);
  session.wait_for_jobs();
  window.findChild<QTabWidget*>("views")->setCurrentIndex(1);
  session.wait_for_jobs();
  auto& canvas = *window.findChild<AttentionCanvas*>("attention_canvas");
  tell("window, a workspace that was read", travel(canvas));
}

}  // namespace

int main(int argc, char** argv) {
  const QTemporaryDir settings;
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
  QApplication application(argc, argv);
  QApplication::setOrganizationName("corpuscope");
  prepare_themes();
  std::printf("%-34s %-11s %6s  %7s  %7s  %7s  %7s   %8s  %7s\n", "milliseconds a frame", "", "frames", "median", "95 %",
              "99 %", "longest", "in 16.7", "dropped");
  canvas_alone("1 G tokens, pattern", false, false);
  canvas_alone("1 G tokens, pattern, blind spots", false, true);
  canvas_alone("1 G tokens, weights", true, false);
  if (argc > 1) whole_window(QString::fromLocal8Bit(argv[1]));
}
