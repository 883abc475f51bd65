#pragma once
// The corpus' text that the window's views have in common: decompressing it takes longer than scanning it.

#include <filesystem>
#include <memory>
#include <mutex>

#include "explore/search_text.h"

namespace corpuscope::ui {

using FoundText = std::shared_ptr<const explore::CorpusText>;

class KeptText {
 public:
  // From any thread: as the workspace holds it now.
  FoundText of(const std::filesystem::path& file) {
    const std::lock_guard lock(mutex_);
    if (!text_ || file_ != file || !text_->current()) {
      text_ = std::make_shared<const explore::CorpusText>(file);
      file_ = file;
    }
    return text_;
  }

 private:
  std::mutex mutex_;
  std::filesystem::path file_;
  FoundText text_;
};

}  // namespace corpuscope::ui
