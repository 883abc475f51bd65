#include "core/memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace corpuscope::core {
namespace {

std::int64_t of_system() {
  std::ifstream in("/proc/meminfo");
  for (std::string word; in >> word;)
    if (std::int64_t kilobytes = 0; word == "MemAvailable:" && in >> kilobytes) return kilobytes * 1024;
  return -1;
}

std::int64_t number_in(const std::string& file) {
  std::int64_t number = -1;
  std::ifstream(file) >> number;
  return number > 0 ? number : -1;  // "max" is no number
}

// Version 2 as a container sees its own group.
std::int64_t of_control_group() {
  const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max"), used = number_in("/sys/fs/cgroup/memory.current");
  if (limit < 0 || used < 0) return -1;
  // What files left in memory is given back when it is needed.
  std::int64_t files = 0;
  std::ifstream in("/sys/fs/cgroup/memory.stat");
  for (std::string word; in >> word;)
    if (std::int64_t bytes = 0; word == "inactive_file" && in >> bytes) files = bytes;
  return std::max<std::int64_t>(0, limit - used + files);
}

}  // namespace

std::int64_t available_memory() {
  const std::int64_t system = of_system(), group = of_control_group();
  if (system < 0 || group < 0) return std::max(system, group);
  return std::min(system, group);
}

}  // namespace corpuscope::core
