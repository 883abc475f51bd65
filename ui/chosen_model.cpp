#include "ui/chosen_model.h"

#include <QCoreApplication>
#include <QSettings>

#include "core/error.h"
#include "ui/names.h"

namespace corpuscope::ui {
namespace {

QString settings_model() { return QStringLiteral("read/model"); }

}  // namespace

bool is_usual(const explore::ModelInfo& model) { return model.place == "shipped" && model.name == "pocket"; }

void remember_model(const explore::ModelInfo& model) {
  QSettings settings;
  if (is_usual(model))
    settings.remove(settings_model());  // it lies beside the program, wherever that will be next time
  else
    settings.setValue(settings_model(), path_text(std::filesystem::absolute(model.folder)));
}

std::filesystem::path remembered_model() {
  QSettings settings;
  const std::filesystem::path folder = to_path(settings.value(settings_model()).toString());
  std::error_code ignored;
  if (folder.empty() || std::filesystem::exists(folder / "config.json", ignored)) return folder;
  settings.remove(settings_model());
  throw core::Error(QCoreApplication::translate("Models", "The model that was chosen to read is gone: %1.").arg(path_text(folder)).toStdString(),
                    QCoreApplication::translate("Models", "The one that comes along will read; Models in the menu Corpus tells which there are.").toStdString());
}

}  // namespace corpuscope::ui
