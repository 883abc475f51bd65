#pragma once
// Small corpora on disk, opened for tests.

#include <algorithm>
#include <map>
#include <sstream>
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
