#include "ui/sequence_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QSvgGenerator>

#include "core/error.h"
#include "ui/names.h"

namespace corpuscope::ui {
namespace {

QString ending(const QString& file) { return QFileInfo(file).suffix().toLower(); }

[[noreturn]] void refuse_ending(const QString& file, const char* endings) {
  throw core::Error(("What " + file + " shall be cannot be told from its name.").toStdString(),
                    std::string("End the name with ") + endings + ".");
}

void write(const QString& file, const QByteArray& bytes) {
  QSaveFile out(file);
  if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit()) return;
  throw core::Error((file + " could not be written: " + out.errorString() + ".").toStdString(),
                    "Choose another place, or free some space there.");
}

// The part of the sequence that a bin stands for: as Workspace cuts them.
std::pair<std::int64_t, std::int64_t> part_of(const Track& track, std::size_t bin) {
  const auto bins = std::int64_t(track.bins.size());
  const auto border = [&](std::int64_t i) { return track.first + track.count / bins * i + track.count % bins * i / bins; };
  return {border(std::int64_t(bin)), border(std::int64_t(bin) + 1)};
}

const TrackChoice* choice_of(const TrackRow& row, const std::vector<TrackChoice>& choices) {
  for (const TrackChoice& choice : choices)
    if (choice.row.name == row.name && choice.row.range == row.range) return &choice;
  return nullptr;
}

}  // namespace

QImage picture_image(const QSizeF& size, const QFont& font, const SequencePicture& picture, double sharpness) {
  QImage image((size * sharpness).toSize(), QImage::Format_RGB32);
  image.setDevicePixelRatio(sharpness);
  QPainter painter(&image);
  painter.setFont(font);
  paint_sequence(painter, size, picture);
  return image;
}

void export_picture(const QString& file, const QSizeF& size, const QFont& font, const SequencePicture& picture,
                    double sharpness) {
  QBuffer buffer;
  if (ending(file) == u"png") {
    buffer.open(QIODevice::WriteOnly);
    picture_image(size, font, picture, sharpness).save(&buffer, "PNG");
  } else if (ending(file) == u"svg") {
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(size.toSize());
    svg.setViewBox(QRectF(QPointF(), size));
    svg.setTitle(QCoreApplication::translate("Sequence", "The sequence"));
    QPainter painter(&svg);
    painter.setFont(font);
    paint_sequence(painter, size, picture);
  } else {
    refuse_ending(file, ".png or .svg");
  }
  write(file, buffer.data());
}

QByteArray values_csv(const SequencePicture& picture, const std::vector<TrackChoice>& choices) {
  QByteArray out = "track,first_token,tokens,minimum,mean,maximum\r\n";
  for (const TrackRow& row : picture.tracks) {
    const TrackChoice* choice = choice_of(row, choices);
    if (!choice) continue;
    for (std::size_t i = 0; i < row.values.bins.size(); ++i) {
      const auto [first, end] = part_of(row.values, i);
      const workspace::Bin& bin = row.values.bins[i];
      out += choice->row.key.toUtf8() + ',' + QByteArray::number(qlonglong(first)) + ',' +
             QByteArray::number(qlonglong(end - first));
      for (const float value : {bin.minimum, bin.mean, bin.maximum}) out += ',' + QByteArray::number(double(value), 'g', 7);
      out += "\r\n";
    }
  }
  return out;
}

QByteArray values_json(const SequencePicture& picture, const std::vector<TrackChoice>& choices) {
  QJsonArray tracks, bookmarks, blind, hits;
  for (const TrackRow& row : picture.tracks) {
    const TrackChoice* choice = choice_of(row, choices);
    if (!choice) continue;
    QJsonArray parts;
    for (std::size_t i = 0; i < row.values.bins.size(); ++i) {
      const auto [first, end] = part_of(row.values, i);
      const workspace::Bin& bin = row.values.bins[i];
      parts.append(QJsonArray{qint64(first), qint64(end - first), double(bin.minimum), double(bin.mean), double(bin.maximum)});
    }
    tracks.append(QJsonObject{{"track", choice->row.key},
                              {"unit", choice->unit},
                              {"columns", QJsonArray{"first_token", "tokens", "minimum", "mean", "maximum"}},
                              {"parts", parts}});
  }
  for (const auto& bookmark : picture.bookmarks)
    bookmarks.append(QJsonObject{{"first_token", qint64(bookmark.first)},
                                 {"tokens", qint64(bookmark.count)},
                                 {"name", to_text(bookmark.name)}});
  for (const auto& [first, end] : picture.blind.spans) blind.append(QJsonArray{qint64(first), qint64(end - first)});
  for (const std::int64_t mark : picture.marks) hits.append(qint64(mark));
  const QJsonObject all{{"tokens", qint64(picture.length)}, {"cursor", qint64(picture.cursor)}, {"tracks", tracks},
                        {"hits", hits},                     {"bookmarks", bookmarks},           {"blind_spots", blind}};
  return QJsonDocument(all).toJson();
}

void export_values(const QString& file, const SequencePicture& picture, const std::vector<TrackChoice>& choices) {
  if (ending(file) == u"csv") return write(file, values_csv(picture, choices));
  if (ending(file) == u"json") return write(file, values_json(picture, choices));
  refuse_ending(file, ".csv or .json");
}

}  // namespace corpuscope::ui
