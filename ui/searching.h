#pragma once
// Searches of the whole corpus beside the window: places come while one runs, and a newer search ends an older one.

#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "explore/concordance.h"
#include "explore/search.h"
#include "ui/kept_text.h"

namespace corpuscope::ui {

class Session;

using Matches = std::vector<explore::Match>;

struct SearchWish {
  QString text;  // in the grammar of explore/search_query.h; empty: nothing
  bool match_case = false, whole_words = false;
  qint64 before = -1;  // only what stands before this token; -1: everything
};

class Searching : public QObject {
  Q_OBJECT

 public:
  Searching(Session& session, std::shared_ptr<KeptText> kept, QObject* parent = nullptr);
  ~Searching() override;

  void search(const SearchWish& wish);
  void sort(FoundText text, explore::ConcordanceOrder order, Matches matches);  // gives `sorted`

 signals:
  void begun(const corpuscope::ui::FoundText& text);  // forget what was found before
  void found(const corpuscope::ui::Matches& more);
  void ended(const corpuscope::explore::SearchTotals& totals, double milliseconds);
  void wrong(const QString& what, const QString& remedy);  // the grammar was
  void sorted(const corpuscope::ui::Matches& all);

 private:
  class Shared;

  Session& session_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace corpuscope::ui
