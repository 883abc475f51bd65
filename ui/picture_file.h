#pragma once
// Files that leave the window: written whole or not at all; pictures of any painting as PNG or SVG.

#include <QByteArray>
#include <QImage>
#include <QPainter>
#include <QString>
#include <functional>

namespace corpuscope::ui {

constexpr double picture_sharpness = 2;  // pixels a unit

void save_bytes(const QString& file, const QByteArray& bytes);  // throws core::Error

QString file_ending(const QString& file);  // without the dot, in small letters
// Throws core::Error; `endings`: ".png or .svg".
[[noreturn]] void refuse_ending(const QString& file, const char* endings);

struct Painting {
  QSizeF size;
  QFont font;
  QString title;  // of an SVG
  std::function<void(QPainter&)> paint;
};

QImage painted_image(const Painting& painting, double sharpness = picture_sharpness);
QByteArray painted_png(const Painting& painting, double sharpness = picture_sharpness);
QByteArray painted_svg(const Painting& painting);

// By the file's ending, .png or .svg. Throws core::Error where it is another or the file cannot be written.
void save_picture(const QString& file, const Painting& painting, double sharpness = picture_sharpness);

}  // namespace corpuscope::ui
