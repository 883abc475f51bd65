#pragma once
// SentencePiece models of others: built from a bare vocabulary, and made lossless.

#include <cstdint>
#include <string>
#include <vector>

namespace corpuscope::tokens {

// The values are those of SentencePiece's own format, which GGUF took over.
enum class PieceKind { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

struct Piece {
  std::string text;  // a space is U+2581
  float score = 0;
  PieceKind kind = PieceKind::normal;
};

struct Vocabulary {
  std::vector<Piece> pieces;
  int unknown = -1, begin = -1, end = -1;  // ids; -1 where there is none
  bool space_before_text = true;           // the text is read as if a space came before it
};

// The bytes of a SentencePiece model of kind BPE with these pieces: what is joined first follows from the scores alone.
std::string sentencepiece_model(const Vocabulary& vocabulary);

// The same model without what would change a text before it is cut: no space put before it, none taken out, no
// characters replaced. Throws core::Error where the bytes are no such model.
std::string lossless(const std::string& model);

}  // namespace corpuscope::tokens
