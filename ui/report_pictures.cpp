#include "ui/report_pictures.h"

#include "ui/sequence_tracks.h"

#include <algorithm>
#include <cmath>

namespace corpuscope::ui {
namespace {

constexpr double sharpness = 1.5;  // device pixels for one of CSS
constexpr int sequence_width = 1200;

QFont report_font() {
  QFont font;
  font.setPixelSize(13);
  return font;
}

QImage blank(const QSizeF& size) {
  QImage image((size * sharpness).toSize(), QImage::Format_RGB32);
  image.setDevicePixelRatio(sharpness);
  return image;
}

}  // namespace

QImage sequence_image(const ReportSource& source, bool dark) {
  const QFont font = report_font();
  SequencePicture picture;
  picture.dark = dark;
  picture.length = source.length;
  picture.documents = source.documents;
  if (source.geometry) picture.pattern = source.geometry->pattern;
  const SequenceRows rows{source.run && source.run->done > 0 ? 2 : 0};
  const QSizeF size(sequence_width, std::ceil(sequence_height(font, rows)));
  const double width = sequence_layout(size, font, rows).plot.width();
  picture.scale = fitted(0, double(source.length), width);
  if (source.run && source.run->done > 0) {
    const auto& run = *source.run;
    picture.done = run.done;
    const int bins = int(std::min(double(run.done), std::ceil(width * sharpness)));
    for (const TrackChoice& choice : track_choices(run, dark)) {
      if (choice.row.key != surprise_key && choice.row.key != received_key(0)) continue;
      picture.tracks.push_back(choice.row);
      picture.tracks.back().values = {0, run.done, choice.values(source.workspace, 0, run.done, bins)};
      if (choice.fit) choice.fit(picture.tracks.back());
    }
  }
  QImage image = blank(size);
  QPainter painter(&image);
  painter.setFont(font);
  paint_sequence(painter, size, picture);
  return image;
}

QImage attention_image(const ReportSource& source, const CanvasWish& wish, bool dark) {
  const QFont font = report_font();
  const QSizeF plot = attention_plot(wish.size, font).size();
  AttentionPicture picture;
  picture.dark = dark;
  picture.length = source.length;
  picture.geometry = source.geometry;
  picture.documents = source.documents;
  picture.view = whole_matrix(source.length, plot);
  if (wish.count > 0) {
    const double step = double(wish.count) / std::min(plot.width(), plot.height());
    const double middle = double(wish.first) + double(wish.count) / 2;
    picture.view = {middle - plot.height() * step / 2, middle - plot.width() * step / 2, step};
    picture.view = kept_inside(picture.view, source.length, plot);
  }
  FrameRequest request;
  request.geometry = *source.geometry;
  request.length = source.length;
  request.dark = dark;
  request.raster = {picture.view.query, picture.view.key, picture.view.step / sharpness,
                    int(std::ceil(plot.width() * sharpness)), int(std::ceil(plot.height() * sharpness))};
  TileCache cache;
  if (wish.layer >= 0 && source.run)
    request.tiles = load_tiles(source.workspace, cache,
                               {*source.run, wish.layer, workspace::mean_of_heads, *source.geometry, request.raster});
  picture.frame = render_frame(request, std::atomic<bool>(false));
  QImage image = blank(wish.size);
  QPainter painter(&image);
  painter.setFont(font);
  paint_attention(painter, wish.size, picture);
  return image;
}

}  // namespace corpuscope::ui
