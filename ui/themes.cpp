#include "ui/themes.h"

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>

#include "ui/colors.h"

namespace corpuscope::ui {

namespace {

bool system_is_dark = false;

QColor mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int x, int y) { return int(x + (y - x) * share); };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QPalette palette_of(bool dark) {
  const Theme& colors = theme(dark);
  const QColor accent = dark ? QColor(0x5b, 0x9b, 0xe6) : QColor(0x1f, 0x68, 0xc0);
  QPalette palette;
  palette.setColor(QPalette::Window, colors.panel);
  palette.setColor(QPalette::WindowText, colors.text);
  palette.setColor(QPalette::Base, colors.ground);
  palette.setColor(QPalette::AlternateBase, mixed(colors.ground, colors.panel, 0.5));
  palette.setColor(QPalette::Text, colors.text);
  palette.setColor(QPalette::PlaceholderText, colors.quiet_text);
  palette.setColor(QPalette::Button, dark ? mixed(colors.panel, colors.text, 0.08) : mixed(colors.panel, Qt::white, 0.4));
  palette.setColor(QPalette::ButtonText, colors.text);
  palette.setColor(QPalette::BrightText, Qt::white);
  palette.setColor(QPalette::ToolTipBase, mixed(colors.ground, colors.panel, 0.5));
  palette.setColor(QPalette::ToolTipText, colors.text);
  palette.setColor(QPalette::Highlight, accent);
  palette.setColor(QPalette::HighlightedText, Qt::white);
  palette.setColor(QPalette::Link, accent);
  palette.setColor(QPalette::LinkVisited, accent);
  palette.setColor(QPalette::Light, mixed(colors.panel, Qt::white, dark ? 0.12 : 0.8));
  palette.setColor(QPalette::Midlight, mixed(colors.panel, Qt::white, dark ? 0.06 : 0.4));
  palette.setColor(QPalette::Mid, mixed(colors.panel, Qt::black, dark ? 0.25 : 0.18));
  palette.setColor(QPalette::Dark, mixed(colors.panel, Qt::black, dark ? 0.45 : 0.3));
  palette.setColor(QPalette::Shadow, mixed(colors.panel, Qt::black, dark ? 0.7 : 0.6));
  const QColor faded = mixed(colors.text, colors.panel, 0.55);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    palette.setColor(QPalette::Disabled, role, faded);
  palette.setColor(QPalette::Disabled, QPalette::Highlight, mixed(accent, colors.panel, 0.6));
  // A list without the focus still shows what is chosen, more quietly and with the text in its own colour.
  palette.setColor(QPalette::Inactive, QPalette::Highlight, mixed(colors.ground, accent, 0.3));
  palette.setColor(QPalette::Inactive, QPalette::HighlightedText, colors.text);
  return palette;
}

}  // namespace

void prepare_themes() { system_is_dark = is_dark(QApplication::palette()); }

QPalette light_palette() { return palette_of(false); }
QPalette dark_palette() { return palette_of(true); }

void apply_theme(ThemeChoice choice) {
  const bool dark = choice == ThemeChoice::dark || (choice == ThemeChoice::system && system_is_dark);
  if (QApplication::style()->name() != QStringLiteral("fusion"))
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setPalette(dark ? dark_palette() : light_palette());
}

QString theme_name(ThemeChoice choice) {
  if (choice == ThemeChoice::light) return QStringLiteral("light");
  return choice == ThemeChoice::dark ? QStringLiteral("dark") : QStringLiteral("system");
}

ThemeChoice theme_choice(const QString& name) {
  for (const auto choice : {ThemeChoice::light, ThemeChoice::dark})
    if (theme_name(choice) == name) return choice;
  return ThemeChoice::system;
}

}  // namespace corpuscope::ui
