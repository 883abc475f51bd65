#pragma once
// The text of a whole corpus as one contiguous buffer, so that a scan runs at the speed of memory.
//
// The workspace holds texts compressed. Each is decompressed once, by the first that needs it, into its place in one
// mapping: of memory while that takes no more than half of the machine's, else of a file without a name that the
// system may write out and drop. Searches after the first find the text there.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/job.h"
#include "workspace/workspace.h"

namespace corpuscope::explore {

class CorpusText {
 public:
  // `most_memory`: bytes of text above which the buffer is a file; -1: half of the machine's memory.
  explicit CorpusText(const std::filesystem::path& workspace, std::int64_t most_memory = -1);
  ~CorpusText();
  CorpusText(const CorpusText&) = delete;
  CorpusText& operator=(const CorpusText&) = delete;

  // As they were when this was made, in the order of the sequence; documents are counted by their place in this list.
  const std::vector<workspace::Document>& documents() const;
  std::int64_t bytes() const;  // of all texts
  std::int64_t start(std::size_t document) const;  // bytes of the texts before it
  std::optional<std::size_t> find(std::int64_t id) const;

  // From any thread; valid as long as this. Throws core::Error where the document was changed since, or is damaged.
  std::string_view text(std::size_t document) const;

  void load(core::Job& job) const;  // all texts, on all threads

  // Lends a connection to the workspace; from any thread.
  void ask(const std::function<void(const workspace::Workspace&)>& question) const;

  // Whether the workspace still holds the same texts. If not, make a new one.
  bool current() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
