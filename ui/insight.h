#pragma once
// The cursor's token as the model saw it, computed again on a thread of its own: what was expected there, every weight
// with which it looked back, and with which the tokens behind it look at it (see explore/token_view.h). What takes a
// moment is done at once; what takes longer is offered with its cost, and may be stopped. The views that show it read
// from here.

#include <QObject>
#include <memory>
#include <optional>

#include "core/job.h"
#include "explore/token_view.h"

namespace corpuscope::ui {

class Session;

class Insight : public QObject {
  Q_OBJECT

 public:
  enum class State {
    nothing,    // no cursor, or its token has not been read by the run
    preparing,  // what it costs is being found out
    offered,    // it costs more than a moment: cost()
    running,    // progress()
    ready,      // view()
    failed,     // error()
  };

  explicit Insight(Session& session);
  ~Insight() override;  // cancels and waits

  State state() const;
  std::shared_ptr<const explore::TokenView> view() const;  // of the cursor's token; null unless ready
  const explore::RereadCost& cost() const;
  const core::Progress& progress() const;
  std::pair<QString, QString> error() const;  // what, and what helps
  bool is_busy() const;                       // preparing or running

  static constexpr qint64 ahead = 2048;      // so many tokens behind it are asked whether they look at it
  static constexpr double moment = 1.5;      // seconds

 public slots:
  void compute();  // what was offered
  void stop();

 signals:
  void changed();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
