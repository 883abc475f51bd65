// Paths with their steps, a row each; rollouts as tracks, numbered behind those of the layers.
//
// A rollout is kept as a multiple of the even share, 1 / tokens: shares of a long sequence are smaller than the 16 bits
// of a track reach.

#include "workspace/paths.h"

#include <algorithm>
#include <limits>

#include "workspace/impl.h"
#include "workspace/run_values.h"
#include "workspace/track_values.h"

namespace corpuscope::workspace {
namespace {

constexpr std::int64_t first_rollout_track = 1 << 20;  // layers are fewer
constexpr std::int64_t most_rollouts = 1 << 20;
constexpr std::int64_t most_layers = 1 << 16;

int track_of(std::int64_t rollout) { return int(first_rollout_track + rollout); }

bool is_step(const Run& run, const PathStep& step) {
  const auto inside = [&](std::int64_t token) { return token >= 0 && token < run.tokens; };
  const bool place = inside(step.from) && inside(step.to) && step.layer >= 0 && step.layer < most_layers;
  const bool weight = step.weight >= 0 && step.weight <= std::numeric_limits<float>::max();
  if (step.stays()) return place && weight && step.level == -1 && step.head == -1 && step.from == step.to;
  return place && weight && step.level < run.levels && step.head >= 0 && step.head < run.heads;
}

bool is_path(const Run& run, const SavedPaths& paths, const FoundPath& path) {
  if (path.empty()) return false;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (!is_step(run, path[i]) || (i > 0 && path[i].from != path[i - 1].to)) return false;
  const std::int64_t begins = path.front().from;
  return begins >= paths.first && begins - paths.first < paths.count && path.back().to == paths.target;
}

bool is_range(const Run& run, std::int64_t first, std::int64_t count) {
  return first >= 0 && first < run.tokens && count >= 1 && count <= run.tokens - first;
}

bool fits(const Run& run, const SavedPaths& paths) {
  if (!is_range(run, paths.first, paths.count) || !is_range(run, paths.target, 1)) return false;
  if (!paths.structural.empty() && !is_path(run, paths, paths.structural)) return false;
  for (const FoundPath& path : paths.strongest)
    if (!is_path(run, paths, path)) return false;
  return true;
}

// Number 0 is the structural one.
void read_steps(Database& db, SavedPaths& paths) {
  Query rows = db.query(
      "SELECT path, step, layer, source, target, level, head, weight FROM path_steps WHERE paths = ? "
      "ORDER BY path, step");
  rows.bind_all(paths.id);
  while (rows.next()) {
    const std::int64_t path = rows.integer(0);
    const bool next = path == std::int64_t(paths.strongest.size()) + 1;
    if (next) paths.strongest.emplace_back();
    if (path < 0 || path > std::int64_t(paths.strongest.size())) db.fail_damaged("the steps of a path");
    FoundPath& to = path == 0 ? paths.structural : paths.strongest.back();
    const auto small = [&](int column, std::int64_t least, std::int64_t most) {
      const std::int64_t value = rows.integer(column);
      if (value < least || value > most) db.fail_damaged("the steps of a path");
      return value;
    };
    if (rows.integer(1) != std::int64_t(to.size())) db.fail_damaged("the steps of a path");
    to.push_back({rows.integer(3), rows.integer(4), std::int32_t(small(2, 0, most_layers)),
                  std::int16_t(small(5, -1, most_layers / 4)), std::int16_t(small(6, -1, most_layers / 4)),
                  float(rows.real(7))});
  }
}

void write_steps(Database& db, std::int64_t id, std::int64_t number, const FoundPath& path) {
  Query keep = db.query(
      "INSERT INTO path_steps (paths, path, step, layer, source, target, level, head, weight) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < path.size(); ++i) {
    const PathStep& step = path[i];
    keep.bind_all(id, number, std::int64_t(i), int(step.layer), step.from, step.to, int(step.level), int(step.head),
                  double(step.weight))
        .run();
    keep.again();
  }
}

Rollout read_rollout(Database& db, Query& row) {
  Rollout rollout{row.integer(0), row.integer(1), row.text(2), row.integer(3), row.integer(4)};
  if (rollout.id < 0 || rollout.id >= most_rollouts) db.fail_damaged("a rollout");
  return rollout;
}

struct FoundRollout {
  Rollout rollout;
  Run run;
};

FoundRollout require_rollout(Database& db, std::int64_t id) {
  Query query = db.query("SELECT id, run, name, first, count FROM rollouts WHERE id = ?");
  query.bind_all(id);
  if (!query.next())
    throw core::Error("The workspace " + db.file().string() + " has no rollout " + std::to_string(id) + ".",
                      "Compute it again.");
  Rollout rollout = read_rollout(db, query);
  return {rollout, require_run(db, rollout.run)};
}

}  // namespace

double strength(const FoundPath& path, int heads) {
  double product = path.empty() ? 0 : 1;
  for (const PathStep& step : path)
    product *= step.stays() ? 0.5 : 0.5 * double(step.weight) / double(std::max(heads, 1));
  return product;
}

int hops(const FoundPath& path) {
  return int(std::count_if(path.begin(), path.end(), [](const PathStep& step) { return !step.stays(); }));
}

std::vector<SavedPaths> Workspace::saved_paths(std::int64_t id) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  std::vector<SavedPaths> all;
  {
    Query rows = db.query(
        "SELECT id, name, first, count, target, exact FROM paths WHERE run = ? ORDER BY id DESC");
    rows.bind_all(id);
    while (rows.next())
      all.push_back({rows.integer(0), id, rows.text(1), rows.integer(2), rows.integer(3), rows.integer(4),
                     rows.integer(5) != 0, {}, {}});
  }
  for (SavedPaths& paths : all) {
    read_steps(db, paths);
    if (!fits(run, paths)) db.fail_damaged("the paths \"" + paths.name + "\"");
  }
  return all;
}

