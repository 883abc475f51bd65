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

struct TextPlace {
  std::size_t document = 0;  // in CorpusText::documents(); those before it count whole
  std::int64_t offset = 0;   // bytes of that document
};

class CorpusText {
 public:
  // `most_memory`: bytes of text above which the buffer is a file; -1: half of the machine's memory.
  explicit CorpusText(const std::filesystem::path& workspace, std::int64_t most_memory = -1);
  ~CorpusText();
  CorpusText(const CorpusText&) = delete;
  CorpusText& operator=(const CorpusText&) = delete;

  // The same, as if the corpus ended with token `tokens` - 1 of the sequence: documents behind that are not there, and
  // the one that holds it ends behind it. Nothing that stands further on can change what is found here. The search index
  // counts the whole corpus, so it is of no use: `cut` says so. Throws core::Error where the corpus has changed.
  std::shared_ptr<const CorpusText> before(std::int64_t tokens) const;
  bool cut() const { return cut_; }

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
  CorpusText(std::shared_ptr<Impl> impl, std::vector<workspace::Document> documents);

  std::shared_ptr<Impl> impl_;
  std::vector<workspace::Document> documents_;
  std::int64_t bytes_ = 0;
  bool cut_ = false;
};

}  // namespace corpuscope::explore
