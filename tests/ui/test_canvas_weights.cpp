// What the canvas is made of, against counting one by one: the weight of each pixel, the zoomed maps, blind bands, the
// cache.

#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <queue>
#include <random>

#include "explore/tile_pyramid.h"
#include "ui/blind_bands.h"
#include "ui/painting_attention.h"
#include "ui/weight_layer.h"
#include "window_support.h"

namespace corpuscope::ui {

class CanvasWeights : public QObject {
  Q_OBJECT

  std::filesystem::path file_;
  std::optional<workspace::Run> run_;
  Geometry geometry_;

  FrameRequest request(const pattern::Raster& raster, int head = workspace::mean_of_heads) const {
    FrameRequest wish;
    wish.geometry = geometry_;
    wish.length = run_->tokens;
    wish.raster = raster;
    wish.head = head;
    return wish;
  }

  // Without zoomed tiles, as a run has them that is not finished.
  std::shared_ptr<const TileSet> plain_tiles(const pattern::Raster& raster, int head) const {
    const auto workspace = workspace::Workspace::open(file_);
    TileCache cache;
    const auto read = [&](int level, int zoom, std::int64_t first, std::int64_t count) {
      return zoom > 0 ? std::vector<workspace::Tile>() : workspace.tiles(run_->id, 0, head, level, first, count);
    };
    return load_tiles(read, cache, {*run_, 0, head, geometry_, raster});
  }

 private slots:
  void initTestCase() {
    file_ = read_workspace("weights");
    run_ = workspace::Workspace::open(file_).runs().front();
    geometry_ = *geometry_of(run_->config);
  }

  // Far out, the zoomed maps give what the segments' own do, for those levels that are not thinner than a pixel.
  void zoomed_maps_look_like_the_segments_own() {
    const auto workspace = workspace::Workspace::open(file_);
    const std::atomic<bool> never = false;
    for (const int head : {workspace::mean_of_heads, 2}) {
      const pattern::Raster raster{0, 0, 16, 64, 64};
      auto wish = request(raster, head);
      TileCache cache;
      wish.tiles = load_tiles(workspace, cache, {*run_, 0, head, geometry_, raster});
      QVERIFY(std::any_of(wish.tiles->levels.begin(), wish.tiles->levels.end(), [](const auto& level) { return level.zoom > 0; }));
      const auto zoomed = weight_layer(wish, false, never);
      wish.tiles = plain_tiles(raster, head);
      const auto plain = weight_layer(wish, false, never);
      for (std::size_t i = 0; i < plain.weights.size(); ++i) {
        // Each zoom is rounded anew, to 3 in 100.
        const double allowed = 0.1 * double(plain.weights[i]) + 1e-9;
        QVERIFY2(std::abs(double(zoomed.weights[i]) - double(plain.weights[i])) <= allowed,
                 qPrintable(QStringLiteral("%1: %2 %3").arg(i).arg(zoomed.weights[i]).arg(plain.weights[i])));
      }
    }
  }

  void single_weights_fill_their_pixels() {
    explore::ExactReader reader(file_, run_->id);
    core::Job job;
    auto exact = std::make_shared<const explore::ExactWeights>(reader.weights({1000, 20, 990, 30}, job));
    const std::atomic<bool> never = false;
    const pattern::Raster raster{1001, 991, 0.25, 100, 60};  // 4 pixels a token
    for (const int head : {workspace::mean_of_heads, workspace::strongest_head, 1})
      for (const bool hides : {false, true}) {
        auto wish = request(raster, head);
        wish.exact = exact;
        wish.layer = 1;
        if (hides) wish.hidden = {true};
        const auto got = weight_layer(wish, true, never);
        QVERIFY(got.exact);
        for (int y = 0; y < raster.height; ++y)
          for (int x = 0; x < raster.width; ++x) {
            double heads[4] = {0, 0, 0, 0};
            const auto [begin, end] = exact->of_pair(1, 1001 + y / 4, 991 + x / 4);
            for (const auto* w = begin; w != end; ++w)
              if (!hides || w->level > 0) heads[w->head] += double(w->weight);
            double expected = head >= 0 ? heads[head] : *std::max_element(heads, heads + 4);
            if (head == workspace::mean_of_heads) expected = (heads[0] + heads[1] + heads[2] + heads[3]) / 4;
            QVERIFY(std::abs(double(got.weights[std::size_t(y * raster.width + x)]) - expected) < 1e-6);
          }
      }
  }

