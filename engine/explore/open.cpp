#include "explore/open.h"

#include <chrono>

#include "core/error.h"
#include "explore/open_stages.h"
#include "explore/writing_lock.h"
#include "workspace/writer.h"

namespace corpuscope::explore {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

fs::path whole_path(const fs::path& folder) {
  std::error_code error;
  const auto path = fs::canonical(folder, error);
  if (error)
    throw core::Error("Cannot open " + folder.string() + ": " + error.message() + ".", "Check the name of the folder.");
  return path;
}

void make_parent(const fs::path& file) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error)
    throw core::Error("Cannot make the folder " + file.parent_path().string() + ": " + error.message() + ".",
                      "Choose another place with --workspace FILE.");
}

// A workspace belongs to one folder: with another, every document would be removed.
void check_folder(workspace::Workspace& workspace, const fs::path& folder) {
  const auto before = workspace.corpus_folder();
  if (before.empty())
    workspace.writer().set_corpus_folder(folder.string());
  else if (before != folder.string())
    throw core::Error("The workspace " + workspace.file().string() + " is that of " + before + ", not of " +
                          folder.string() + ".",
                      "Choose another workspace file, or remove that one.");
}

// A corpus keeps its tokenizer unless another is asked for.
tokens::Tokenizer tokenizer_of(workspace::Workspace& workspace, const OpenSettings& settings) {
  const auto kept = workspace.tokenizer_model();
  if (settings.tokenizer.empty() && !kept.empty()) return tokens::Tokenizer::from_bytes(kept);
  auto tokenizer = tokens::Tokenizer::load(settings.tokenizer.empty() ? resource("tokenizer/default.model")
                                                                      : settings.tokenizer);
  if (tokenizer.model() != kept) workspace.writer().set_tokenizer(tokenizer.model());
  return tokenizer;
}

}  // namespace

OpenResult open_corpus(const fs::path& folder, const fs::path& file, const OpenSettings& settings, core::Job& job) {
  const fs::path whole = whole_path(folder);
  make_parent(file);
  const WritingLock lock(file);
  auto workspace = workspace::Workspace::open(file, true);
  check_folder(workspace, whole);

  OpenResult result;
  auto start = Clock::now();
  open_text(whole, workspace, result, job);
  result.text_seconds = seconds_since(start);

  start = Clock::now();
  if (!workspace.summary().tokens_complete || !settings.tokenizer.empty())
    open_tokens(workspace, tokenizer_of(workspace, settings), job);
  result.token_seconds = seconds_since(start);
  return result;
}

}  // namespace corpuscope::explore
