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

}  // namespace corpuscope::ui