  // Single weights, pooled by hand, are what the maps say.
  void pooled_maps_are_means_of_single_weights() {
    explore::ExactReader reader(file_, run_->id);
    core::Job job;
    const auto exact = reader.weights({1024, 32, 1024, 32}, job);
    const auto workspace = workspace::Workspace::open(file_);
    TileCache cache;
    const pattern::Raster raster{1024, 1024, 1, 32, 32};
    auto wish = request(raster);
    wish.tiles = load_tiles(workspace, cache, {*run_, 0, workspace::mean_of_heads, geometry_, raster});
    const std::atomic<bool> never = false;
    const auto pooled = weight_layer(wish, false, never);
    double single = 0, from_maps = 0;
    for (const auto& w : exact.layers[0]) single += double(w.weight) / exact.heads;
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x <= y; ++x) from_maps += double(pooled.weights[std::size_t(y * 32 + x)]);
    QVERIFY2(std::abs(single / from_maps - 1) < 0.15, qPrintable(QStringLiteral("%1 %2").arg(single).arg(from_maps)));
  }

  void rows_are_shares_of_their_largest() {
    std::vector<float> weights = {1, 2, 4, 0, 0, 0, 3, 1, 0};
    normalise_rows(weights, 3);
    QCOMPARE(weights, (std::vector<float>{0.25F, 0.5F, 1, 0, 0, 0, 1, 1.0F / 3, 0}));
  }

  // Every pair of a band is out of reach through any number of layers.
  void blind_bands_cannot_be_passed() {
    Geometry geometry;
    geometry.layers = 1;
    geometry.heads = 2;
    geometry.pattern = {{{8, 1}, {16, 4}, {64, 16}}, pattern::OffsetRule::modulo, false, true};
    const std::int64_t n = 64;
    const auto bands = blind_bands(geometry, n, {0, 0, 0.1, 640, 640});
    QVERIFY(!bands.empty());
    // The positions that a query can know of.
    const auto known = [&](std::int64_t query) {
      std::vector<bool> seen(std::size_t(n), false);
      std::queue<std::int64_t> open;
      open.push(query);
      seen[std::size_t(query)] = true;
      for (; !open.empty(); open.pop())
        for (std::int64_t key = 0; key < n; ++key)
          for (int level = 0; level < 3 && !seen[std::size_t(key)]; ++level)
            for (int head = 0; head < 2; ++head)
              if (pattern::sees(geometry.pattern, level, head, 2, open.front(), key) && !seen[std::size_t(key)]) {
                seen[std::size_t(key)] = true;
                open.push(key);
              }
      return seen;
    };
    for (const BlindBand& band : bands)
      for (std::int64_t q = band.query; q < band.query + band.queries; ++q) {
        const auto seen = known(q);
        for (std::int64_t k = band.key; k < band.key + band.keys; ++k) QVERIFY(!seen[std::size_t(k)]);
      }
    geometry.pattern.staggered = true;
    QVERIFY(blind_bands(geometry, n, {0, 0, 0.1, 640, 640}).empty());
  }

  void the_cache_keeps_what_was_used_last() {
    TileCache cache(64 << 10);
    int loads = 0;
    const auto get = [&](std::int64_t block) {
      return cache.get({1, 1, 0, -1, 0, 0, block}, [&] {
        ++loads;
        workspace::Tile tile{0, -1, 0, block, 1, 32, std::vector<float>(1024, float(block)), 0};
        return std::vector<workspace::Tile>{tile};
      });
    };
    for (int i = 0; i < 10; ++i) get(i);
    QCOMPARE(loads, 10);
    get(0);
    QCOMPARE(loads, 10);
    for (int i = 10; i < 24; ++i) get(i);  // now the first ones go, but not the one that was used
    QVERIFY(cache.bytes() <= 64 << 10);
    loads = 0;
    QCOMPARE((*get(23))[0].weights[0], 23.0F);
    QCOMPARE(loads, 0);
    get(1);
    QCOMPARE(loads, 1);
  }

