#pragma once
// A tiny model and a corpus of made-up tokens for the tests of reading.

#include <sqlite3.h>

#include <random>
#include <stdexcept>
#include <string>

#include "explore/read_setup.h"
#include "model/decoder.h"
#include "support.h"
#include "workspace/writer.h"

namespace corpuscope::explore {

inline model::Config tiny_config() {
  model::Config config;
  config.vocab_size = 61;
  config.hidden_size = 32;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.ffn_size = 64;
  config.attention = {{{32, 1}, {64, 2}, {128, 4}}, pattern::OffsetRule::modulo, true, true};
  return config;
}

inline void write_model(const std::filesystem::path& folder, const model::Config& config, unsigned seed = 1) {
  model::Tensors weights = model::initial_weights(config, seed);
  // Sharp enough that some edges stand out.
  for (auto& [name, tensor] : weights)
    if (name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos)
      for (float& x : tensor.data) x *= 20;
  test::write_file(folder / "config.json", model::to_json(config));
  model::write_safetensors(folder / "model.safetensors", weights);
}

// Documents of `each` tokens; with the separators `tokens` in all.
inline void write_corpus(const std::filesystem::path& file, std::int64_t tokens, unsigned seed = 1,
                         std::int64_t each = 1000) {
  auto workspace = workspace::Workspace::open(file, true);
  auto& writer = workspace.writer();
  workspace::Transaction transaction(writer);
  writer.set_tokenizer("a tokenizer");
  std::mt19937 random(seed);
  std::int64_t made = 0;
  for (int i = 0; made < tokens; ++i) {
    std::vector<std::int32_t> own(std::size_t(std::min(each, tokens - made) - 1));
    for (auto& token : own) token = std::int32_t(1 + random() % 60);
    workspace::Document document;
    document.name = std::to_string(100000 + i) + ".txt";
    document.hash = std::to_string(seed);
    const std::int64_t id = writer.put_document(document, "text " + std::to_string(seed));
    writer.put_tokens(id, own);
    made += std::int64_t(own.size()) + 1;
  }
  writer.set_text_complete(true);
  writer.finish_sequence(0);
  transaction.commit();
}

// Every row that runs left, without the time they took.
inline std::string stored_results(const std::filesystem::path& file) {
  const auto close = [](sqlite3* db) { sqlite3_close(db); };
  sqlite3* opened = nullptr;
  if (sqlite3_open(file.c_str(), &opened) != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
  const std::unique_ptr<sqlite3, decltype(close)> db(opened, close);
  std::string rows;
  for (const std::string sql :
       {"SELECT id, model, config, detail, tokens, done, layers, heads, levels, finished FROM runs ORDER BY 1",
        "SELECT * FROM track_blocks ORDER BY 1, 2, 3", "SELECT * FROM track_levels ORDER BY 1, 2, 3, 4",
        "SELECT * FROM tiles ORDER BY 1, 2, 3, 4, 5, 6", "SELECT * FROM tile_levels ORDER BY 1, 2",
        "SELECT * FROM edge_blocks ORDER BY 1, 2, 3", "SELECT * FROM run_states ORDER BY 1, 2",
        "SELECT * FROM run_waypoints ORDER BY 1, 2, 3"}) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db.get()));
    int count = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      ++count;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
        rows.append(bytes ? bytes : "", std::size_t(sqlite3_column_bytes(statement, i))).push_back('\x1f');
      }
    }
    sqlite3_finalize(statement);
    rows += std::to_string(count) + " rows of " + sql + "\n";
  }
  return rows;
}

}  // namespace corpuscope::explore
