#pragma once
// How far the first place reaches: which share of the later tokens can know of it by so many hops, and which never.

#include "ui/elided_label.h"
#include "ui/paths_found.h"

namespace corpuscope::ui {

class Session;

class PathsReach : public ElidedLabel {
  Q_OBJECT

 public:
  explicit PathsReach(Session& session, QWidget* parent = nullptr);

  void set_found(const PathsFound& found);

 private:
  Session& session_;
};

}  // namespace corpuscope::ui
