#pragma once
// What can be done with the corpus, and with what is chosen in its tree.

#include <QString>

class QMenu;

namespace corpuscope::ui {

class CorpusPanel;
class Session;

struct ChosenFile {
  QString path;  // in the corpus; empty: nothing is chosen
  bool is_folder = false;
};

void fill_corpus_menu(QMenu& menu, CorpusPanel& panel, Session& session, const ChosenFile& chosen);

}  // namespace corpuscope::ui
