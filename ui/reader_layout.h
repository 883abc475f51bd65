#pragma once
// A document's text laid out for the reader, a piece at a time and only those that are looked at: rows, colours of the
// language, where each token lies.

#include <QCache>
#include <QFont>
#include <QRectF>
#include <QTextLayout>
#include <memory>
#include <vector>

#include "ui/document_text.h"

namespace corpuscope::ui {

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

struct RowPlace {
  int piece = 0, row = 0;
};

class ReaderLayout {
 public:
  struct Look {
    QFont font;
    bool wrap = true, monospaced = false, dark = false;
    int width = 80;  // pixels that the text has
  };

  ReaderLayout();

  void set_document(std::shared_ptr<const DocumentText> document);
  // Where each token begins, and the text's end; `first` is the place of the first in the sequence.
  void set_tokens(std::shared_ptr<const std::vector<std::int64_t>> starts, qint64 first);
  void set_look(Look look);  // lays out anew

  const DocumentText* document() const { return document_.get(); }
  const Look& look() const { return look_; }
  bool has_tokens() const { return starts_ && starts_->size() > 1; }
  qint64 first_token() const { return first_token_; }
  qint64 last_token() const { return starts_ ? first_token_ + qint64(starts_->size()) - 2 : -1; }
  bool is_here(qint64 token) const { return token >= first_token_ && token <= last_token(); }
  // The token that holds a byte, and the byte with which a token begins; last_token() + 1 begins at the text's end.
  qint64 token_of(qint64 offset) const;
  qint64 offset_of(qint64 token) const { return (*starts_)[std::size_t(token - first_token_)]; }

  LaidOut& piece(int index) const;
  int row_height() const { return row_height_; }
  int widest() const { return widest_; }  // of the rows laid out so far
  RowPlace row_of(qint64 offset) const;

  // Before the piece. How many rows each will take is not known before it is laid out, and laying out everything would
  // take seconds; the scroll bar works with estimates, the rows on the screen are exact.
  qint64 rows_before(int piece) const { return rows_before_.empty() ? piece : rows_before_[std::size_t(piece)]; }
  int piece_of_row(qint64 row) const;

  // Of a token, each row of it; `origin` is where the piece's first row begins.
  std::vector<QRectF> rectangles(const LaidOut& laid, const TokenSpan& span, const QPointF& origin) const;
  // Under x, counted from where rows begin; -1: none.
  static qint64 token_at(const LaidOut& laid, int row, double x);

 private:
  void lay_out(int piece, LaidOut& out) const;
  std::vector<TokenSpan> token_spans(int piece, std::string_view text) const;
  QVector<QTextLayout::FormatRange> formats(int piece, std::string_view text) const;
  void estimate_rows();

  std::shared_ptr<const DocumentText> document_;
  std::shared_ptr<const std::vector<std::int64_t>> starts_;
  qint64 first_token_ = 0;
  Look look_;
  int row_height_ = 1, ascent_ = 0;
  mutable int widest_ = 0;
  mutable QCache<int, LaidOut> cache_;
  std::vector<qint64> rows_before_;  // estimated; empty: one a piece
};

}  // namespace corpuscope::ui
