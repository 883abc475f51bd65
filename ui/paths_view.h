#pragma once
// How could a token know of an earlier one? By the fewest hops that the pattern allows, and beside it by the strongest
// path that the model really used; or why there is none, and what would open one.

#include <QWidget>
#include <functional>
#include <memory>

namespace corpuscope::ui {

class Session;

class PathsView : public QWidget {
  Q_OBJECT

 public:
  explicit PathsView(Session& session, QWidget* parent = nullptr);
  ~PathsView() override;

  // Asks for these places; tokens' numbers or file:line.
  void find(const QString& from, const QString& to);

  // Where exports go, by default a file that the person chooses. Gets a name to begin with; empty: nowhere.
  using ChooseFile = std::function<QString(QWidget* parent, const QString& suggestion)>;
  void set_choose_file(ChooseFile choose);

 signals:
  void step_shown(qint64 from, qint64 to, int layer);  // see PathsSteps

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
