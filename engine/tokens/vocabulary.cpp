// The format is a protocol buffer, sentencepiece_model.proto of https://github.com/google/sentencepiece: pieces are
// its field 1, the trainer's settings 2, the normaliser's 3, a self-test 4.

#include "tokens/vocabulary.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "core/error.h"

namespace corpuscope::tokens {
namespace {

enum WireType { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) to += char(value | 128);
  to += char(value);
}

void put(std::string& to, int field, std::int64_t value) {
  put_varint(to, std::uint64_t(field) << 3 | varint);
  put_varint(to, std::uint64_t(value));
}

void put(std::string& to, int field, std::string_view value) {
  put_varint(to, std::uint64_t(field) << 3 | bytes);
  put_varint(to, value.size());
  to += value;
}

void put(std::string& to, int field, float value) {
  put_varint(to, std::uint64_t(field) << 3 | fixed32);
  char raw[4];
  std::memcpy(raw, &value, 4);
  to.append(raw, 4);
}

std::string trainer_settings(const Vocabulary& vocabulary) {
  constexpr int bpe = 2;
  std::string settings;
  put(settings, 3, std::int64_t(bpe));
  put(settings, 4, std::int64_t(vocabulary.pieces.size()));
  put(settings, 35, std::int64_t(true));  // byte_fallback
  const auto id = [&](int id_field, int piece_field, int id) {
    put(settings, id_field, std::int64_t(id));
    if (id >= 0 && id < int(vocabulary.pieces.size()))
      put(settings, piece_field, std::string_view(vocabulary.pieces[std::size_t(id)].text));
  };
  id(40, 45, vocabulary.unknown);
  id(41, 46, vocabulary.begin);
  id(42, 47, vocabulary.end);
  put(settings, 43, std::int64_t(-1));  // no padding
  return settings;
}

std::string normaliser(bool space_before_text) {
  std::string settings;
  put(settings, 1, std::string_view("identity"));
  put(settings, 2, std::string_view());  // no table of replacements
  put(settings, 3, std::int64_t(space_before_text));
  put(settings, 4, std::int64_t(false));  // remove_extra_whitespaces
  put(settings, 5, std::int64_t(true));   // escape_whitespaces: a space becomes U+2581
  return settings;
}

[[noreturn]] void refuse() {
  throw core::Error("The tokenizer is no SentencePiece model or a damaged one.", "Fetch the model's files again.");
}

std::uint64_t take_varint(std::string_view& from) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (from.empty()) refuse();
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= std::uint64_t(byte & 127) << shift;
    if (byte < 128) return value;
  }
  refuse();
}

// What follows a field's tag, as it lies there.
void skip(std::string_view& from, unsigned type) {
  std::uint64_t size = 0;
  switch (type) {
    case varint: take_varint(from); return;
    case fixed64: size = 8; break;
    case bytes: size = take_varint(from); break;
    case fixed32: size = 4; break;
    default: refuse();
  }
  if (size > from.size()) refuse();
  from.remove_prefix(size);
}

}  // namespace

std::string sentencepiece_model(const Vocabulary& vocabulary) {
  std::string model;
  for (const Piece& piece : vocabulary.pieces) {
    std::string one;
    put(one, 1, std::string_view(piece.text));
    put(one, 2, piece.score);
    put(one, 3, std::int64_t(piece.kind));
    put(model, 1, std::string_view(one));
  }
  put(model, 2, std::string_view(trainer_settings(vocabulary)));
  put(model, 3, std::string_view(normaliser(vocabulary.space_before_text)));
  return model;
}

std::string lossless(const std::string& model) {
  constexpr std::uint64_t self_test = 4;  // of the model as it was: it would fail
  std::string result;
  std::string_view rest = model;
  while (!rest.empty()) {
    const std::string_view field = rest;
    const std::uint64_t tag = take_varint(rest);
    skip(rest, unsigned(tag & 7));
    if (tag >> 3 != self_test) result += field.substr(0, field.size() - rest.size());
  }
  // A second message of a field is merged into the first: what it says counts.
  put(result, 3, std::string_view(normaliser(false)));
  return result;
}

}  // namespace corpuscope::tokens
