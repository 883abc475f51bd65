#pragma once
// Tells when the files of a workspace's folders are no longer what it holds of them.

#include <filesystem>
#include <memory>

#include "explore/open.h"

namespace corpuscope::explore {

// The system tells of changes in the folders that are watched. It watches some thousands for a program; where a corpus
// has more (or lies on a drive whose system tells nothing), the files are looked at from time to time as well, at one
// percent of a core at most. Either way only names, sizes and times are looked at, never contents.
class Watch {
 public:
  explicit Watch(std::filesystem::path workspace, int most_watched = 8192);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Waits until something has changed and nothing more does for some tenths of a second, and tells how the folders
  // differ from the workspace; at once where they do when it is first called. What it told before it does not tell
  // again. Throws Cancelled. One thread at a time.
  Changes next(core::Job& job);

  // From any thread: the workspace was brought up to date, or `next` is to tell what it told before.
  void look_again();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
