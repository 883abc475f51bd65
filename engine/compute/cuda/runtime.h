#pragma once
// A GPU's streams, events and memory, each freed by its owner. To use them no CUDA header is needed, so that the code
// above them is plain C++, which tests also run over a processor that stands in for the GPU.
//
// A thread works on one GPU: use_gpu says which. Work on a stream is done in its order, while the thread goes on.
// Whatever fails throws core::Error, OutOfMemory (failure.h) where memory is short.

#include <cstdint>
#include <functional>
#include <utility>

struct CUstream_st;
struct CUevent_st;

namespace corpuscope::compute::cuda {

using StreamHandle = CUstream_st*;  // CUDA's cudaStream_t

void use_gpu(int gpu);
int gpu_in_use();  // by this thread

struct GpuMemory {
  std::int64_t free = 0, total = 0;  // bytes
};
GpuMemory memory_of_gpu();  // of this thread's

class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(StreamHandle stream);
  void wait() const;  // until the stream has come there; at once where nothing was recorded
  bool is_done() const;
  CUevent_st* handle() const { return event_; }

 private:
  CUevent_st* event_ = nullptr;
};

// What is put on the stream from now on waits for what was recorded.
void wait_for(StreamHandle stream, const Event& event);

class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  operator StreamHandle() const { return stream_; }
  void wait_for(const Event& event) const { cuda::wait_for(stream_, event); }
  void synchronize() const;                 // this thread waits for all that was put on it

 private:
  StreamHandle stream_ = nullptr;
};

// Work that is always the same, recorded once and started with one call. Where it needs numbers that change, they lie
// on the GPU.
class Graph {
 public:
  Graph() = default;
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // `work` puts kernels and copies on the stream, and allocates nothing.
  void record(StreamHandle stream, std::function<void()> work);
  bool is_recorded() const { return made_ != nullptr; }
  void start(StreamHandle stream) const;
  void forget();

 private:
  struct Made;
  Made* made_ = nullptr;
};

enum class Place { gpu, pinned };  // pinned: the processor's, which copies reach without a stop

void* allocate(Place place, std::int64_t bytes);
void release(Place place, void* memory) noexcept;

// On the stream, in its order. What lies in the processor's memory should be pinned: else the thread waits.
void copy_bytes(StreamHandle stream, void* to, const void* from, std::int64_t bytes);
void clear_bytes(StreamHandle stream, void* memory, std::int64_t bytes);

// Room for numbers that is kept: it grows, and what was in it is lost where it has to.
template <typename Number, Place place>
class Room {
 public:
  Room() = default;
  explicit Room(std::int64_t count) { reserve(count); }
  ~Room() { release(place, data_); }
  Room(Room&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
  Room& operator=(Room&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  Number* reserve(std::int64_t count) {
    if (count > capacity_) {
      clear();
      data_ = static_cast<Number*>(allocate(place, count * std::int64_t(sizeof(Number))));
      capacity_ = count;
    }
    return data_;
  }
  void clear() {
    release(place, std::exchange(data_, nullptr));
    capacity_ = 0;
  }

  Number* data() const { return data_; }
  std::int64_t capacity() const { return capacity_; }

 private:
  Number* data_ = nullptr;
  std::int64_t capacity_ = 0;
};

template <typename Number>
using Array = Room<Number, Place::gpu>;
template <typename Number>
using Pinned = Room<Number, Place::pinned>;

template <typename Number>
void copy(StreamHandle stream, Number* to, const Number* from, std::int64_t count) {
  copy_bytes(stream, to, from, count * std::int64_t(sizeof(Number)));
}
template <typename Number>
void clear(StreamHandle stream, Number* numbers, std::int64_t count) {
  clear_bytes(stream, numbers, count * std::int64_t(sizeof(Number)));
}

}  // namespace corpuscope::compute::cuda
