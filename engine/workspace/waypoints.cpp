// The model's streaming states on the way of a run.

#include "workspace/impl.h"
#include "workspace/run_values.h"
#include "workspace/state_parts.h"

namespace corpuscope::workspace {

void Workspace::Writer::put_waypoint(std::int64_t id, std::int64_t position, std::span<const std::byte> state) {
  impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, id);
    if (position < 0 || position > run.tokens)
      throw core::Error("A waypoint does not fit run " + std::to_string(id) + ".");
    db.query("DELETE FROM run_waypoints WHERE run = ? AND position = ?").bind_all(id, position).run();
    Query keep = db.query("INSERT INTO run_waypoints (run, position, part, data) VALUES (?, ?, ?, ?)");
    for_each_part(state, [&](std::int64_t number, std::span<const std::byte> part) {
      keep.bind_all(id, position, number, part).run();
      keep.again();
    });
  });
}

std::vector<std::int64_t> Workspace::waypoints(std::int64_t id) const {
  Database& db = impl_->db;
  std::vector<std::int64_t> positions;
  Query query = db.query("SELECT DISTINCT position FROM run_waypoints WHERE run = ? ORDER BY position");
  query.bind_all(id);
  while (query.next()) positions.push_back(db.checked(query.integer(0), 0, "a waypoint"));
  return positions;
}

std::vector<std::byte> Workspace::waypoint(std::int64_t id, std::int64_t position) const {
  Database& db = impl_->db;
  std::vector<std::byte> state;
  Query parts = db.query("SELECT data FROM run_waypoints WHERE run = ? AND position = ? ORDER BY part");
  parts.bind_all(id, position);
  while (parts.next())
    if (!append_part(parts.blob(0), state)) db.fail_damaged("a waypoint of run " + std::to_string(id));
  return state;
}

}  // namespace corpuscope::workspace
