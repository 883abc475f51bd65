#include "ui/paths_export.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace corpuscope::ui {
namespace {

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

Painting painting_of(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  return {all_of(ladders, each), font, ladders.empty() ? QString() : ladders.front().title,
          [&ladders, each, font](QPainter& painter) { paint_all(painter, ladders, each, font); }};
}

}  // namespace

QImage ladders_image(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  return painted_image(painting_of(ladders, each, font));
}

void save_ladders(const QString& file, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  const Painting painting = painting_of(ladders, each, font);
  save_bytes(file, file_ending(file) == u"svg" ? painted_svg(painting) : painted_png(painting));
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
