#pragma once
// A small workspace with everything in it, for the tests of this room.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

#include "core/error.h"
#include "support.h"
#include "workspace/workspace.h"
#include "workspace/writer.h"

namespace corpuscope::workspace {

inline Document named(const std::string& name) {
  Document document;
  document.name = name;
  document.hash = "hash of " + name;
  document.encoding = "UTF-8";
  document.modified_ns = 12345;
  return document;
}

inline std::int64_t put(Workspace& workspace, const std::string& name, const std::string& text) {
  return workspace.writer().put_document(named(name), text);
}

// One token a byte, and the sequence finished with separator 300.
inline void tokenize(Workspace& workspace) {
  for (const std::int64_t id : workspace.writer().documents_without_tokens()) {
    const std::string text = workspace.text(id);
    const std::vector<std::int32_t> tokens(text.begin(), text.end());
    workspace.writer().put_tokens(id, tokens);
  }
  workspace.writer().finish_sequence(300);
}

inline std::int64_t make_run(Workspace& workspace, int layers = 2) {
  Run run;
  run.model = "pocket";
  run.config = R"({"layers": 2, "heads": 4})";
  run.tokens = workspace.summary().tokens;
  run.layers = layers;
  run.heads = 4;
  run.levels = 3;
  return workspace.writer().create_run(run);
}

// Behind the workspace's back.
inline void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

inline std::vector<float> random_values(std::size_t count, unsigned seed, float scale = 10) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> distribution(0, scale);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(random);
  return values;
}

inline std::string random_words(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) {
    for (unsigned letters = 2 + random() % 8; letters > 0; --letters) text += char('a' + random() % 26);
    text += random() % 12 == 0 ? '\n' : ' ';
  }
  text.resize(bytes);
  return text;
}

}  // namespace corpuscope::workspace
