#include "ui/reader_places.h"

#include <map>

#include "ui/bookmark_menu.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {

ReaderPlaces::ReaderPlaces(Session& session, QWidget* parent) : QMenu(tr("Places"), parent), session_(session) {
  setObjectName(QStringLiteral("reader_places"));
  connect(this, &QMenu::aboutToShow, this, [this] {
    fill();
    ask_texts();
  });
}

void ReaderPlaces::fill() {
  clear();
  const Selection& selection = session_.selection();
  const auto& history = selection.history();
  for (qsizetype step = history.size() - 1; step >= std::max<qsizetype>(history.size() - most, 0); --step) {
    const auto* document = session_.document_at(history[step].first);
    const QString name = document ? to_text(document->name) : QString();
    QAction* action = addAction(tr("%1, token %2").arg(name, grouped(history[step].first)).replace(u'&', "&&"));
    action->setCheckable(true);
    action->setChecked(step == selection.step());
    action->setData(history[step].first);
    connect(action, &QAction::triggered, &session_.selection(), [this, step] { session_.selection().go_to_step(step); });
  }
  if (isEmpty()) addAction(tr("nowhere yet"))->setEnabled(false);
  addSection(tr("Bookmarks"));
  auto* add = addAction(tr("Bookmark the cursor's place…"), this, [this] {
    add_named_bookmark(session_, parentWidget(), {session_.selection().cursor(), session_.selection().count(), {}, "reader"});
  });
  add->setObjectName(QStringLiteral("reader_bookmark"));
  add->setEnabled(selection.cursor() >= 0);
  add_bookmark_lists(*this, session_, QStringLiteral("reader"), parentWidget());
}

// A moment later, and only for the menu as it is then.
void ReaderPlaces::ask_texts() {
  std::vector<qint64> tokens;
  for (const QAction* action : actions())
    if (action->data().isValid()) tokens.push_back(action->data().toLongLong());
  session_.ask(QStringLiteral("reader places"), [this, tokens](const workspace::Workspace&, explore::Passages& passages) {
    std::map<qint64, QString> texts;
    for (const qint64 token : tokens) {
      const auto place = passages.place(token);
      texts[token] = QStringLiteral("%1   %2:%3")
                         .arg(to_text(passages.snippet(token, 4, 8)), to_text(place.name))
                         .arg(place.line);
    }
    return [this, texts] {
      for (QAction* action : actions())
        if (const auto found = texts.find(action->data().toLongLong()); action->data().isValid() && found != texts.end())
          action->setText(QString(found->second).replace(u'&', "&&"));
    };
  });
}

}  // namespace corpuscope::ui
