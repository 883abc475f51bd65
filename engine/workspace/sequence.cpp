// The tokenizer, the tokens of each document, and the one sequence that they make.

#include <algorithm>
#include <cstring>

#include "workspace/compress.h"
#include "workspace/impl.h"

namespace corpuscope::workspace {
namespace {

constexpr std::size_t tokens_in_block = 65536;
constexpr int token_compression = 1;

// FNV-1a over whole tokens. Tells two sequences apart; nobody gains by forging it.
class SequenceHash {
 public:
  void add(std::int64_t value) {
    value_ ^= std::uint64_t(value);
    value_ *= 0x100000001b3ull;
    value_ ^= value_ >> 29;  // carries high bits down, which the product never does
  }
  std::int64_t value() const { return std::int64_t(value_ >> 1); }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ull;
};

// Two bytes a token where that is enough, else four; little-endian.
std::vector<std::byte> pack(std::span<const std::int32_t> tokens) {
  const bool narrow = std::all_of(tokens.begin(), tokens.end(), [](auto id) { return id >= 0 && id <= 0xffff; });
  if (!narrow) return compress(std::as_bytes(tokens), token_compression);
  std::vector<std::uint16_t> ids(tokens.begin(), tokens.end());
  return compress(std::as_bytes(std::span(ids)), token_compression);
}

std::optional<std::vector<std::int32_t>> unpack(std::span<const std::byte> data, std::int64_t count) {
  if (count < 0 || count > std::int64_t(tokens_in_block)) return std::nullopt;
  const auto bytes = decompress_unknown(data, tokens_in_block * sizeof(std::int32_t));
  std::vector<std::int32_t> tokens(std::size_t(count), 0);
  if (bytes && bytes->size() == tokens.size() * sizeof(std::uint16_t)) {
    std::vector<std::uint16_t> ids(tokens.size());
    std::memcpy(ids.data(), bytes->data(), bytes->size());
    std::copy(ids.begin(), ids.end(), tokens.begin());
    return tokens;
  }
  if (!bytes || bytes->size() != tokens.size() * sizeof(std::int32_t)) return std::nullopt;
  std::memcpy(tokens.data(), bytes->data(), bytes->size());
  return tokens;
}

// Appends the document's own tokens [first, first + count).
void read_tokens(Database& db, std::int64_t document, std::int64_t first, std::int64_t count,
                 std::vector<std::int32_t>& out) {
  const std::size_t wanted = out.size() + std::size_t(count);
  Query blocks = db.query(
      "SELECT first, tokens, data FROM token_blocks "
      "WHERE document = ? AND first > ? AND first < ? ORDER BY first");
  blocks.bind_all(document, first - std::int64_t(tokens_in_block), first + count);
  while (blocks.next()) {
    const std::int64_t begins = blocks.integer(0);
    const auto block = unpack(blocks.blob(2), blocks.integer(1));
    if (!block) break;
    const std::int64_t from = std::max<std::int64_t>(first - begins, 0);
    const std::int64_t to = std::min<std::int64_t>(first + count - begins, std::int64_t(block->size()));
    if (from < to) out.insert(out.end(), block->begin() + from, block->begin() + to);
  }
  if (out.size() != wanted) db.fail_damaged("the tokens of document " + std::to_string(document));
}

// Replaces the tokens of a document by those that it is given, in blocks of one size.
class TokenKeeper {
 public:
  TokenKeeper(Database& db, std::int64_t document) : db_(db), document_(document) {
    db_.query("DELETE FROM token_blocks WHERE document = ?").bind_all(document).run();
  }

  void add(std::span<const std::int32_t> tokens) {
    for (const std::int32_t token : tokens) hash_.add(token);
    while (rest_.size() + tokens.size() >= tokens_in_block) {
      if (rest_.empty()) {
        store(tokens.first(tokens_in_block));
        tokens = tokens.subspan(tokens_in_block);
      } else {
        const auto missing = tokens_in_block - rest_.size();
        rest_.insert(rest_.end(), tokens.begin(), tokens.begin() + std::ptrdiff_t(missing));
        tokens = tokens.subspan(missing);
        store(rest_);
        rest_.clear();
      }
    }
    rest_.insert(rest_.end(), tokens.begin(), tokens.end());
  }

  void finish() {
    if (!rest_.empty()) store(rest_);
    db_.query("UPDATE documents SET tokens = ?, token_hash = ? WHERE id = ?")
        .bind_all(stored_, hash_.value(), document_)
        .run();
  }

 private:
  void store(std::span<const std::int32_t> block) {
    const auto packed = pack(block);
    db_.query("INSERT INTO token_blocks (document, first, tokens, data) VALUES (?, ?, ?, ?)")
        .bind_all(document_, stored_, std::int64_t(block.size()), std::span(packed))
        .run();
    stored_ += std::int64_t(block.size());
  }

