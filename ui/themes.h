#pragma once
// Light and dark windows: the palettes, and which of them is in use.

#include <QPalette>
#include <QString>

namespace corpuscope::ui {

enum class ThemeChoice { system, light, dark };

// Remembers what the system asked for; to be called once, before any other here.
void prepare_themes();
void apply_theme(ThemeChoice choice);  // to the whole application, at once

QPalette light_palette();
QPalette dark_palette();

QString theme_name(ThemeChoice choice);  // for the settings
ThemeChoice theme_choice(const QString& name);

}  // namespace corpuscope::ui
