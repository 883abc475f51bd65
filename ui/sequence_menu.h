#pragma once
// The menu of the sequence bar: which tracks are shown, where it looks, bookmarks, copy and export.

class QMenu;

namespace corpuscope::ui {

class SequenceBar;
class SequenceContent;
class Session;

// Fills an empty menu anew: what there is to choose changes with the run and the bookmarks.
void fill_sequence_menu(QMenu& menu, SequenceBar& bar, SequenceContent& content, Session& session);

}  // namespace corpuscope::ui
