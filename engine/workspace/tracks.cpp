// One value a token: surprisal, and what each layer's tokens received.
//
// A track is kept in blocks of 65,536 tokens. Surprisal has 16 bits a token from the start. What was received grows
// until the last token is read, so it is kept as float32 and becomes 16 bits when the run is finished: a killed run
// that goes on adds the same numbers in the same order.

#include <algorithm>
#include <cstring>

#include "workspace/impl.h"
#include "workspace/pyramid.h"
#include "workspace/run_values.h"
#include "workspace/small_float.h"
#include "workspace/track_values.h"

namespace corpuscope::workspace {
namespace {

constexpr int surprisal_track = -1;
constexpr std::size_t most_blocks_in_hand = 64;  // 16 MB

[[noreturn]] void fail_track(const Database& db, std::int64_t run) {
  db.fail_damaged("the values of run " + std::to_string(run));
}

std::vector<float> parse_values(const Database& db, std::int64_t run, std::span<const std::byte> data,
                                std::int64_t count) {
  if (count < 0 || count > track_block_tokens) fail_track(db, run);
  std::vector<float> values(std::size_t(count), 0);
  if (data.size() == values.size() * sizeof(float)) {
    if (count) std::memcpy(values.data(), data.data(), data.size());
  } else if (data.size() == values.size() * sizeof(SmallFloat)) {
    std::vector<SmallFloat> codes(values.size());
    std::memcpy(codes.data(), data.data(), data.size());
    std::transform(codes.begin(), codes.end(), values.begin(), from_small);
  } else {
    fail_track(db, run);
  }
  return values;
}

std::vector<SmallFloat> to_small(std::span<const float> values) {
  std::vector<SmallFloat> codes(values.size());
  std::transform(values.begin(), values.end(), codes.begin(), [](float value) { return workspace::to_small(value); });
  return codes;
}

std::optional<std::vector<float>> read_block(Database& db, std::int64_t run, int track, std::int64_t block) {
  Query query = db.query("SELECT count, data FROM track_blocks WHERE run = ? AND track = ? AND block = ?");
  query.bind_all(run, track, block);
  if (!query.next()) return std::nullopt;
  return parse_values(db, run, query.blob(1), query.integer(0));
}

void write_block(Database& db, std::int64_t run, int track, std::int64_t block, std::int64_t count,
                 std::span<const std::byte> data) {
  db.query(
        "INSERT INTO track_blocks (run, track, block, count, data) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run, track, block) DO UPDATE SET count = excluded.count, data = excluded.data")
      .bind_all(run, track, block, count, data)
      .run();
}

// Tokens that have a surprisal.
std::int64_t surprisal_tokens(Database& db, std::int64_t run) {
  Query query = db.query(
      "SELECT block, count FROM track_blocks WHERE run = ? AND track = -1 "
      "ORDER BY block DESC LIMIT 1");
  query.bind_all(run);
  if (!query.next()) return 0;
  const std::int64_t block = query.integer(0);
  if (block < 0 || block > (std::int64_t(1) << 32)) fail_track(db, run);
  return block * track_block_tokens + std::clamp<std::int64_t>(query.integer(1), 0, track_block_tokens);
}

// Cut to [0, length).
struct Range {
  Range(std::int64_t from, std::int64_t tokens, std::int64_t length)
      : first(std::clamp<std::int64_t>(from, 0, length)) {
    // What lies before 0 is cut off too; sums are avoided where they could overflow.
    const std::int64_t lost = from < 0 ? (from < -length ? length : -from) : 0;
    count = std::clamp<std::int64_t>(tokens > lost ? tokens - lost : 0, 0, length - first);
    if (from < -length) count = 0;
  }
  std::int64_t first = 0, count = 0;
};

std::vector<float> read_values(Database& db, std::int64_t run, int track, const Range& range) {
  std::vector<float> out(std::size_t(range.count), 0);
  if (range.count == 0) return out;
  const std::int64_t end = range.first + range.count;
  Query query = db.query(
      "SELECT block, count, data FROM track_blocks WHERE run = ? AND track = ? "
      "AND block BETWEEN ? AND ?");
  query.bind_all(run, track, range.first / track_block_tokens, (end - 1) / track_block_tokens);
  while (query.next()) {
    const auto block = parse_values(db, run, query.blob(2), query.integer(1));
    const std::int64_t begins = query.integer(0) * track_block_tokens;
    const std::int64_t from = std::max(range.first, begins), to = std::min(end, begins + std::int64_t(block.size()));
    if (from < to) {
      std::copy(block.begin() + (from - begins), block.begin() + (to - begins), out.begin() + (from - range.first));
    }
  }
  return out;
}

// Gathers values into bins.
class Bins {
 public:
  Bins(int bins) : bins_(std::size_t(bins)), weights_(std::size_t(bins), 0), sums_(std::size_t(bins), 0) {}

