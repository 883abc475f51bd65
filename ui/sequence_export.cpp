#include "ui/sequence_export.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "ui/names.h"
#include "ui/picture_file.h"

namespace corpuscope::ui {
namespace {

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

Painting painting_of(const QSizeF& size, const QFont& font, const SequencePicture& picture) {
  return {size, font, QCoreApplication::translate("Sequence", "The sequence"),
          [&picture, size](QPainter& painter) { paint_sequence(painter, size, picture); }};
}

}  // namespace

QImage picture_image(const QSizeF& size, const QFont& font, const SequencePicture& picture, double sharpness) {
  return painted_image(painting_of(size, font, picture), sharpness);
}

void export_picture(const QString& file, const QSizeF& size, const QFont& font, const SequencePicture& picture,
                    double sharpness) {
  save_picture(file, painting_of(size, font, picture), sharpness);
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
  if (file_ending(file) == u"csv") return save_bytes(file, values_csv(picture, choices));
  if (file_ending(file) == u"json") return save_bytes(file, values_json(picture, choices));
  refuse_ending(file, ".csv or .json");
}

}  // namespace corpuscope::ui
