#pragma once
// Small corpora on disk, opened for tests.

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "explore/open.h"
#include "support.h"
#include "workspace/workspace.h"

namespace corpuscope::test {

inline explore::OpenResult open_corpus(const std::filesystem::path& folder, const std::filesystem::path& workspace) {
  core::Job job;
  return explore::open_corpus(folder, workspace, {}, job);
}

// The text of every document, by name.
inline std::map<std::string, std::string> texts_of(const std::filesystem::path& file) {
  const auto workspace = workspace::Workspace::open(file);
  std::map<std::string, std::string> texts;
  for (const auto& document : workspace.documents()) texts[document.name] = workspace.text(document.id);
  return texts;
}

inline std::map<std::string, std::string> skipped_in(const std::filesystem::path& file) {
  std::map<std::string, std::string> skipped;
  for (const auto& entry : workspace::Workspace::open(file).skipped()) skipped[entry.name] = entry.reason;
  return skipped;
}

// Every word of the search index with its place, whichever rows and segments hold it.
inline std::string index_of(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const bool readable = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK;
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
  sqlite3_stmt* prepared = nullptr;
  const char* const questions[] = {
      "CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, words, instance)",
      "SELECT term || char(9) || coalesce(name, '?') || char(9) || coalesce(first, '?') || char(9) || doc % 1024 || "
      "char(9) || col || char(9) || offset FROM temp.places LEFT JOIN text_blocks ON text_blocks.id = doc / 1024 "
      "LEFT JOIN documents ON documents.id = document ORDER BY term, name, first, doc % 1024, col, offset"};
  if (!readable || sqlite3_exec(opened, questions[0], nullptr, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_prepare_v2(opened, questions[1], -1, &prepared, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(opened));
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> rows(prepared, sqlite3_finalize);
  std::string index;
  while (sqlite3_step(prepared) == SQLITE_ROW)
    index.append(reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0))) += '\n';
  return index;
}

// Everything that two workspaces of the same folder must have in common, byte for byte.
inline std::string state_of(const std::filesystem::path& file) {
  const auto workspace = workspace::Workspace::open(file);
  const auto summary = workspace.summary();
  std::ostringstream state;
  state << summary.text_complete << summary.tokens_complete;
  for (const auto& document : workspace.documents())
    state << '\n' << document.name << '\t' << document.hash << '\t' << document.encoding << '\t' << document.note
          << '\t' << document.file_bytes << '\t' << document.modified_ns << '\t' << document.text_bytes << '\t'
          << document.lines << '\t' << document.first_token << '\t' << document.tokens << '\n'
          << workspace.text(document.id);
  for (const auto& entry : workspace.skipped()) state << '\n' << entry.name << ": " << entry.reason;
  for (const auto token : workspace.tokens(0, summary.tokens)) state << ' ' << token;
  state << '\n' << index_of(file);
  return state.str();
}

// So many small files in folders, of some languages and sizes, some empty, some binary.
inline void write_corpus(const std::filesystem::path& folder, int files) {
  for (int i = 0; i < files; ++i) {
    const std::string name = "part" + std::to_string(i % 7) + "/file" + std::to_string(i);
    std::string text;
    for (int line = 0; line < i * 13 % 200; ++line)
      text += "line " + std::to_string(line * i) + "\tvon Größe – 大きさ = " + std::string(std::size_t(line % 9), ' ') + "x;\n";
    write_file(folder / (name + (i % 11 == 3 ? ".bin" : ".txt")), i % 11 == 3 ? std::string("\0\1\2\0", 4) + text : text);
  }
}

}  // namespace corpuscope::test