  void add(std::int64_t bin, float minimum, float mean, float maximum, double weight) {
    const auto i = std::size_t(bin);
    Bin& to = bins_[i];
    to.minimum = weights_[i] > 0 ? std::min(to.minimum, minimum) : minimum;
    to.maximum = weights_[i] > 0 ? std::max(to.maximum, maximum) : maximum;
    weights_[i] += weight;
    sums_[i] += weight * mean;
  }

  std::vector<Bin> finish() {
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      if (weights_[i] > 0) bins_[i].mean = float(sums_[i] / weights_[i]);
    }
    return std::move(bins_);
  }

 private:
  std::vector<Bin> bins_;
  std::vector<double> weights_, sums_;
};

// floor(count * bin / bins) without a product that overflows.
std::int64_t border(std::int64_t count, std::int64_t bin, std::int64_t bins) {
  return count / bins * bin + count % bins * bin / bins;
}

// Every token of the range goes to the bins that it lies in.
void bin_tokens(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count, int bins,
                std::int64_t length, Bins& out) {
  const Range range(first, count, length);
  const std::vector<float> values = read_values(db, run, track, range);
  for (int bin = 0; bin < bins; ++bin) {
    const std::int64_t from = first + border(count, bin, bins);
    const std::int64_t to = std::max(from + 1, first + border(count, bin + 1, bins));
    for (std::int64_t at = std::max(from, range.first); at < std::min(to, range.first + range.count); ++at) {
      const float value = values[std::size_t(at - range.first)];
      out.add(bin, value, value, value, 1);
    }
  }
}

// Every entry of the pyramid that overlaps the range goes to the bin of its middle.
void bin_entries(Database& db, std::int64_t run, int track, int level, std::int64_t first, std::int64_t count,
                 int bins, std::int64_t length, Bins& out) {
  const Range range(first, count, length);
  if (range.count == 0) return;
  const std::int64_t size = pyramid_entry_tokens(level);
  const std::int64_t from = range.first / size, to = (range.first + range.count + size - 1) / size;
  const auto entries = read_pyramid(db, run, track, level, from, to - from);
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t begins = std::max(i * size, range.first);
    const std::int64_t ends = std::min((i + 1) * size, range.first + range.count);
    const auto middle = double((begins + ends) / 2 - first);
    const auto bin = std::clamp<std::int64_t>(std::int64_t(middle * bins / double(count)), 0, bins - 1);
    const PyramidEntry& entry = entries[std::size_t(i - from)];
    out.add(bin, from_small(entry.minimum), from_small(entry.mean), from_small(entry.maximum), double(ends - begins));
  }
}

std::vector<Bin> read_bins(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count,
                           int bins, std::int64_t length) {
  if (bins <= 0) return {};
  Bins out(bins);
  // Beyond these the parts cannot be told from each other; nothing of the kind is ever drawn.
  constexpr std::int64_t far = std::int64_t(1) << 40;
  if (count > 0 && count < far && first > -far && first < far) {
    int level = -1;
    while (pyramid_entry_tokens(level + 1) <= count / bins / 4 && pyramid_entry_tokens(level + 1) < length) ++level;
    if (level < 0) {
      bin_tokens(db, run, track, first, count, bins, length, out);
    } else {
      bin_entries(db, run, track, level, first, count, bins, length, out);
    }
  }
  return out.finish();
}

void check_layer(const Run& run, int layer) {
  if (layer >= 0 && layer < run.layers) return;
  throw core::Error("Run " + std::to_string(run.id) + " has no layer " + std::to_string(layer) + ".",
                    "Its layers are 0 to " + std::to_string(run.layers - 1) + ".");
}

// What a finished run received is rounded: nothing can be added to it exactly.
void check_unfinished(Database& db, std::int64_t run) {
  Query query = db.query("SELECT finished FROM runs WHERE id = ?");
  query.bind_all(run);
  if (query.next() && query.integer(0)) throw core::Error("Run " + std::to_string(run) + " is finished already.");
}

}  // namespace

void Workspace::Impl::flush_tracks() {
  for (const auto& [key, values] : track_blocks) {
    const auto& [run, track, index] = key;
    const auto count = std::int64_t(values.size());
    if (track == surprisal_track) {
      const auto codes = to_small(values);
      write_block(db, run, track, index, count, std::as_bytes(std::span(codes)));
      update_pyramid(db, run, track, index, values, index * track_block_tokens + count);
    } else {
      write_block(db, run, track, index, count, std::as_bytes(std::span(values)));
      update_pyramid(db, run, track, index, values, require_run(db, run).tokens);
    }
  }
  track_blocks.clear();  // nothing is kept over a step: another writer may be next
}

void Workspace::Writer::append_surprisal(std::int64_t id, std::int64_t first, std::span<const float> values) {
  impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, id);
    check_values(db, values, "a surprisal of");
    if (first < 0 || first > run.tokens || std::int64_t(values.size()) > run.tokens - first) {
      throw core::Error("Surprisal does not fit run " + std::to_string(id) + ".");
    }
    while (!values.empty()) {
      const std::int64_t index = first / track_block_tokens, inside = first % track_block_tokens;
      std::vector<float>& block = impl_.track_block(id, surprisal_track, index, 0);
      if (std::int64_t(block.size()) != inside) {
        throw core::Error("Surprisal of run " + std::to_string(id) + " must be given in order, each token once.");
      }
      const auto part = values.first(std::min(values.size(), std::size_t(track_block_tokens - inside)));
      for (const float value : part) block.push_back(from_small(workspace::to_small(value)));
      first += std::int64_t(part.size());
      values = values.subspan(part.size());
    }
  });
}

