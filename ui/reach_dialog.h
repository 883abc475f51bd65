#pragma once
// How far back the model uses its context: in a few words, and as a plot of what each distance saves.

#include <QDialog>
#include <QString>

#include "workspace/measured.h"

namespace corpuscope::ui {

class Session;

QString reach_text(const workspace::ContextReach& reach);   // "uses about 1,800 tokens back"
QString reach_words(const workspace::ContextReach& reach);  // what that means, and how sure it is

// One dialog a window; it follows the run that is looked at.
void show_reach_dialog(Session& session, QWidget* window);

}  // namespace corpuscope::ui