  Database& db_;
  const std::int64_t document_;
  std::vector<std::int32_t> rest_;
  std::int64_t stored_ = 0;
  SequenceHash hash_;
};

struct Part {
  std::int64_t document = 0, first = 0, tokens = 0, hash = 0;
};

}  // namespace

void Workspace::Impl::invalidate_sequence() {
  if (fact("tokens_complete")) set_fact("tokens_complete", 0);
}

std::string Workspace::tokenizer_model() const {
  Query query = impl_->db.query("SELECT model FROM tokenizer");
  return query.next() ? query.text(0) : std::string();
}

std::vector<std::int32_t> Workspace::tokens(std::int64_t first, std::int64_t count) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  std::vector<std::int32_t> out;
  if (!impl_->fact("tokens_complete")) return out;
  const std::int64_t length = db.checked(impl_->fact("sequence_tokens"), 0, "the length of the sequence");
  first = std::clamp<std::int64_t>(first, 0, length);
  const std::int64_t end = first + std::clamp<std::int64_t>(count, 0, length - first);
  if (first == end) return out;
  out.reserve(std::size_t(std::min<std::int64_t>(end - first, 1 << 24)));  // a damaged length must not ask for more
  const auto separator = std::int32_t(impl_->fact("separator"));
  Query parts = db.query(
      "SELECT id, first_token, tokens FROM documents WHERE first_token >= "
      "coalesce((SELECT max(first_token) FROM documents WHERE first_token <= ?1), 0) "
      "AND first_token < ?2 ORDER BY first_token");
  parts.bind_all(first, end);
  while (parts.next()) {
    const std::int64_t begins = db.checked(parts.integer(1), 0, "the place of a document");
    const std::int64_t own = db.checked(parts.integer(2), 0, "the tokens of a document");
    const std::int64_t from = std::max(first, begins) - begins, to = std::min(end - begins, own);
    if (from < to) read_tokens(db, parts.integer(0), from, to - from, out);
    if (end > begins + own) out.push_back(separator);
  }
  if (std::int64_t(out.size()) != end - first) db.fail_damaged("the token sequence");
  return out;
}

void Workspace::Writer::set_tokenizer(std::string_view model) {
  impl_.write([&] {
    Database& db = impl_.db;
    Query old = db.query("SELECT model FROM tokenizer");
    if (old.next() && old.text(0) == model) return;
    db.query("INSERT OR REPLACE INTO tokenizer (id, model) VALUES (1, ?)").bind_all(bytes_of(model)).run();
    db.query("DELETE FROM token_blocks").run();
    db.query("UPDATE documents SET tokens = NULL, token_hash = NULL").run();
    impl_.invalidate_sequence();
  });
}

std::vector<std::int64_t> Workspace::Writer::documents_without_tokens() const {
  std::vector<std::int64_t> ids;
  Query query = impl_.db.query("SELECT id FROM documents WHERE tokens IS NULL ORDER BY name");
  while (query.next()) ids.push_back(query.integer(0));
  return ids;
}

void Workspace::Writer::put_tokens(std::int64_t document, std::span<const std::int32_t> tokens) {
  impl_.write([&] {
    TokenKeeper keeper(impl_.db, document);
    keeper.add(tokens);
    keeper.finish();
    impl_.invalidate_sequence();
  });
}

void Workspace::Writer::put_tokens(std::int64_t document, const std::function<std::vector<std::int32_t>()>& next) {
  const auto work = [&] {
    TokenKeeper keeper(impl_.db, document);
    for (auto tokens = next(); !tokens.empty(); tokens = next()) keeper.add(tokens);
    keeper.finish();
    impl_.invalidate_sequence();
  };
  impl_.write(work, true);
}

void Workspace::Writer::finish_sequence(std::int32_t separator) {
  impl_.write([&] {
    Database& db = impl_.db;
    if (db.integer("SELECT count(*) FROM documents WHERE tokens IS NULL") != 0) {
      throw core::Error("Some documents of " + db.file().string() + " are not tokenized yet.",
                        "Open the folder again to go on.");
    }
    std::vector<Part> parts;
    {
      Query query = db.query("SELECT id, coalesce(first_token, -1), tokens, token_hash FROM documents ORDER BY name");
      while (query.next()) {
        const std::int64_t tokens = db.checked(query.integer(2), 0, "the tokens of a document");
        parts.push_back({query.integer(0), query.integer(1), tokens, query.integer(3)});
      }
    }
    SequenceHash hash;
    hash.add(separator);
    std::int64_t place = 0;
    Query move = db.query("UPDATE documents SET first_token = ? WHERE id = ?");
    for (const Part& part : parts) {
      hash.add(part.tokens);
      hash.add(part.hash);
      if (part.first != place) {
        move.bind_all(place, part.document).run();
        move.again();
      }
      place = db.checked(place + part.tokens + 1, 0, "the length of the sequence");
    }
    db.query("DELETE FROM runs WHERE sequence <> ?").bind_all(hash.value()).run();
    impl_.set_fact("sequence", hash.value());
    impl_.set_fact("sequence_tokens", place);
    impl_.set_fact("separator", std::int64_t(separator));
    impl_.set_fact("tokens_complete", 1);
  });
}

}  // namespace corpuscope::workspace
