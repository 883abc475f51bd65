#pragma once
// What a person has excluded from the corpus: patterns to add, and to take back.

class QDialog;
class QWidget;

namespace corpuscope::ui {

class Session;

// Deletes itself when closed. Every change becomes a job at once.
QDialog* make_exclusions_dialog(Session& session, QWidget* parent);

}  // namespace corpuscope::ui
