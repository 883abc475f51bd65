#include "ui/external.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QProcess>
#include <QUrl>

namespace corpuscope::ui {

QStringList editor_command(const QString& editor, const QString& file, qint64 line) {
  QStringList command = QProcess::splitCommand(editor);
  if (command.isEmpty()) return {};
  const QString name = QFileInfo(command.front()).fileName();
  if (name == u"code" || name == u"codium" || name == u"subl" || name == u"zed") {
    if (name.startsWith(u"cod")) command << QStringLiteral("--goto");
    command << QStringLiteral("%1:%2").arg(file).arg(line);
  } else if (name == u"kate" || name == u"kwrite") {
    command << QStringLiteral("--line") << QString::number(line) << file;
  } else {
    command << QStringLiteral("+%1").arg(line) << file;
  }
  return command;
}

namespace {

bool open_in_editor(const QString& file, qint64 line) {
  QStringList command = editor_command(qEnvironmentVariable("VISUAL"), file, line);
  if (!command.isEmpty()) {
    const QString program = command.takeFirst();
    if (QProcess::startDetached(program, command)) return true;
  }
  return QDesktopServices::openUrl(QUrl::fromLocalFile(file));
}

}  // namespace

External real_external() {
  const auto folder = [](QWidget* parent) {
    return QFileDialog::getExistingDirectory(parent, QFileDialog::tr("Open a folder"), QDir::homePath());
  };
  const auto workspace = [](QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QFileDialog::tr("Open a file or workspace"), QDir::homePath(),
                                        QFileDialog::tr("Workspaces (*.corpuscope);;All files (*)"));
  };
  const auto write = [](QWidget* parent, const QString& suggested, const QString& kinds) {
    return QFileDialog::getSaveFileName(parent, QFileDialog::tr("Export"), QDir::home().filePath(suggested), kinds);
  };
  const auto model = [](QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QFileDialog::tr("Import a model"), QDir::homePath(), QFileDialog::tr("GGUF files (*.gguf)"));
  };
  return {folder, workspace, open_in_editor, write, model};
}

}  // namespace corpuscope::ui
