#include "ui/paths_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QSaveFile>
#include <QSvgGenerator>

#include "core/error.h"
#include "explore/path_json.h"

namespace corpuscope::ui {
namespace {

constexpr double sharpness = 2;

QSize all_of(const std::vector<LadderPicture>& ladders, const QSize& each) {
  return {each.width() * int(ladders.size()), each.height()};
}

void paint_all(QPainter& painter, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  for (std::size_t i = 0; i < ladders.size(); ++i) {
    painter.save();
    painter.translate(int(i) * each.width(), 0);
    painter.setFont(font);
    paint_ladder(painter, each, ladders[i]);
    painter.restore();
  }
}

}  // namespace

QImage ladders_image(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  QImage image(all_of(ladders, each) * sharpness, QImage::Format_RGB32);
  image.setDevicePixelRatio(sharpness);
  QPainter painter(&image);
  paint_all(painter, ladders, each, font);
  return image;
}

void save_bytes(const QString& file, const QByteArray& bytes) {
  QSaveFile out(file);
  if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit()) return;
  throw core::Error(
      QCoreApplication::translate("paths", "%1 cannot be written: %2.").arg(file, out.errorString()).toStdString(),
      QCoreApplication::translate("paths", "Choose another place, or free some space.").toStdString());
}

void save_ladders(const QString& file, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(all_of(ladders, each));
    generator.setViewBox(QRect({0, 0}, all_of(ladders, each)));
    generator.setTitle(ladders.empty() ? QString() : ladders.front().title);
    QPainter painter(&generator);
    paint_all(painter, ladders, each, font);
  } else {
    ladders_image(ladders, each, font).save(&buffer, "PNG");
  }
  save_bytes(file, bytes);
}

QByteArray paths_json(const PathsFound& found, explore::Passages& passages) {
  explore::PathsAnswer answer;
  answer.pattern = found.pattern;
  answer.heads = found.geometry.heads;
  answer.length = found.length;
  answer.first = found.first;
  answer.count = found.count;
  answer.target = found.target;
  answer.structural = found.structural;
  answer.why = found.blind;
  answer.why_text = found.why.toStdString();
  for (const Opened& opened : found.opened) answer.cures.push_back({opened.pattern, int(opened.path.size())});
  answer.asked_run = found.run > 0;
  answer.strongest = found.strongest;
  answer.exact = found.exact;
  answer.cost = found.cost;
  return QByteArray::fromStdString(explore::paths_json_text(answer, &passages));
}

}  // namespace corpuscope::ui
