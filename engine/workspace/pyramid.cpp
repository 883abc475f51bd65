#include "workspace/pyramid.h"

#include <algorithm>
#include <cstring>

namespace corpuscope::workspace {
namespace {

constexpr std::int64_t entries_in_row = 4096;
static_assert(entries_in_row * pyramid_entry_tokens(0) == track_block_tokens);
static_assert(sizeof(PyramidEntry) == 6);

using Row = std::vector<PyramidEntry>;

Row parse_row(Database& db, std::span<const std::byte> data) {
  Row row(data.size() / sizeof(PyramidEntry));
  if (row.size() > std::size_t(entries_in_row) || row.size() * sizeof(PyramidEntry) != data.size()) {
    db.fail_damaged("the overview of a run");
  }
  if (!row.empty()) std::memcpy(row.data(), data.data(), data.size());
  return row;
}

Row read_row(Database& db, std::int64_t run, int track, int level, std::int64_t index) {
  Query query = db.query("SELECT data FROM track_levels WHERE run = ? AND track = ? AND level = ? AND block = ?");
  query.bind_all(run, track, level, index);
  return query.next() ? parse_row(db, query.blob(0)) : Row();
}

void write_row(Database& db, std::int64_t run, int track, int level, std::int64_t index, const Row& row) {
  db.query(
        "INSERT INTO track_levels (run, track, level, block, data) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run, track, level, block) DO UPDATE SET data = excluded.data")
      .bind_all(run, track, level, index, std::as_bytes(std::span(row)))
      .run();
}

Row entries_of(std::span<const float> values) {
  Row row;
  row.reserve(values.size() / 16 + 1);
  for (std::size_t first = 0; first < values.size(); first += 16) {
    const auto part = values.subspan(first, std::min<std::size_t>(16, values.size() - first));
    const auto [least, most] = std::minmax_element(part.begin(), part.end());
    double sum = 0;
    for (const float value : part) sum += value;
    row.push_back({to_small(*least), to_small(float(sum / double(part.size()))), to_small(*most)});
  }
  return row;
}

// The entry above up to four, of `size` tokens each, of which the last may have fewer: all hold `tokens` together.
PyramidEntry pooled(std::span<const PyramidEntry> children, std::int64_t size, std::int64_t tokens) {
  PyramidEntry out = children.front();
  double sum = 0;
  std::int64_t left = tokens;
  for (const PyramidEntry& child : children) {
    out.minimum = std::min(out.minimum, child.minimum);
    out.maximum = std::max(out.maximum, child.maximum);
    const std::int64_t own = std::min(size, left);
    sum += double(own) * from_small(child.mean);
    left -= own;
  }
  out.mean = to_small(float(sum / double(tokens)));
  return out;
}

}  // namespace

void update_pyramid(Database& db, std::int64_t run, int track, std::int64_t block, std::span<const float> values,
                    std::int64_t track_tokens) {
  Row below = entries_of(values);
  write_row(db, run, track, 0, block, below);
  std::int64_t below_first = block * entries_in_row;  // index within its level of the first entry of row `below`
  std::int64_t changed = below_first, changed_end = below_first + std::int64_t(below.size());
  for (int level = 1; pyramid_entry_tokens(level - 1) < track_tokens; ++level) {
    const std::int64_t size = pyramid_entry_tokens(level - 1);
    const std::int64_t entries = (track_tokens + size - 1) / size;  // of the level below
    changed /= 4;
    changed_end = (changed_end + 3) / 4;
    const std::int64_t index = changed / entries_in_row, first = index * entries_in_row;
    Row row = read_row(db, run, track, level, index);
    const std::size_t needed = std::size_t(std::min((entries + 3) / 4 - first, entries_in_row));
    if (row.size() < needed) row.resize(needed);
    for (std::int64_t i = changed; i < changed_end; ++i) {
      const std::int64_t child = i * 4;
      const std::int64_t children = std::min<std::int64_t>(4, entries - child);
      below.resize(std::max(below.size(), std::size_t(child - below_first + children)));
      row[std::size_t(i - first)] =
          pooled(std::span(below).subspan(std::size_t(child - below_first), std::size_t(children)), size,
                 std::min(track_tokens - child * size, size * 4));
    }
    write_row(db, run, track, level, index, row);
    below = std::move(row);
    below_first = first;
  }
}

std::vector<PyramidEntry> read_pyramid(Database& db, std::int64_t run, int track, int level, std::int64_t first,
                                       std::int64_t count) {
  std::vector<PyramidEntry> out(std::size_t(std::max<std::int64_t>(count, 0)));
  if (out.empty()) return out;
  Query query = db.query(
      "SELECT block, data FROM track_levels WHERE run = ? AND track = ? AND level = ? "
      "AND block BETWEEN ? AND ?");
  query.bind_all(run, track, level, first / entries_in_row, (first + count - 1) / entries_in_row);
  while (query.next()) {
    const Row row = parse_row(db, query.blob(1));
    const std::int64_t begins = query.integer(0) * entries_in_row;
    const std::int64_t from = std::max(first, begins),
                       to = std::min(first + count, begins + std::int64_t(row.size()));
    if (from < to)
      std::copy(row.begin() + (from - begins), row.begin() + (to - begins), out.begin() + (from - first));
  }
  return out;
}

}  // namespace corpuscope::workspace
