#include "tokens/tokenizer.h"

#include <sentencepiece_processor.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "core/error.h"
#include "tokens/word_cache.h"
#include "tokens/words.h"

namespace corpuscope::tokens {
namespace {

constexpr std::string_view space_sign = "\xE2\x96\x81";  // U+2581, which the library writes for a space

std::string with_spaces(std::string_view piece) {
  std::string text;
  while (!piece.empty()) {
    if (piece.starts_with(space_sign)) {
      text += ' ';
      piece.remove_prefix(space_sign.size());
    } else {
      text += piece.front();
      piece.remove_prefix(1);
    }
  }
  return text;
}

[[noreturn]] void refuse(const std::string& why) {
  throw core::Error("The tokenizer cannot be used: " + why + ".",
                    "Use a SentencePiece model with byte_fallback and an end-of-sentence piece, such as one made by "
                    "\"corpuscope train tokenizer\".");
}

// Of a piece such as "<0x0A>".
std::uint8_t byte_of(std::string_view piece) {
  unsigned value = 0;
  const bool form = piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with('>');
  const char* const end = piece.data() + 5;
  if (!form || std::from_chars(piece.data() + 3, end, value, 16).ptr != end) refuse("a byte of it has another name");
  return std::uint8_t(value);
}

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(std::string_view bytes) : model(bytes) {
    const auto status = library.LoadFromSerializedProto(bytes);
    if (!status.ok()) refuse("it is no SentencePiece model or a damaged one");
    separator = library.eos_id();
    if (separator < 0) refuse("it has no end-of-sentence piece to stand between documents");
    read_pieces();
  }

  void read_pieces() {
    byte_piece.fill(-1);
    surfaces.resize(std::size_t(library.GetPieceSize()));
    for (int id = 0; id < library.GetPieceSize(); ++id) {
      auto& surface = surfaces[std::size_t(id)];
      const std::string& piece = library.IdToPiece(id);
      if (library.IsByte(id)) {
        const std::uint8_t value = byte_of(piece);
        surface = std::string(1, char(value));
        byte_piece[value] = id;
      } else if (!library.IsControl(id) && !library.IsUnknown(id) && !library.IsUnused(id)) {
        surface = with_spaces(piece);
        if (!surface.empty() && surface.find_first_not_of(" \n\t\r") == std::string::npos) {
          longest_blank = std::max(longest_blank, surface.size());
          blanks.emplace(surface, id);
        }
      }
    }
    for (const auto id : byte_piece)
      if (id < 0) refuse("it has no piece for every byte");
  }

  void append_bytes(std::string_view bytes, std::vector<std::int32_t>& out) const {
    for (const char c : bytes) out.push_back(byte_piece[static_cast<unsigned char>(c)]);
  }

  // The longest known run first.
  void append_blank(std::string_view bytes, std::vector<std::int32_t>& out) const {
    while (!bytes.empty()) {
      std::size_t length = std::min(longest_blank, bytes.size());
      auto found = blanks.end();
      while (length > 0 && (found = blanks.find(bytes.substr(0, length))) == blanks.end()) --length;
      if (length == 0) {
        append_bytes(bytes.substr(0, 1), out);
        length = 1;
      } else {
        out.push_back(found->second);
      }
      bytes.remove_prefix(length);
    }
  }

  // What the library gives is kept only if it stands for exactly these bytes. It does not for U+2581 in the text,
  // which it would give back as a space, nor for bytes that are no UTF-8.
  void append_word(std::string_view bytes, std::vector<std::int32_t>& out) const {
    std::vector<int> ids;
    if (library.Encode(bytes, &ids).ok() && stand_for(ids, bytes))
      out.insert(out.end(), ids.begin(), ids.end());
    else
      append_in_parts(bytes, out);
  }

  bool stand_for(const std::vector<int>& ids, std::string_view bytes) const {
    for (const int id : ids) {
      const std::string& surface = surfaces[std::size_t(id)];
      if (surface.empty() || !bytes.starts_with(surface)) return false;
      bytes.remove_prefix(surface.size());
    }
    return bytes.empty();
  }

  void append_in_parts(std::string_view bytes, std::vector<std::int32_t>& out) const {
    const auto sign = bytes.find(space_sign);
    if (sign == std::string_view::npos) return append_bytes(bytes, out);
    if (sign > 0) append_word(bytes.substr(0, sign), out);
    append_bytes(space_sign, out);
    const auto rest = bytes.substr(sign + space_sign.size());
    if (!rest.empty()) append_word(rest, out);
  }

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::string model;
  sentencepiece::SentencePieceProcessor library;
  std::int32_t separator = -1;
  std::vector<std::string> surfaces;
  std::array<std::int32_t, 256> byte_piece{};
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> blanks;
  std::size_t longest_blank = 0;
  mutable WordCaches caches;
};

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::load(const std::filesystem::path& model) {
  std::ifstream in(model, std::ios::binary);
  if (!in) throw core::Error("Cannot open the tokenizer " + model.string() + ".", "Check the path.");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return from_bytes(bytes);
}

Tokenizer Tokenizer::from_bytes(std::string_view model) { return Tokenizer(std::make_unique<Impl>(model)); }

int Tokenizer::size() const { return int(impl_->surfaces.size()); }
std::int32_t Tokenizer::separator() const { return impl_->separator; }
const std::string& Tokenizer::model() const { return impl_->model; }

std::vector<std::int32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int32_t> out;
  out.reserve(text.size() / 3);
  const auto cache = impl_->caches.borrow();
  Words words(text);
  for (auto stretch = words.next(); !stretch.bytes.empty(); stretch = words.next()) {
    if (cache->append(stretch.bytes, out)) continue;
    const auto before = out.size();
    if (stretch.blank)
      impl_->append_blank(stretch.bytes, out);
    else
      impl_->append_word(stretch.bytes, out);
    cache->store(stretch.bytes, std::span(out).subspan(before));
  }
  return out;
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens) const {
  std::string text;
  for (const auto token : tokens) text += surface(token);
  return text;
}

std::string_view Tokenizer::surface(std::int32_t token) const {
  if (token < 0 || std::size_t(token) >= impl_->surfaces.size())
    throw core::Error("Token " + std::to_string(token) + " is not one of the tokenizer's " +
                          std::to_string(impl_->surfaces.size()) + ".",
                      "The tokens were made by another tokenizer.");
  return impl_->surfaces[std::size_t(token)];
}

}  // namespace corpuscope::tokens
