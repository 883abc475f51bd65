#pragma once
// The attention canvas with its controls, alone or two side by side; and what lies under the mouse.

#include <QWidget>
#include <memory>

namespace corpuscope::ui {

class AttentionPane;
class Session;

class AttentionView : public QWidget {
  Q_OBJECT

 public:
  explicit AttentionView(Session& session, QWidget* parent = nullptr);
  ~AttentionView() override;

  AttentionPane& pane(int number);  // 0, 1: the second is hidden unless comparing
  bool is_comparing() const;
  bool is_idle() const;  // the canvases show what they should, and no single weights are under way
  // Of what the first canvas shows: .png and .svg a picture with axes and legend, .csv and .json the visible weights.
  // Throws core::Error where it cannot be written.
  void export_to(const QString& file);
  // The strongest sources that the run keeps of the queries in sight, as comma-separated values; behind the window.
  void export_edges(const QString& file);

 public slots:
  void set_comparing(bool comparing);
  // Marks a step of a path, which reads `from` at `to`; layer -1: whichever is shown. from -1: none.
  void show_step(qint64 from, qint64 to, int layer);

 signals:
  void layer_changed(int layer);
  void path_wanted(qint64 from, qint64 to);  // between the tokens that the mouse points at

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
