#pragma once
// Between the engine's strings and paths and Qt's.

#include <QFile>
#include <QString>
#include <filesystem>
#include <string>
#include <string_view>

namespace corpuscope::ui {

inline QString to_text(std::string_view utf8) { return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())); }
inline QString path_text(const std::filesystem::path& path) { return QFile::decodeName(path.c_str()); }
inline std::filesystem::path to_path(const QString& text) { return {QFile::encodeName(text).toStdString()}; }

// The object names of parts of which there are several: the first has the plain one, the second "name_2".
inline QString numbered(const char* name, int index) {
  return index == 0 ? QLatin1String(name) : QStringLiteral("%1_%2").arg(QLatin1String(name)).arg(index + 1);
}

}  // namespace corpuscope::ui