void Workspace::Writer::add_received(std::int64_t id, int layer, std::int64_t first, std::span<const float> values,
                                     std::int64_t stride) {
  impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, id);
    check_unfinished(db, id);
    check_layer(run, layer);
    check_values(db, values, "a received weight of");
    const auto count = std::int64_t(values.size());
    if (stride < 1 || first < 0 ||
        (count > 0 && (first >= run.tokens || count - 1 > (run.tokens - 1 - first) / stride))) {
      throw core::Error("What was received does not fit run " + std::to_string(id) + ".");
    }
    std::int64_t index = -1;
    std::vector<float>* block = nullptr;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t at = first + i * stride;
      if (at / track_block_tokens != index) {
        index = at / track_block_tokens;
        const std::int64_t length = std::min(track_block_tokens, run.tokens - index * track_block_tokens);
        block = &impl_.track_block(id, layer, index, std::size_t(length));
      }
      (*block)[std::size_t(at - index * track_block_tokens)] += values[std::size_t(i)];
    }
  });
}

std::vector<float>& Workspace::Impl::track_block(std::int64_t run, int track, std::int64_t index,
                                                 std::size_t length) {
  const auto key = std::make_tuple(run, track, index);
  const auto found = track_blocks.find(key);
  if (found != track_blocks.end()) return found->second;
  if (track_blocks.size() >= most_blocks_in_hand) flush_tracks();
  std::vector<float> block;
  if (auto stored = read_block(db, run, track, index)) {
    if (length && stored->size() != length) fail_track(db, run);
    block = std::move(*stored);
  } else {
    block.assign(length, 0.0f);
  }
  return track_blocks.emplace(key, std::move(block)).first->second;
}

void Workspace::Writer::finish_run(std::int64_t id) {
  Database& db = impl_.db;
  const Run run = require_run(db, id);
  if (!run.complete())
    throw core::Error("Run " + std::to_string(id) + " has not read everything yet.", "Let it go on.");
  constexpr std::int64_t blocks_in_step = 64;
  const std::int64_t blocks = (run.tokens + track_block_tokens - 1) / track_block_tokens;
  for (int layer = 0; layer < run.layers; ++layer) {
    for (std::int64_t first = 0; first < blocks; first += blocks_in_step) {
      impl_.write([&] {
        for (std::int64_t block = first; block < std::min(blocks, first + blocks_in_step); ++block) {
          const auto values = read_block(db, id, layer, block);
          if (!values) continue;  // nothing was received there
          const auto codes = to_small(*values);
          write_block(db, id, layer, block, std::int64_t(codes.size()), std::as_bytes(std::span(codes)));
        }
      });
    }
  }
  impl_.write([&] { db.query("UPDATE runs SET finished = 1 WHERE id = ?").bind_all(id).run(); });
}

std::vector<float> Workspace::surprisal(std::int64_t id, std::int64_t first, std::int64_t count) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  require_run(db, id);
  return read_values(db, id, surprisal_track, Range(first, count, surprisal_tokens(db, id)));
}

std::vector<float> Workspace::received(std::int64_t id, int layer, std::int64_t first, std::int64_t count) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  check_layer(run, layer);
  return read_values(db, id, layer, Range(first, count, run.done));
}

std::vector<Bin> Workspace::surprisal_bins(std::int64_t id, std::int64_t first, std::int64_t count, int bins) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  require_run(db, id);
  return read_bins(db, id, surprisal_track, first, count, bins, surprisal_tokens(db, id));
}

std::vector<Bin> Workspace::received_bins(std::int64_t id, int layer, std::int64_t first, std::int64_t count,
                                          int bins) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  check_layer(run, layer);
  return read_bins(db, id, layer, first, count, bins, run.done);
}

// ---- track_values.h ----

void put_track(Database& db, std::int64_t run, int track, std::span<const float> values) {
  const auto length = std::int64_t(values.size());
  for (std::int64_t first = 0; first < length; first += track_block_tokens) {
    const std::int64_t block = first / track_block_tokens, count = std::min(track_block_tokens, length - first);
    const auto part = values.subspan(std::size_t(first), std::size_t(count));
    const auto codes = to_small(part);
    write_block(db, run, track, block, count, std::as_bytes(std::span(codes)));
    update_pyramid(db, run, track, block, part, length);
  }
}

std::vector<float> track_values(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count,
                                std::int64_t length) {
  return read_values(db, run, track, Range(first, count, length));
}

std::vector<Bin> track_bins(Database& db, std::int64_t run, int track, std::int64_t first, std::int64_t count, int bins,
                            std::int64_t length) {
  return read_bins(db, run, track, first, count, bins, length);
}

}  // namespace corpuscope::workspace
