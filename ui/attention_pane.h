#pragma once
// One canvas of the attention view with its own choice of what it shows: the weights of a run, dense attention, or a
// pattern; of which layer and head. It fetches that behind the window, the coarse first.

#include <QWidget>
#include <memory>

#include "ui/attention_canvas.h"
#include "ui/attention_choice.h"
#include "ui/exact_source.h"

namespace corpuscope::ui {

class Session;

class AttentionPane : public QWidget {
  Q_OBJECT

 public:
  // `number` 0, 1: tells the panes' widgets apart by name. The cache and the exact weights are shared by all panes.
  AttentionPane(Session& session, std::shared_ptr<TileCache> cache, ExactSource& exact, int number, QWidget* parent = nullptr);
  ~AttentionPane() override;

  AttentionCanvas& canvas();
  const AttentionCanvas& canvas() const;
  const std::optional<Geometry>& geometry() const;
  const TileSet* tiles() const;                    // of what is shown; null: none
  const explore::ExactWeights* exact() const;      // null: none at hand
  int layer() const;
  int layers() const;
  int head() const;                                // or mean_of_heads, strongest_head
  QString title() const;                           // what is shown, in words
  const std::optional<workspace::Run>& run() const;  // of what is shown
  bool is_read() const;                            // a run is there to show weights of

  void refresh();  // takes over what the session has open
  void add_control(QWidget* widget);  // behind its own
  void keep_room(bool kept);          // for what it may have to say below the canvas
  void choose(const AttentionSource& source);
  void choose_layer(int layer);
  void set_hidden(std::vector<bool> levels);
  void set_pattern_only(bool only);

 signals:
  void layer_changed(int layer);
  void geometry_changed();
  void hovered(const QString& text);  // what lies under the mouse; empty: nothing

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
