#include "ui/paths_export.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QBuffer>
#include <QSvgGenerator>

#include "core/error.h"

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

QJsonObject token_json(std::int64_t token, const PathsFound& found) {
  QJsonObject json{{QStringLiteral("token"), qint64(token)}};
  const auto text = found.texts.find(token);
  if (text == found.texts.end()) return json;
  json[QStringLiteral("place")] = text->second.place;
  json[QStringLiteral("text")] = text->second.token;
  json[QStringLiteral("around")] = text->second.before + text->second.token + text->second.behind;
  return json;
}

QJsonObject path_json(const workspace::FoundPath& path, const PathsFound& found) {
  QJsonArray steps;
  for (const auto& step : path) {
    QJsonObject json{{QStringLiteral("layer"), step.layer},
                     {QStringLiteral("from"), token_json(step.from, found)},
                     {QStringLiteral("to"), token_json(step.to, found)}};
    if (!step.stays()) {
      json[QStringLiteral("level")] = step.level;
      json[QStringLiteral("head")] = step.head;
      if (step.weight > 0) json[QStringLiteral("weight")] = double(step.weight);
    }
    steps.append(json);
  }
  QJsonObject json{{QStringLiteral("hops"), workspace::hops(path)}, {QStringLiteral("steps"), steps}};
  if (const double strength = workspace::strength(path, found.geometry.heads); strength > 0)
    json[QStringLiteral("strength")] = strength;
  return json;
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

QByteArray paths_json(const PathsFound& found) {
  QJsonObject json{{QStringLiteral("from"), token_json(found.first, found)},
                   {QStringLiteral("from_count"), qint64(found.count)},
                   {QStringLiteral("to"), token_json(found.target, found)},
                   {QStringLiteral("exact"), found.exact}};
  if (!found.structural.empty()) json[QStringLiteral("structural")] = path_json(found.structural, found);
  if (!found.why.isEmpty()) json[QStringLiteral("why")] = found.why;
  QJsonArray strongest;
  for (const auto& path : found.strongest) strongest.append(path_json(path, found));
  json[QStringLiteral("strongest")] = strongest;
  return QJsonDocument(json).toJson();
}

}  // namespace corpuscope::ui
