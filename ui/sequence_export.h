#pragma once
// The sequence bar out of the window: its picture as PNG or SVG, what its tracks show as CSV or JSON.

#include <QByteArray>

#include "ui/sequence_tracks.h"

namespace corpuscope::ui {

// By the file's ending: png (in `sharpness` pixels a unit) or svg, with the labels and all. Throws core::Error where
// the file cannot be written or has another ending.
void export_picture(const QString& file, const QSizeF& size, const QFont& font, const SequencePicture& picture,
                    double sharpness = 2);
QImage picture_image(const QSizeF& size, const QFont& font, const SequencePicture& picture, double sharpness);

// By the file's ending: csv (a line for each part of each track) or json, which holds marks, bookmarks and blind spots
// too. A part is [first_token, first_token + tokens). Written whole or not at all.
void export_values(const QString& file, const SequencePicture& picture, const std::vector<TrackChoice>& choices);
QByteArray values_csv(const SequencePicture& picture, const std::vector<TrackChoice>& choices);
QByteArray values_json(const SequencePicture& picture, const std::vector<TrackChoice>& choices);

}  // namespace corpuscope::ui
