#pragma once
// The text of one document, painted: line numbers, colours of the language, tokens tinted by surprise, the cursor,
// the token under the mouse and the sources of the cursor's token. Only what is visible is laid out.

#include <QAbstractScrollArea>
#include <QCache>
#include <QTextLayout>
#include <memory>
#include <vector>

#include "ui/document_text.h"

namespace corpuscope::ui {

struct TokenSource {
  qint64 token = 0;
  float weight = 0;
  int level = 0;
};

class ReaderText : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit ReaderText(QWidget* parent = nullptr);

  void set_document(std::shared_ptr<const DocumentText> document);
  // Where each token begins, and the text's end; `first` is the place of the first in the sequence.
  void set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first);
  void set_surprise(qint64 first, std::vector<float> bits);
  void set_sources(std::vector<TokenSource> sources);
  void set_cursor(qint64 first, qint64 count);
  void set_hover(qint64 token);
  void set_wrap(bool wrap);
  void set_monospaced(bool monospaced);
  void set_tinted(bool tinted);

  void show_token(qint64 token);   // scrolls only where it is not visible
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

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  // A token's place in a piece, in UTF-16 units.
  struct TokenSpan {
    int from = 0, to = 0;
    qint64 token = 0;
  };
  struct LaidOut {
    QTextLayout layout;
    std::vector<TokenSpan> tokens;
    int rows() const { return layout.lineCount(); }
  };
  struct Anchor {  // the row at the top
    int piece = 0, row = 0;
  };

  LaidOut& laid_out(int piece) const;
  void lay_out(int piece, LaidOut& out) const;
  std::vector<TokenSpan> token_spans(int piece, std::string_view text) const;
  QVector<QTextLayout::FormatRange> formats(int piece, std::string_view text) const;
  void forget_layout();   // font, width or wrapping changed
  void estimate_rows();
  void update_scroll_bars();
  void move_rows(qint64 rows);
  void keep_last_row_at_bottom();
  void go_to(Anchor top);
  int visible_rows() const;
  int text_left() const;
  int text_width() const;
  qint64 rows_before(int piece) const;
  Anchor row_of_offset(qint64 offset) const;
  void make_visible(Anchor row);
  qint64 token_under(const QPoint& point) const;
  qint64 last_token() const { return starts_ ? first_token_ + qint64(starts_->size()) - 2 : -1; }
  bool is_here(qint64 token) const { return token >= first_token_ && token <= last_token(); }
  void choose(qint64 token, bool extend);  // shows it at once
  void choose_by_key(qint64 token, bool extend);
  void step(qint64 tokens, bool extend);
  void step_row(int rows, bool extend);
  void paint_piece(QPainter& painter, int piece, int y) const;
  void paint_number(QPainter& painter, int piece, int y) const;
  void paint_tokens(QPainter& painter, const LaidOut& laid, int y) const;
  void paint_token(QPainter& painter, const LaidOut& laid, const TokenSpan& span, int y) const;
  std::vector<QRectF> rectangles(const LaidOut& laid, const TokenSpan& span, int y) const;
  const TokenSource* source(qint64 token) const;
  float bits_of(qint64 token) const;

  std::shared_ptr<const DocumentText> document_;
  std::shared_ptr<const std::vector<std::int64_t>> starts_;
  qint64 first_token_ = 0;
  qint64 bits_first_ = 0;
  std::vector<float> bits_;
  std::vector<TokenSource> sources_;  // by token
  float strongest_ = 0;
  qint64 cursor_ = -1, cursor_count_ = 0, hover_ = -1;
  qint64 anchor_ = -1, head_ = -1;  // the ends of what is chosen: where it began, and the one that moves
  int column_ = -1;  // where Up and Down go on, while nothing else moves the cursor
  bool pressed_ = false;
  bool wrap_ = true, monospaced_ = false, tinted_ = true, syncing_ = false;
  Anchor top_;
  int wheel_ = 0, row_height_ = 1, ascent_ = 0;
  mutable int widest_ = 0;
  mutable QCache<int, LaidOut> cache_;
  std::vector<qint64> rows_before_;  // estimated; empty: one a piece
};

}  // namespace corpuscope::ui
