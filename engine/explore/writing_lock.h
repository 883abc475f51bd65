#pragma once
// One job at a time writes into a workspace, over all processes.

#include <filesystem>

namespace corpuscope::explore {

// Held while this lives, given up by the system when the process ends in whatever way.
class WritingLock {
 public:
  explicit WritingLock(const std::filesystem::path& workspace);  // throws core::Error where another holds it
  ~WritingLock();
  WritingLock(const WritingLock&) = delete;
  WritingLock& operator=(const WritingLock&) = delete;

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace corpuscope::explore
