#include "compute/cuda/runtime.h"

#include <cuda_runtime.h>

#include <memory>
#include <string>

#include "compute/cuda/failure.h"

namespace corpuscope::compute::cuda {
namespace {

std::string megabytes(std::int64_t bytes) { return std::to_string((bytes + 999999) / 1000000) + " MB"; }

[[noreturn]] void no_room(Place place, std::int64_t bytes) {
  if (place == Place::pinned)
    throw OutOfMemory(megabytes(bytes) + " of the computer's memory could not be set aside for the GPU's copies.",
                      "Close other programs.");
  const GpuMemory memory = memory_of_gpu();
  throw OutOfMemory("The GPU has no room for another " + megabytes(bytes) + ": " + megabytes(memory.free) + " of " +
                        megabytes(memory.total) + " are free.",
                    "Close other programs that use the GPU, choose a shorter text or a smaller model, or the CPU.");
}

}  // namespace

void check(int status, const char* doing) {
  const auto error = static_cast<cudaError_t>(status);
  if (error == cudaSuccess) return;
  cudaGetLastError();  // else the next call would be told of it once more
  const std::string what =
      std::string("The GPU failed while ") + doing + ": " + cudaGetErrorString(error) + ".";
  if (error == cudaErrorMemoryAllocation)
    throw OutOfMemory(what, "Close other programs that use the GPU, or choose the CPU.");
  throw core::Error(what, "Start the program again, or choose the CPU; the driver's own log may tell more.");
}

void use_gpu(int gpu) { check(cudaSetDevice(gpu), "it was chosen"); }

int gpu_in_use() {
  int gpu = 0;
  check(cudaGetDevice(&gpu), "it was asked for its number");
  return gpu;
}

GpuMemory memory_of_gpu() {
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "it was asked for its memory");
  return {std::int64_t(free), std::int64_t(total)};
}

Event::Event() { check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "an event was made"); }
Event::~Event() { cudaEventDestroy(event_); }
void Event::record(StreamHandle stream) { check(cudaEventRecord(event_, stream), "an event was recorded"); }
void Event::wait() const { check(cudaEventSynchronize(event_), "its work was waited for"); }

bool Event::is_done() const {
  const cudaError_t status = cudaEventQuery(event_);
  if (status == cudaErrorNotReady) return false;
  check(status, "its work was waited for");
  return true;
}

void wait_for(StreamHandle stream, const Event& event) {
  check(cudaStreamWaitEvent(stream, event.handle(), 0), "streams were put in order");
}

Stream::Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream was made"); }
Stream::~Stream() { cudaStreamDestroy(stream_); }
void Stream::synchronize() const { check(cudaStreamSynchronize(stream_), "its work was waited for"); }

struct Graph::Made {
  cudaGraphExec_t graph = nullptr;
};

Graph::~Graph() { forget(); }

void Graph::forget() {
  if (made_) cudaGraphExecDestroy(made_->graph);
  delete std::exchange(made_, nullptr);
}

void Graph::record(StreamHandle stream, std::function<void()> work) {
  forget();
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "work was recorded");
  cudaGraph_t recorded = nullptr;
  try {
    work();
  } catch (...) {
    cudaStreamEndCapture(stream, &recorded);
    cudaGetLastError();
    if (recorded) cudaGraphDestroy(recorded);
    throw;
  }
  check(cudaStreamEndCapture(stream, &recorded), "work was recorded");
  auto made = std::make_unique<Made>();
  const cudaError_t status = cudaGraphInstantiate(&made->graph, recorded, 0);
  cudaGraphDestroy(recorded);
  check(status, "recorded work was made ready");
  made_ = made.release();
}

void Graph::start(StreamHandle stream) const { check(cudaGraphLaunch(made_->graph, stream), "recorded work was started"); }

void* allocate(Place place, std::int64_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t error = place == Place::gpu ? cudaMalloc(&memory, std::size_t(bytes))
                                                : cudaMallocHost(&memory, std::size_t(bytes));
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    no_room(place, bytes);
  }
  check(error, "memory was set aside");
  return memory;
}

void release(Place place, void* memory) noexcept {
  if (memory) place == Place::gpu ? cudaFree(memory) : cudaFreeHost(memory);
}

void copy_bytes(StreamHandle stream, void* to, const void* from, std::int64_t bytes) {
  if (bytes > 0) check(cudaMemcpyAsync(to, from, std::size_t(bytes), cudaMemcpyDefault, stream), "numbers were copied");
}

void clear_bytes(StreamHandle stream, void* memory, std::int64_t bytes) {
  if (bytes > 0) check(cudaMemsetAsync(memory, 0, std::size_t(bytes), stream), "memory was cleared");
}

}  // namespace corpuscope::compute::cuda
