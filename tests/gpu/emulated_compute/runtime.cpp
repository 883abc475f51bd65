// compute/cuda/runtime.h for a machine without a GPU: memory is the processor's, and work is done when it is put on a
// stream. Every array has its own memory of its very size, filled with NaNs, so that sanitizers and results show what
// goes wrong with it.

#include "compute/cuda/runtime.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "compute/cuda/failure.h"
#include "emulated_compute/runtime.h"

namespace corpuscope::gpu_test {
namespace {

std::mutex mutex;
std::int64_t total = std::int64_t(1) << 40, in_use = 0, hidden = 0;
std::map<void*, std::int64_t> sizes;

}  // namespace

void set_gpu_memory(std::int64_t bytes) {
  const std::lock_guard lock(mutex);
  total = bytes;
}

void set_hidden_use(std::int64_t bytes) {
  const std::lock_guard lock(mutex);
  hidden = bytes;
}

std::int64_t gpu_memory_in_use() {
  const std::lock_guard lock(mutex);
  return in_use;
}

}  // namespace corpuscope::gpu_test

namespace corpuscope::compute::cuda {

void check(int status, const char* doing) {
  if (status != 0) throw core::Error(std::string("The emulated GPU failed while ") + doing + ".", "");
}

void use_gpu(int) {}
int gpu_in_use() { return 0; }

GpuMemory memory_of_gpu() {
  const std::lock_guard lock(gpu_test::mutex);
  return {gpu_test::total - gpu_test::in_use, gpu_test::total};
}

Event::Event() = default;
Event::~Event() = default;
void Event::record(StreamHandle) {}
void Event::wait() const {}
bool Event::is_done() const { return true; }
void wait_for(StreamHandle, const Event&) {}

Stream::Stream() = default;
Stream::~Stream() = default;
void Stream::synchronize() const {}

struct Graph::Made {
  std::function<void()> work;
};
Graph::~Graph() { forget(); }
void Graph::forget() { delete std::exchange(made_, nullptr); }
void Graph::record(StreamHandle, std::function<void()> work) {
  forget();
  made_ = new Made{std::move(work)};
}
void Graph::start(StreamHandle) const { made_->work(); }

void* allocate(Place place, std::int64_t bytes) {
  if (bytes == 0) return nullptr;
  {
    const std::lock_guard lock(gpu_test::mutex);
    if (place == Place::gpu && gpu_test::in_use + gpu_test::hidden + bytes > gpu_test::total)
      throw OutOfMemory("The GPU has no room for another " + std::to_string(bytes) + " bytes.", "Take less.");
    if (place == Place::gpu) gpu_test::in_use += bytes;
  }
  void* memory = std::aligned_alloc(256, std::size_t(bytes + 255) / 256 * 256);
  std::memset(memory, 0xff, std::size_t(bytes));
  const std::lock_guard lock(gpu_test::mutex);
  gpu_test::sizes[memory] = bytes;
  return memory;
}

void release(Place place, void* memory) noexcept {
  if (!memory) return;
  {
    const std::lock_guard lock(gpu_test::mutex);
    const auto found = gpu_test::sizes.find(memory);
    if (place == Place::gpu) gpu_test::in_use -= found->second;
    gpu_test::sizes.erase(found);
  }
  std::free(memory);
}

void copy_bytes(StreamHandle, void* to, const void* from, std::int64_t bytes) {
  if (bytes > 0) std::memmove(to, from, std::size_t(bytes));
}

void clear_bytes(StreamHandle, void* memory, std::int64_t bytes) {
  if (bytes > 0) std::memset(memory, 0, std::size_t(bytes));
}

}  // namespace corpuscope::compute::cuda
