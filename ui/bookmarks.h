#pragma once
// The bookmarks of the open workspace, for all views that show or change them.

#include <QObject>
#include <functional>
#include <vector>

#include "workspace/bookmarks.h"

namespace corpuscope::ui {

class Session;

class Bookmarks : public QObject {
  Q_OBJECT

 public:
  explicit Bookmarks(Session& session);

  const std::vector<workspace::Bookmark>& all() const { return all_; }  // by place
  void add(workspace::Bookmark bookmark);  // without a name: under that of its place
  void rename(std::int64_t id, const QString& name);
  void remove(std::int64_t id);
  void suggest(qint64 token, std::function<void(const QString& name)> take);  // a name for a place, from its text

 signals:
  void changed();

 private:
  void look();

  Session& session_;
  std::vector<workspace::Bookmark> all_;
};

}  // namespace corpuscope::ui
