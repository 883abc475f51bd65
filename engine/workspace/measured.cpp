#include "workspace/measured.h"

#include "workspace/impl.h"
#include "workspace/run_values.h"
#include "workspace/small_float.h"

namespace corpuscope::workspace {
namespace {

void check_link(const Run& run, const Link& link) {
  const bool inside = link.first >= 0 && link.count > 0 && link.targets > 0 && link.target >= 0 &&
                      link.count <= link.target - link.first && link.targets <= run.done - link.target;
  if (!inside)
    throw core::Error("Such a link does not fit run " + std::to_string(run.id) + ", which has read " +
                          std::to_string(run.done) + " tokens.",
                      "Choose a passage, and a target behind it that was read.");
}

}  // namespace

std::vector<float> as_kept(std::vector<float> bits) {
  for (float& one : bits) one = from_small(to_small(one));
  return bits;
}

std::vector<CheckedLink> Workspace::checked_links(std::int64_t run) const {
  Query query = impl_->db.query(
      "SELECT first, count, target, targets, bits, bits_without, spread FROM checked_links WHERE run = ? "
      "ORDER BY target, first, count, targets");
  query.bind_all(run);
  std::vector<CheckedLink> all;
  while (query.next())
    all.push_back({{query.integer(0), query.integer(1), query.integer(2), query.integer(3)},
                   {query.real(4), query.real(5), query.real(6)}});
  return all;
}

std::optional<LinkCheck> Workspace::link_check(std::int64_t run, const Link& link) const {
  Query query = impl_->db.query(
      "SELECT bits, bits_without, spread FROM checked_links WHERE run = ? AND target = ? AND targets = ? AND first = ? "
      "AND count = ?");
  query.bind_all(run, link.target, link.targets, link.first, link.count);
  if (!query.next()) return std::nullopt;
  return LinkCheck{query.real(0), query.real(1), query.real(2)};
}

std::optional<ContextReach> Workspace::context_reach(std::int64_t run) const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  Query of_run = db.query("SELECT windows, window, other, seconds FROM context_reaches WHERE run = ?");
  of_run.bind_all(run);
  if (!of_run.next()) return std::nullopt;
  ContextReach reach{run, of_run.integer(0), of_run.integer(1), of_run.integer(2), of_run.real(3), {}};
  Query octaves = db.query("SELECT first, end, saved, error FROM context_octaves WHERE run = ? ORDER BY first");
  octaves.bind_all(run);
  while (octaves.next())
    reach.octaves.push_back({octaves.integer(0), octaves.integer(1), octaves.real(2), octaves.real(3)});
  return reach;
}

void Workspace::Writer::put_link_check(std::int64_t run, const CheckedLink& checked) {
  impl_.write([&] {
    Database& db = impl_.db;
    const auto& [link, check] = checked;
    check_link(require_run(db, run), link);
    db.query("INSERT OR REPLACE INTO checked_links VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind_all(run, link.target, link.targets, link.first, link.count, check.bits, check.bits_without, check.spread)
        .run();
  });
}

void Workspace::Writer::put_context_reach(const ContextReach& reach) {
  impl_.write([&] {
    Database& db = impl_.db;
    require_run(db, reach.run);
    db.query("DELETE FROM context_octaves WHERE run = ?").bind_all(reach.run).run();
    db.query("INSERT OR REPLACE INTO context_reaches VALUES (?, ?, ?, ?, ?)")
        .bind_all(reach.run, reach.windows, reach.window, reach.other, reach.seconds)
        .run();
    for (const ContextReach::Octave& octave : reach.octaves)
      db.query("INSERT INTO context_octaves VALUES (?, ?, ?, ?, ?)")
          .bind_all(reach.run, octave.first, octave.end, octave.saved, octave.error)
          .run();
  });
}

}  // namespace corpuscope::workspace
