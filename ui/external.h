#pragma once
// What the window asks of the world outside: folders and files chosen by a person, files opened in an editor.
// Tests put their own answers here.

#include <QString>
#include <QStringList>
#include <functional>

class QWidget;

namespace corpuscope::ui {

struct External {
  std::function<QString(QWidget*)> choose_folder;     // empty: cancelled
  std::function<QString(QWidget*)> choose_workspace;
  std::function<bool(const QString& file, qint64 line)> open_in_editor;  // false: no editor was found
  // Where to write; `kinds` is a filter as QFileDialog takes it. Empty: cancelled.
  std::function<QString(QWidget*, const QString& suggested, const QString& kinds)> choose_export = {};
  std::function<QString(QWidget*)> choose_model = {};  // a GGUF file
};

External real_external();

// The command that $VISUAL, given as `editor`, asks for: program first.
QStringList editor_command(const QString& editor, const QString& file, qint64 line);

}  // namespace corpuscope::ui
