#pragma once
// A document's text, cut into pieces small enough to be laid out one at a time: a piece is a line, or a part of a
// line that is very long.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ui/highlighter.h"

namespace corpuscope::ui {

class DocumentText {
 public:
  struct Piece {
    std::int64_t offset = 0;
    std::int32_t length = 0;  // bytes, without the line's end
    bool continues = false;   // the line began in an earlier piece
    std::uint8_t state = 0;   // of the highlighter
    std::int64_t line = 1;
  };

  DocumentText(std::string text, std::string_view file_name);

  const std::string& text() const { return text_; }
  const Language* language() const { return language_; }
  bool is_prose() const;  // to be wrapped
  std::int64_t lines() const { return pieces_.back().line; }
  int count() const { return int(pieces_.size()); }
  const Piece& piece(int index) const { return pieces_[index]; }
  std::string_view text_of(int index) const;
  int piece_at(std::int64_t offset) const;

 private:
  void add_line(std::int64_t offset, std::int64_t end, std::int64_t line);

  std::string text_;
  const Language* language_;
  std::vector<Piece> pieces_;
  std::uint8_t state_ = 0;
};

}  // namespace corpuscope::ui
