#include "ui/picture_file.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QSaveFile>
#include <QSvgGenerator>

#include "core/error.h"

namespace corpuscope::ui {
namespace {

std::string tr(const char* text, const QString& file, const QString& why = {}) {
  const QString out = QCoreApplication::translate("Files", text);
  return (why.isEmpty() ? out.arg(file) : out.arg(file, why)).toStdString();
}

}  // namespace

void save_bytes(const QString& file, const QByteArray& bytes) {
  QSaveFile out(file);
  if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit()) return;
  throw core::Error(tr("%1 cannot be written: %2.", file, out.errorString()),
                    QCoreApplication::translate("Files", "Choose another place, or free some space there.").toStdString());
}

QString file_ending(const QString& file) { return QFileInfo(file).suffix().toLower(); }

void refuse_ending(const QString& file, const char* endings) {
  throw core::Error(tr("What %1 shall be cannot be told from its name.", file),
                    tr("End the name with %1.", QString::fromLatin1(endings)));
}

QImage painted_image(const Painting& painting, double sharpness) {
  QImage image((painting.size * sharpness).toSize(), QImage::Format_RGB32);
  if (image.isNull())
    throw core::Error(tr("A picture of %1 pixels in height is too large.", QString::number(painting.size.height() * sharpness)),
                      tr("Save it as %1 instead.", QStringLiteral("SVG")));
  image.setDevicePixelRatio(sharpness);
  QPainter painter(&image);
  painter.setFont(painting.font);
  painting.paint(painter);
  return image;
}

QByteArray painted_png(const Painting& painting, double sharpness) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  painted_image(painting, sharpness).save(&buffer, "PNG");
  return buffer.data();
}

QByteArray painted_svg(const Painting& painting) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(painting.size.toSize());
    svg.setViewBox(QRectF(QPointF(), painting.size));
    svg.setTitle(painting.title);
    QPainter painter(&svg);
    painter.setFont(painting.font);
    painting.paint(painter);
  }
  return buffer.data();
}

void save_picture(const QString& file, const Painting& painting, double sharpness) {
  if (file_ending(file) == u"png") return save_bytes(file, painted_png(painting, sharpness));
  if (file_ending(file) == u"svg") return save_bytes(file, painted_svg(painting));
  refuse_ending(file, ".png or .svg");
}

}  // namespace corpuscope::ui
