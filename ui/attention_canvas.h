#pragma once
// A zoomable N x N matrix, query down and key across. It is given plain values and shows them; images are made on a
// worker thread, and until the next one arrives the last is stretched to the place.
//
// Wheel: zoom about the mouse. Touchpad: two fingers move, pinching zooms. Drag: move. Shift and drag: zoom into a box.
// Double click: sets the cursor to the query, with Ctrl to the key. Click on a bookmark's flag: goes there. Right button:
// what can be done with the pair. Arrows move, + and - zoom, Home shows all, B bookmarks the view, Backspace goes back to
// where one looked before.

#include <QWidget>
#include <memory>

#include "ui/painting_attention.h"

namespace corpuscope::ui {

class Selection;

class AttentionCanvas : public QWidget {
  Q_OBJECT

 public:
  explicit AttentionCanvas(Selection& selection, QWidget* parent = nullptr);
  ~AttentionCanvas() override;

  void set_documents(std::shared_ptr<const Documents> documents);
  void set_farthest_used(qint64 tokens);  // Session::farthest_used
  void set_geometry(std::optional<Geometry> geometry);  // nothing: `empty_text` is shown
  void set_empty_text(const QString& text);
  void set_far_note(const QString& text);  // while no weights are shown
  void set_tiles(std::shared_ptr<const TileSet> tiles);
  void set_exact(std::shared_ptr<const explore::ExactWeights> exact);
  void set_texts(TokenTexts queries, TokenTexts keys);
  void set_edges(std::vector<workspace::Edge> edges);
  void set_layer(int layer);
  void set_head(int head);
  void set_hidden(std::vector<bool> levels);
  void set_strength(Strength strength);
  void set_values(Values values);
  void set_threshold(double place);
  void set_map(ColorMap map);
  void set_pattern_only(bool only);
  void set_blind_spots(bool shown);
  void set_at_least(std::optional<std::pair<double, double>> range);  // see FrameRequest
  void set_bookmarks(std::vector<workspace::Bookmark> bookmarks);
  void set_step(qint64 query, qint64 key);  // of a path; -1: none
  void set_coarse_after(qint64 milliseconds);  // see FrameMaker
  void set_linked(bool linked);  // whether it moves with the shared view, and moves that; it does at first

  const AttentionPicture& picture() const;  // as it is painted
  FrameRequest request() const;             // of the frame as it should be now
  const MatrixView& view() const;
  QSizeF plot_size() const;         // logical pixels
  pattern::Raster raster() const;   // what is shown, in device pixels
  std::int64_t length() const;
  workspace::MatrixPlace place() const;  // what is shown, in whole tokens
  bool is_up_to_date() const;       // the last image is of what is shown
  bool can_go_back() const;
  bool can_go_forward() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 public slots:
  void set_view(const corpuscope::ui::MatrixView& view);
  void show_all();
  void show_range(qint64 first, qint64 count);
  void show_place(const workspace::MatrixPlace& place);
  void zoom(double factor);  // about the cursor's cell where it is in sight, else about the middle
  void back();
  void forward();

 signals:
  void view_changed();
  void moved();  // the view changed by what was done here, not because others moved
  void frame_changed();
  void history_changed();
  void pair_hovered(qint64 query, qint64 key);  // -1: none
  void up_to_date();
  void bookmark_chosen(qint64 id);
  void bookmark_wanted();  // of what is shown
  void menu_wanted(qint64 query, qint64 key, const QPoint& at);  // of the screen

 protected:
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
