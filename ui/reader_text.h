#pragma once
// The text of one document, painted: line numbers, colours of the language, tokens tinted by surprise or attention,
// the cursor, the token under the mouse and the sources of the cursor's token. Layout is in reader_layout.h; mouse and
// keys are in reader_text_input.cpp, painting in reader_text_painting.cpp.

#include <QAbstractScrollArea>
#include <memory>
#include <vector>

#include "ui/reader_layout.h"

namespace corpuscope::ui {

struct TokenSource {
  qint64 token = 0;
  float weight = 0;
  int level = 0;
};

struct TokenShare {
  qint64 token = 0;
  double share = 0;  // of a whole attention
};

enum class Tint { none, surprise, from_cursor, to_cursor };

class ReaderText : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit ReaderText(QWidget* parent = nullptr);

  void set_document(std::shared_ptr<const DocumentText> document);
  // Where each token begins, and the text's end; `first` is the place of the first in the sequence.
  void set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first);
  void set_surprise(qint64 first, std::vector<float> bits);
  void set_sources(std::vector<TokenSource> sources);
  void set_shares(std::vector<TokenShare> shares);  // for the tints by attention
  void set_cursor(qint64 first, qint64 count);
  void set_hover(qint64 token);
  void set_wrap(bool wrap);
  void set_monospaced(bool monospaced);
  void set_tint(Tint tint);

  Tint tint() const { return tint_; }
  double largest_share() const { return largest_share_; }
  // Scrolls only where it is not visible; it stays in sight when the width changes, until somebody scrolls.
  void show_token(qint64 token);
  void show_offset(qint64 offset);
  qint64 first_line() const;       // of the text, that is visible
  qint64 offset_of_line(qint64 line) const;
  std::pair<qint64, qint64> visible_tokens() const;  // first and one behind the last; equal: none
  QRect token_rectangle(qint64 token) const;         // in the viewport; empty where it is not visible
  QString chosen_text() const;                       // of the cursor's tokens, as far as they are of this document
  qint64 cursor_line() const;                        // where the cursor is here, else the first that is visible

 signals:
  void tokens_chosen(qint64 first, qint64 count);  // by a click, by dragging or with the keys
  void token_hovered(qint64 token);  // -1: none
  void scrolled();
  void focused();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  const DocumentText* document() const { return layout_.document(); }
  void lay_out_anew();  // font, width or wrapping changed
  void update_scroll_bars();
  void move_rows(qint64 rows);
  void keep_last_row_at_bottom();
  void go_to(RowPlace top);
  int visible_rows() const;
  int text_left() const;
  int text_width() const;
  void make_visible(RowPlace row);
  qint64 token_under(const QPoint& point) const;
  void choose(qint64 token, bool extend);  // shows it at once
  void choose_by_key(qint64 token, bool extend);
  void step(qint64 tokens, bool extend);
  void step_row(int rows, bool extend);
  QPointF origin(int y) const;  // of a piece whose first row is at y
  void paint_piece(QPainter& painter, int piece, int y) const;
  void paint_number(QPainter& painter, int piece, int y) const;
  void paint_tokens(QPainter& painter, const LaidOut& laid, int y) const;
  void paint_token(QPainter& painter, const LaidOut& laid, const TokenSpan& span, int y) const;
  QColor tint_of(qint64 token, bool dark) const;
  const TokenSource* source(qint64 token) const;

  ReaderLayout layout_;
  bool wrap_ = true, monospaced_ = false;
  qint64 bits_first_ = 0;
  std::vector<float> bits_;
  std::vector<TokenSource> sources_;  // by token
  std::vector<TokenShare> shares_;    // by token
  float strongest_ = 0;
  double largest_share_ = 0;
  Tint tint_ = Tint::surprise;
  qint64 cursor_ = -1, cursor_count_ = 0, hover_ = -1;
  qint64 anchor_ = -1, head_ = -1;  // the ends of what is chosen: where it began, and the one that moves
  int column_ = -1;  // where Up and Down go on, while nothing else moves the cursor
  bool pressed_ = false, syncing_ = false;
  RowPlace top_;  // the row at the top
  qint64 in_sight_ = -1;  // the token that was shown last; -1: somebody has scrolled since
  int wheel_ = 0;
};

}  // namespace corpuscope::ui
