#pragma once
// The parts of a menu that are about bookmarks: going to them, other names, away with them. The same in every view.

#include <QString>
#include <functional>

#include "workspace/bookmarks.h"

class QMenu;
class QWidget;

namespace corpuscope::ui {

class Session;

// `prefix` begins the object names; dialogs belong to `parent`. `go` without a value: to the cursor.
void add_bookmark_lists(QMenu& menu, Session& session, const QString& prefix, QWidget* parent,
                        const std::function<void(const workspace::Bookmark&)>& go = {});

// Asks for the name, then adds it. Nothing is added where the person gives up.
void add_named_bookmark(Session& session, QWidget* parent, const workspace::Bookmark& bookmark);

}  // namespace corpuscope::ui
