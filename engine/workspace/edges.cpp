// The strongest sources of single tokens, packed by stretches of queries.
//
// A block holds, in this order and compressed together: for each query the number of its edges; for each edge the
// distance to its key, its weight, level and head. Like beside like packs best.

#include <algorithm>
#include <tuple>

#include "workspace/compress.h"
#include "workspace/impl.h"
#include "workspace/run_values.h"
#include "workspace/small_float.h"

namespace corpuscope::workspace {
namespace {

constexpr std::int64_t queries_in_block = 1024;
constexpr int edge_compression = 3;
constexpr std::size_t most_block_bytes = 256u << 20;  // a damaged frame must not ask for more

void put_number(std::vector<std::byte>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(std::byte((value & 0x7f) | 0x80));
  out.push_back(std::byte(value));
}

// Reads what put_number wrote; stays false once the end came too early.
class Numbers {
 public:
  explicit Numbers(std::span<const std::byte> bytes) : bytes_(bytes) {}
  explicit operator bool() const { return good_; }
  std::size_t left() const { return bytes_.size(); }

  std::uint64_t next() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = next_byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }

  std::uint64_t next_byte() {
    if (bytes_.empty()) {
      good_ = false;
      return 0;
    }
    const auto byte = std::to_integer<std::uint64_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return byte;
  }

 private:
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

// `edges` are of queries [first, first + count), in their order.
std::vector<std::byte> pack(std::int64_t first, std::int64_t count, std::span<const Edge> edges) {
  std::vector<std::byte> out;
  std::vector<std::uint64_t> numbers(std::size_t(count), 0);
  for (const Edge& edge : edges) ++numbers[std::size_t(edge.query - first)];
  for (const std::uint64_t number : numbers) put_number(out, number);
  for (const Edge& edge : edges) {
    const std::int64_t distance = edge.query - edge.key;  // a key may lie ahead where nothing is causal
    put_number(out, (std::uint64_t(distance) << 1) ^ std::uint64_t(distance >> 63));
  }
  for (const Edge& edge : edges) out.push_back(std::byte(to_small(edge.weight) >> 8));
  for (const Edge& edge : edges) out.push_back(std::byte(to_small(edge.weight) & 0xff));
  for (const Edge& edge : edges) put_number(out, std::uint64_t(edge.level));
  for (const Edge& edge : edges) put_number(out, std::uint64_t(edge.head));
  return compress(out, edge_compression);
}

std::optional<std::vector<Edge>> unpack(std::span<const std::byte> data, int layer, std::int64_t first,
                                        std::int64_t count) {
  const auto bytes = decompress_unknown(data, most_block_bytes);
  if (!bytes || count < 0 || count > queries_in_block) return std::nullopt;
  Numbers numbers(*bytes);
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t number = numbers.next();
    if (number > numbers.left()) return std::nullopt;
    edges.resize(edges.size() + number, Edge{first + i, 0, 0, std::int16_t(layer), 0, 0});
    if (edges.size() > bytes->size()) return std::nullopt;
  }
  for (Edge& edge : edges) {
    const std::uint64_t number = numbers.next();
    const auto distance = (number >> 1) ^ (~(number & 1) + 1);
    edge.key = std::int64_t(std::uint64_t(edge.query) - distance);
  }
  std::vector<std::uint64_t> high(edges.size());
  for (auto& byte : high) byte = numbers.next_byte();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    edges[i].weight = from_small(SmallFloat(high[i] << 8 | numbers.next_byte()));
  }
  for (Edge& edge : edges) edge.level = std::int16_t(numbers.next());
  for (Edge& edge : edges) edge.head = std::int16_t(numbers.next());
  if (!numbers) return std::nullopt;
  return edges;
}

// Whether any edge of a block has this key: all that most blocks are asked.
std::optional<bool> has_key(std::span<const std::byte> data, std::int64_t first, std::int64_t count,
                            std::int64_t key) {
  const auto bytes = decompress_unknown(data, most_block_bytes);
  if (!bytes || count < 0 || count > queries_in_block) return std::nullopt;
  Numbers numbers(*bytes);
  std::vector<std::uint64_t> of_query(std::size_t(count), 0);
  for (std::uint64_t& number : of_query) {
    number = numbers.next();
    if (number > bytes->size()) return std::nullopt;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t distance = std::uint64_t(first) + std::uint64_t(i) - std::uint64_t(key);
    const std::uint64_t wanted = (distance << 1) ^ (~(distance >> 63) + 1);  // as `pack` puts it
    for (std::uint64_t left = of_query[std::size_t(i)]; left > 0; --left) {
      if (numbers.next() == wanted) return true;
      if (!numbers) return std::nullopt;
    }
  }
  return false;
}

