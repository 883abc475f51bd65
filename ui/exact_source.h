#pragma once
// Single weights for the canvases, computed on a thread of its own. What takes long is not begun unasked: then the asker
// hears what it would cost. The newest wish of an asker replaces an older one.

#include <QObject>
#include <filesystem>
#include <memory>

#include "explore/exact_weights.h"
#include "workspace/workspace.h"

namespace corpuscope::ui {

struct ExactWish {
  std::int64_t run = 0;
  explore::WeightWindow window;
  bool dense = false;         // as dense attention over the tokens before would have it
  bool at_any_price = false;  // however long it takes
};

class ExactSource : public QObject {
  Q_OBJECT

 public:
  explicit ExactSource(QObject* parent = nullptr);
  ~ExactSource() override;  // cancels

  void set_file(const std::filesystem::path& file);  // cancels what was asked about another
  void ask(int asker, const ExactWish& wish);
  void cancel(int asker);
  bool is_idle() const;  // nothing waits, is computed or is still to be delivered

 signals:
  void ready(int asker, std::shared_ptr<const corpuscope::explore::ExactWeights> weights);
  void too_dear(int asker, qint64 tokens, double seconds);
  void progressed(int asker, qint64 done, qint64 total, double seconds_left);
  void cancelled(int asker);
  void failed(int asker, const QString& what, const QString& remedy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

constexpr double free_seconds = 2;  // what is computed unasked takes no longer

}  // namespace corpuscope::ui
