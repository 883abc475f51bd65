#include "explore/writing_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

// A holder removes the file at its end; who locked it in between holds a file that nobody else will find.
bool still_there(int descriptor, const std::filesystem::path& file) {
  struct stat held, named;
  return ::fstat(descriptor, &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

// A file of its own: closing any descriptor of the database would drop SQLite's own locks on it.
WritingLock::WritingLock(const std::filesystem::path& workspace) : file_(workspace.string() + ".lock") {
  while (true) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0)
      throw core::Error("Cannot write beside the workspace " + workspace.string() + ": " + std::strerror(errno) + ".",
                        "Choose a place where files can be written.");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      throw core::Error("The workspace " + workspace.string() + " is being written by another process.",
                        "Wait until it has finished, or end it.");
    }
    if (still_there(descriptor_, file_)) return;
    ::close(descriptor_);
  }
}

WritingLock::~WritingLock() {
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

}  // namespace corpuscope::explore