void check_edge(const Run& run, int layer, std::int64_t first, std::int64_t count, const Edge& edge) {
  if (edge.layer == layer && edge.query >= first && edge.query < first + count && edge.key >= 0 &&
      edge.key < run.tokens && edge.level >= 0 && edge.head >= 0) {
    return;
  }
  throw core::Error("An edge does not fit run " + std::to_string(run.id) + ".");
}

}  // namespace

void Workspace::Writer::put_edges(std::int64_t id, int layer, std::int64_t first, std::int64_t count,
                                  std::span<const Edge> edges) {
  impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, id);
    if (first < 0 || count < 0 || first > run.tokens || count > run.tokens - first) {
      throw core::Error("Edges do not fit run " + std::to_string(id) + ".");
    }
    std::vector<Edge> sorted(edges.begin(), edges.end());
    for (const Edge& edge : sorted) {
      check_edge(run, layer, first, count, edge);
      check_values(db, std::span(&edge.weight, 1), "a weight of");
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Edge& a, const Edge& b) { return a.query < b.query; });
    Query keep = db.query("INSERT INTO edge_blocks (run, layer, first, count, data) VALUES (?, ?, ?, ?, ?)");
    std::span<const Edge> rest(sorted);
    for (std::int64_t at = first; at < first + count; at += queries_in_block) {
      const std::int64_t queries = std::min(queries_in_block, first + count - at);
      const auto behind =
          std::find_if(rest.begin(), rest.end(), [&](const Edge& e) { return e.query >= at + queries; });
      const auto own = rest.first(std::size_t(behind - rest.begin()));
      const auto packed = pack(at, queries, own);
      keep.bind_all(id, layer, at, queries, std::span(packed)).run();
      keep.again();
      rest = rest.subspan(own.size());
    }
  });
}

std::vector<Edge> Workspace::edges_into(std::int64_t id, int layer, std::int64_t query) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  std::vector<Edge> found;
  Query blocks = db.query(
      "SELECT first, count, data FROM edge_blocks WHERE run = ? AND layer = ? AND first <= ? "
      "ORDER BY first DESC LIMIT 1");
  for (int each = std::max(layer, 0); each < (layer < 0 ? run.layers : layer + 1); ++each) {
    blocks.bind_all(id, each, query);
    if (blocks.next()) {
      const auto edges = unpack(blocks.blob(2), each, blocks.integer(0), blocks.integer(1));
      if (!edges) db.fail_damaged("the edges of run " + std::to_string(id));
      std::copy_if(edges->begin(), edges->end(), std::back_inserter(found),
                   [&](const Edge& edge) { return edge.query == query; });
    }
    blocks.again();
  }
  std::stable_sort(found.begin(), found.end(), [](const Edge& a, const Edge& b) { return a.weight > b.weight; });
  return found;
}

std::vector<Edge> Workspace::edges_from(std::int64_t id, int layer, std::int64_t key, int most,
                                        const std::function<void()>& poll) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  const auto stronger = [](const Edge& a, const Edge& b) {
    return a.weight != b.weight ? a.weight > b.weight : std::tuple(a.query, a.layer) < std::tuple(b.query, b.layer);
  };
  const auto damaged = [&] { db.fail_damaged("the edges of run " + std::to_string(id)); };
  std::vector<Edge> found;
  Query blocks = db.query(
      "SELECT first, count, data FROM edge_blocks WHERE run = ? AND layer = ? AND first > ? ORDER BY first");
  for (int each = std::max(layer, 0); each < (layer < 0 ? run.layers : layer + 1); ++each) {
    blocks.bind_all(id, each, std::max<std::int64_t>(key, 0) - queries_in_block);  // earlier ones end before it
    while (blocks.next()) {
      if (poll) poll();
      const auto block = blocks.blob(2);
      const std::int64_t first = blocks.integer(0), count = blocks.integer(1);
      const auto any = has_key(block, first, count, key);
      if (!any) damaged();
      if (!*any) continue;
      const auto edges = unpack(block, each, first, count);
      if (!edges) damaged();
      std::copy_if(edges->begin(), edges->end(), std::back_inserter(found),
                   [&](const Edge& edge) { return edge.key == key; });
    }
    blocks.again();
  }
  std::ranges::sort(found, stronger);
  if (found.size() > std::size_t(std::max(most, 0))) found.resize(std::size_t(std::max(most, 0)));
  return found;
}

}  // namespace corpuscope::workspace
