// The list of runs, and the streaming state from which a run goes on.

#include <algorithm>

#include "workspace/impl.h"
#include "workspace/run_values.h"
#include "workspace/state_parts.h"

namespace corpuscope::workspace {
namespace {

// Only runs over the sequence as it is now.
const std::string select_runs =
    "SELECT id, model, config, detail, tokens, done, seconds, layers, heads, levels FROM runs "
    "WHERE sequence = (SELECT value FROM facts WHERE key = 'sequence') "
    "AND (SELECT value FROM facts WHERE key = 'tokens_complete') ";
const std::string select_all = select_runs + "ORDER BY id DESC";
const std::string select_by_id = select_runs + "AND id = ?";

constexpr std::int64_t most_layers = 1 << 16;

Run read_run(const Database& db, Query& row) {
  Run run;
  run.id = row.integer(0);
  run.model = row.text(1);
  run.config = row.text(2);
  run.detail = Detail(std::clamp<std::int64_t>(row.integer(3), 0, int(Detail::full)));
  run.tokens = db.checked(row.integer(4), 0, "the tokens of a run");
  run.done = db.checked(row.integer(5), 0, "the tokens of a run");
  if (run.done > run.tokens) db.fail_damaged("a run that read more tokens than there are");
  run.seconds = row.real(6);
  run.layers = int(std::clamp<std::int64_t>(row.integer(7), 0, most_layers));
  run.heads = int(std::clamp<std::int64_t>(row.integer(8), 0, most_layers));
  run.levels = int(std::clamp<std::int64_t>(row.integer(9), 0, most_layers));
  return run;
}

std::optional<Run> find_run(Database& db, std::int64_t id) {
  Query query = db.query(select_by_id);
  query.bind_all(id);
  if (!query.next()) return std::nullopt;
  return read_run(db, query);
}

}  // namespace

Run require_run(Database& db, std::int64_t id) {
  auto run = find_run(db, id);
  if (!run) {
    throw core::Error(
        "The workspace " + db.file().string() + " has no run " + std::to_string(id) + " over the present text.",
        "Read the corpus again; a run ends when the text that it read changes.");
  }
  return *run;
}

void check_values(const Database& db, std::span<const float> values, const char* what) {
  for (const float value : values) {
    if (value >= 0 && value <= std::numeric_limits<float>::max()) continue;
    throw core::Error("The model gave a value that cannot be kept in " + db.file().string() + ": " + what + " " +
                          std::to_string(value) + ".",
                      "Its weights are probably damaged; use another model or fetch it again.");
  }
}

std::vector<Run> Workspace::runs() const {
  std::vector<Run> all;
  Query query = impl_->db.query(select_all);
  while (query.next()) all.push_back(read_run(impl_->db, query));
  return all;
}

std::optional<Run> Workspace::run(std::int64_t id) const { return find_run(impl_->db, id); }

std::int64_t Workspace::Writer::create_run(const Run& run) {
  return impl_.write([&] {
    Database& db = impl_.db;
    if (run.layers < 0 || run.layers > most_layers) throw core::Error("A run cannot have that many layers.");
    if (!impl_.fact("tokens_complete") || run.tokens != impl_.fact("sequence_tokens")) {
      throw core::Error("A run over " + std::to_string(run.tokens) + " tokens does not fit the sequence of " +
                            db.file().string() + ".",
                        "Open the folder again, then read it.");
    }
    db.query(
          "INSERT INTO runs (sequence, model, config, detail, tokens, done, seconds, layers, heads, levels, "
          "finished) VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, 0)")
        .bind_all(impl_.fact("sequence"), run.model, run.config, int(run.detail), run.tokens, run.layers, run.heads,
                  run.levels)
        .run();
    return db.last_id();
  });
}

void Workspace::Writer::remove_run(std::int64_t run) {
  impl_.write([&] {
    std::erase_if(impl_.track_blocks, [&](const auto& entry) { return std::get<0>(entry.first) == run; });
    impl_.db.query("DELETE FROM runs WHERE id = ?").bind_all(run).run();
  });
}

void Workspace::Writer::save_state(std::int64_t id, std::span<const std::byte> state, std::int64_t done,
                                   double seconds) {
  impl_.write([&] {
    Database& db = impl_.db;
    const Run run = require_run(db, id);
    if (done < 0 || done > run.tokens) throw core::Error("A run cannot have read more tokens than there are.");
    db.query("DELETE FROM run_states WHERE run = ?").bind_all(id).run();
    Query keep = db.query("INSERT INTO run_states (run, part, data) VALUES (?, ?, ?)");
    for_each_part(state, [&](std::int64_t number, std::span<const std::byte> part) {
      keep.bind_all(id, number, part).run();
      keep.again();
    });
    db.query("UPDATE runs SET done = ?, seconds = ? WHERE id = ?").bind_all(done, seconds, id).run();
  });
}

std::vector<std::byte> Workspace::Writer::state(std::int64_t run) const {
  Database& db = impl_.db;
  std::vector<std::byte> state;
  Query parts = db.query("SELECT data FROM run_states WHERE run = ? ORDER BY part");
  parts.bind_all(run);
  while (parts.next())
    if (!append_part(parts.blob(0), state)) db.fail_damaged("the state of run " + std::to_string(run));
  return state;
}

}  // namespace corpuscope::workspace