std::int64_t Workspace::Writer::save_paths(const SavedPaths& paths) {
  return impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, paths.run);
    if (!fits(run, paths)) throw core::Error("These paths do not fit run " + std::to_string(run.id) + ".");
    db.query("INSERT INTO paths (run, name, first, count, target, exact) VALUES (?, ?, ?, ?, ?, ?)")
        .bind_all(paths.run, paths.name, paths.first, paths.count, paths.target, int(paths.exact))
        .run();
    const std::int64_t id = db.last_id();
    write_steps(db, id, 0, paths.structural);
    for (std::size_t i = 0; i < paths.strongest.size(); ++i)
      write_steps(db, id, std::int64_t(i) + 1, paths.strongest[i]);
    return id;
  });
}

void Workspace::Writer::rename_paths(std::int64_t id, const std::string& name) {
  impl_.write([&] {
    impl_.db.query("UPDATE paths SET name = ? WHERE id = ?").bind_all(name, id).run();
  });
}

void Workspace::Writer::remove_paths(std::int64_t id) {
  impl_.write([&] { impl_.db.query("DELETE FROM paths WHERE id = ?").bind_all(id).run(); });
}

std::vector<Rollout> Workspace::rollouts(std::int64_t id) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const Run run = require_run(db, id);
  std::vector<Rollout> all;
  Query rows = db.query("SELECT id, run, name, first, count FROM rollouts WHERE run = ? ORDER BY id DESC");
  rows.bind_all(id);
  while (rows.next()) {
    all.push_back(read_rollout(db, rows));
    if (!is_range(run, all.back().first, all.back().count)) db.fail_damaged("a rollout");
  }
  return all;
}

std::vector<float> Workspace::rollout(std::int64_t id, std::int64_t first, std::int64_t count) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const auto [rollout, run] = require_rollout(db, id);
  auto values = track_values(db, run.id, track_of(id), first, count, run.tokens);
  for (float& value : values) value /= float(run.tokens);
  return values;
}

std::vector<Bin> Workspace::rollout_bins(std::int64_t id, std::int64_t first, std::int64_t count, int bins) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  const auto [rollout, run] = require_rollout(db, id);
  auto values = track_bins(db, run.id, track_of(id), first, count, bins, run.tokens);
  for (Bin& bin : values)
    for (float* value : {&bin.minimum, &bin.mean, &bin.maximum}) *value /= float(run.tokens);
  return values;
}

std::int64_t Workspace::Writer::save_rollout(const Rollout& rollout, std::span<const float> shares) {
  return impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, rollout.run);
    check_values(db, shares, "a share of");
    if (!is_range(run, rollout.first, rollout.count) || std::int64_t(shares.size()) != run.tokens)
      throw core::Error("This rollout does not fit run " + std::to_string(run.id) + ".");
    db.query("INSERT INTO rollouts (run, name, first, count) VALUES (?, ?, ?, ?)")
        .bind_all(rollout.run, rollout.name, rollout.first, rollout.count)
        .run();
    const std::int64_t id = db.last_id();
    if (id >= most_rollouts) throw core::Error("There were too many rollouts in this workspace.", "Make a new one.");
    std::vector<float> multiples(shares.begin(), shares.end());
    for (float& value : multiples) value *= float(run.tokens);
    put_track(db, run.id, track_of(id), multiples);
    return id;
  });
}

void Workspace::Writer::rename_rollout(std::int64_t id, const std::string& name) {
  impl_.write([&] {
    require_rollout(impl_.db, id);
    impl_.db.query("UPDATE rollouts SET name = ? WHERE id = ?").bind_all(name, id).run();
  });
}

void Workspace::Writer::remove_rollout(std::int64_t id) {
  impl_.write([&] {
    Database& db = impl_.db;
    const auto [rollout, run] = require_rollout(db, id);
    db.query("DELETE FROM track_blocks WHERE run = ? AND track = ?").bind_all(run.id, track_of(id)).run();
    db.query("DELETE FROM track_levels WHERE run = ? AND track = ?").bind_all(run.id, track_of(id)).run();
    db.query("DELETE FROM rollouts WHERE id = ?").bind_all(id).run();
  });
}

}  // namespace corpuscope::workspace
