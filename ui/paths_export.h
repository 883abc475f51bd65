#pragma once
// The path view's pictures and figures, for outside of the window.

#include <QFont>

#include "ui/paths_found.h"
#include "ui/picture_file.h"

namespace corpuscope::ui {

// Both ladders beside each other, each as large as given, as PNG (at twice the size) or, where the file's name ends on
// .svg, as SVG. Throws core::Error where the file cannot be written.
void save_ladders(const QString& file, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font);
QImage ladders_image(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font);

QByteArray paths_json(const PathsFound& found, explore::Passages& passages);  // as `corpuscope path --json`

}  // namespace corpuscope::ui