  // What was fetched ahead makes the next zoom free of reading, within the bound.
  void tiles_ahead_are_there_for_the_next_zoom() {
    const workspace::Workspace workspace = workspace::Workspace::open(file_);
    const workspace::Run run = workspace.runs().front();
    const Geometry geometry = *geometry_of(run.config);
    TileCache cache(8 << 20);
    int reads = 0;
    const TileReader read = [&](int level, int zoom, std::int64_t first, std::int64_t count) {
      ++reads;
      return workspace.tiles(run.id, 0, workspace::mean_of_heads, level, first, count, zoom);
    };
    const QSizeF plot(300, 300);
    const auto fetch = [&](const MatrixView& view) {
      load_tiles(read, cache, {run, 0, workspace::mean_of_heads, geometry, {view.query, view.key, view.step, 300, 300}});
    };
    MatrixView before = whole_matrix(run.tokens, plot), now = zoomed(before, QPointF(120, 130), 1.2, run.tokens, plot);
    fetch(before);
    fetch(now);
    const MatrixView next = continued(before, now, double(workspace::segments_a_zoom), run.tokens, plot);
    QVERIFY(next.step < now.step);
    fetch(next);
    reads = 0;
    fetch(zoomed(now, QPointF(120, 130), double(workspace::segments_a_zoom), run.tokens, plot));
    QCOMPARE(reads, 0);
    QVERIFY(cache.bytes() <= 8 << 20);
    // However long it goes on.
    TileCache small(2 << 20);
    for (int i = 0; i < 200; ++i) {
      load_tiles(read, small, {run, 0, workspace::mean_of_heads, geometry, {now.query, now.key, now.step, 300, 300}});
      now = zoomed(now, QPointF(i * 7 % 300, i * 13 % 300), i % 40 < 20 ? 1.4 : 1 / 1.4, run.tokens, plot);
      QVERIFY(small.bytes() <= 2 << 20);
    }
  }

  void a_movement_goes_on() {
    const QSizeF plot(800, 500);
    const std::int64_t n = 1'000'000;
    const MatrixView start = view_of_range(400'000, 20'000, n, plot);
    MatrixView dragged = start;
    dragged.key += 700;
    dragged.query -= 300;
    const MatrixView further = continued(start, dragged, 4, n, plot);
    QVERIFY(std::abs(further.key - (start.key + 1400)) < 1e-6 && std::abs(further.query - (start.query - 600)) < 1e-6);
    QCOMPARE(further.step, start.step);
    for (const double factor : {1.3, 1 / 1.3}) {
      const QPointF about(200, 350);
      const MatrixView zooming = zoomed(start, about, factor, n, plot), next = continued(start, zooming, 4, n, plot);
      QVERIFY(std::abs(next.step - zooming.step / (factor > 1 ? 4 : 0.25)) < 1e-9);
      QVERIFY(std::abs(next.keys().position(200) - start.keys().position(200)) < 1e-3);  // the point stays
      QVERIFY(std::abs(next.queries().position(350) - start.queries().position(350)) < 1e-3);
    }
  }

  void places_of_bookmarks_fit() {
    const QSizeF plot(800, 500);
    const auto shows = [&](const workspace::MatrixPlace& place) {
      const MatrixView view = view_of_place(place, 100'000, plot);
      return view.key <= double(place.key) && view.keys().position(800) >= double(place.key + place.keys) &&
             view.query <= double(place.query) && view.queries().position(500) >= double(place.query + place.queries);
    };
    QVERIFY(shows({90'000, 100, 20'000, 100}));
    QVERIFY(shows({50, 3000, 0, 10}));
    QVERIFY(shows({99'999, 1, 0, 1}));
    QVERIFY(view_of_place({50'000, 1, 40'000, 1}, 100'000, plot).step < 1);
  }

  void boxes_and_ranges_fit() {
    const QSizeF plot(800, 500);
    const auto view = view_of_range(1000, 100, 100'000, plot);
    QVERIFY(view.key <= 1000 && view.keys().position(800) >= 1100 && view.query <= 1000 && view.queries().position(500) >= 1100);
    const auto closer = view_of_box(view, QRectF(100, 100, 80, 50), 100'000, plot);
    QVERIFY(std::abs(closer.step - view.step / 10) < 1e-9);
    QVERIFY(std::abs(closer.key - view.keys().position(100)) < 1e-6 && std::abs(closer.query - view.queries().position(100)) < 1e-6);
  }
};

}  // namespace corpuscope::ui

int main(int argc, char** argv) { return corpuscope::ui::run_tests<corpuscope::ui::CanvasWeights>(argc, argv); }
#include "test_canvas_weights.moc"
