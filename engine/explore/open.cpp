#include "explore/open.h"

#include <algorithm>
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

void make_parent(const fs::path& file) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error)
    throw core::Error("Cannot make the folder " + file.parent_path().string() + ": " + error.message() + ".",
                      "Choose another place with --workspace FILE.");
}

// A new workspace is made of the folders. Another one must be of them already: it is easily given by mistake.
void check_folders(workspace::Workspace& workspace, const std::vector<fs::path>& folders, CorpusChange& change) {
  const auto held = workspace.folders();
  if (held.empty()) {
    change.add.insert(change.add.begin(), folders.begin(), folders.end());
    return;
  }
  for (const auto& folder : folders) {
    const auto whole = whole_path(folder).string();
    if (std::any_of(held.begin(), held.end(), [&](const auto& one) { return one.path == whole; })) continue;
    throw core::Error("The workspace " + workspace.file().string() + " is that of " + held.front().path +
                          (held.size() > 1 ? " and others" : "") + ", not of " + whole + ".",
                      "Add the folder to it (--add), or choose another workspace file.");
  }
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

OpenResult open_corpus(const std::vector<fs::path>& folders, const fs::path& file, const OpenSettings& settings,
                       core::Job& job) {
  for (const auto& folder : folders) whole_path(folder);  // before a file is made for what is not there
  make_parent(file);
  const WritingLock lock(file);
  auto workspace = workspace::Workspace::open(file, !folders.empty());
  auto change = settings.change;
  check_folders(workspace, folders, change);
  change_corpus(workspace, change, job);

  OpenResult result;
  auto start = Clock::now();
  open_text(workspace, result, job);
  result.text_seconds = seconds_since(start);

  start = Clock::now();
  if (!workspace.summary().tokens_complete || !settings.tokenizer.empty())
    open_tokens(workspace, tokenizer_of(workspace, settings), job);
  result.token_seconds = seconds_since(start);
  return result;
}

OpenResult open_corpus(const fs::path& folder, const fs::path& file, const OpenSettings& settings, core::Job& job) {
  return open_corpus(std::vector{folder}, file, settings, job);
}

OpenResult update_corpus(const fs::path& file, const OpenSettings& settings, core::Job& job) {
  return open_corpus(std::vector<fs::path>(), file, settings, job);
}

}  // namespace corpuscope::explore
