#include "emulated/block.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "compute/bf16.h"
#include "emulated/fibre.h"

namespace corpuscope::emulated {

namespace {

struct Copy {
  void* to;
  const void* from;
  bool valid;
  int group;
};

enum class Meeting {
  none, barrier, gate, shuffle, load, load_transposed, multiply, fence_registers, multiply_async, commit, wait_products
};

struct Thread {
  Fibre fibre;
  Meeting meeting = Meeting::none;  // where it waits for the others
  void* argument = nullptr;         // what it brings and gets there
  std::vector<Copy> copies;
  int group = 0;                    // committed so far
};

struct BarrierArgument {
  int number, threads;
};
struct GateArgument {
  const void* gate;
  int parity;
};
struct ShuffleArgument {
  float value, got;
  int from;
};
struct LoadArgument {
  unsigned* to;
  const void* row;
};
struct MultiplyArgument {
  float* c;
  const unsigned* a;
  unsigned b[2];
};

// PTX ISA, mbarrier: a phase ends with so many arrivals; the first one has parity 0.
struct GateState {
  int arrivals, missing, ended = 0;
  bool passed(int parity) const { return ended % 2 != parity; }
};

class Block {
 public:
  void run(std::int64_t number, int threads, std::size_t shared_bytes, const std::function<void(char*)>& body);

  Thread& current() { return threads_[std::size_t(current_)]; }
  int current_number() const { return current_; }
  std::int64_t number() const { return number_; }
  int threads() const { return count_; }
  SharedMemory& shared() { return shared_; }
  GateState& gate(const void* gate) {
    const auto found = gates_.find(gate);
    if (found == gates_.end()) wrong("a gate (mbarrier) that nobody has made");
    return found->second;
  }
  void make_gate(const void* gate, int arrivals) { gates_.insert_or_assign(gate, GateState{arrivals, arrivals}); }

  void meet(Meeting meeting, void* argument) {
    current().meeting = meeting;
    current().argument = argument;
    current().fibre.leave();
  }

 private:
  template <typename Argument>
  Argument& argument(int warp, int lane) {
    return *static_cast<Argument*>(threads_[std::size_t(warp * 32 + lane)].argument);
  }
  void run_warp(int warp);
  bool is_ready(int warp);
  void open_barrier(int warp);
  void act(int warp, Meeting meeting);
  void load(int warp, bool transposed);
  void multiply(int warp);

  std::vector<Thread> threads_;
  int current_ = 0;
  int count_ = 0;
  std::int64_t number_ = 0;
  std::function<void(char*)> body_;
  SharedMemory shared_;
  std::map<const void*, GateState> gates_;
  std::vector<AsyncProducts> products_;  // of each warp
  std::mt19937 random_{1};
};

Block& the_block() {
  static Block block;
  return block;
}

// Runs the lanes of a warp until each has come to something in common, does that, and so on, until the warp waits at a
// barrier or has ended. Now and then it stops earlier, so that warps do not keep in step.
void Block::run_warp(int warp) {
  for (;;) {
    const int turn = int(random_() % 32);
    for (int i = 0; i < 32; ++i) {
      current_ = warp * 32 + (i + turn) % 32;
      if (!current().fibre.ended() && current().meeting == Meeting::none) current().fibre.resume();
    }
    const auto first = threads_.begin() + warp * 32;
    const Meeting meeting = first->meeting;
    const bool ended = first->fibre.ended();
    for (auto lane = first; lane != first + 32; ++lane)
      if (lane->fibre.ended() != ended || lane->meeting != meeting) wrong("lanes of a warp do not do the same thing");
    if (meeting == Meeting::barrier) open_barrier(warp);
    if (ended || meeting == Meeting::barrier || meeting == Meeting::gate) return;
    if (random_() % 16 == 0) return;  // it goes on from here
    act(warp, meeting);
    for (auto lane = first; lane != first + 32; ++lane) lane->meeting = Meeting::none;
  }
}

// The barrier that a warp has just come to opens when all have come that it is for.
void Block::open_barrier(int warp) {
  const auto number_of = [&](const Thread& thread) { return static_cast<BarrierArgument*>(thread.argument)->number; };
  const auto [number, threads] = argument<BarrierArgument>(warp, 0);
  std::vector<Thread*> here;
  for (int i = 0; i < count_; ++i)
    if (Thread& thread = threads_[std::size_t(i)]; thread.meeting == Meeting::barrier && number_of(thread) == number)
      here.push_back(&thread);
  if (int(here.size()) > threads) wrong("more threads come to a barrier than it is for");
  if (int(here.size()) == threads)
    for (Thread* thread : here) thread->meeting = Meeting::none;
}

bool Block::is_ready(int warp) {
  const auto first = threads_.begin() + warp * 32;
  if (first->meeting == Meeting::gate)
    for (int lane = 0; lane < 32; ++lane) {
      const auto& at = argument<GateArgument>(warp, lane);
      if (!gate(at.gate).passed(at.parity)) return false;
    }
  else if (first->meeting == Meeting::barrier)
    return false;
  return !first->fibre.ended();
}

void Block::act(int warp, Meeting meeting) {
  AsyncProducts& products = products_[std::size_t(warp)];
  switch (meeting) {
    case Meeting::shuffle:
      for (int lane = 0; lane < 32; ++lane) {
        auto& to = argument<ShuffleArgument>(warp, lane);
        if (to.from < 0 || to.from >= 32) wrong("a shuffle from a lane that there is not");
        to.got = argument<ShuffleArgument>(warp, to.from).value;
      }
      return;
    case Meeting::load: return load(warp, false);
    case Meeting::load_transposed: return load(warp, true);
    case Meeting::multiply: return multiply(warp);
    case Meeting::fence_registers: return products.fence();
    case Meeting::commit: return products.commit();
    case Meeting::wait_products: return products.wait(shared_, argument<int>(warp, 0));
    case Meeting::multiply_async: {
      Product* lanes[32];
      for (int lane = 0; lane < 32; ++lane) lanes[lane] = &argument<Product>(warp, lane);
      return products.start(shared_, warp % 4, lanes);
    }
    default: wrong("a warp has come to nothing");
  }
}

// PTX ISA, ldmatrix: the addresses of lanes 8 m .. 8 m + 7 are the rows of matrix m; lane l gets elements 2 (l % 4) and
// 2 (l % 4) + 1 of row l / 4 of each matrix, or of the transposed one.
void Block::load(int warp, bool transposed) {
  for (int m = 0; m < 4; ++m) {
    std::uint16_t matrix[8][8];
    unsigned banks = 0;  // shared memory has 32 of 4 bytes: rows of a matrix in the same ones come one after the other
    for (int row = 0; row < 8; ++row) {
      const void* from = argument<LoadArgument>(warp, 8 * m + row).row;
      if (reinterpret_cast<std::uintptr_t>(from) % 16 != 0) wrong("a matrix row is not aligned to 16 bytes");
      banks |= 1u << reinterpret_cast<std::uintptr_t>(from) / 16 % 8;
      std::memcpy(matrix[row], from, 16);
    }
    if (banks != 0xff) wrong("rows of a matrix lie in the same banks of shared memory");
    for (int l = 0; l < 32; ++l) {
      const int i = l / 4, j = l % 4 * 2;
      const unsigned low = transposed ? matrix[j][i] : matrix[i][j], high = transposed ? matrix[j + 1][i] : matrix[i][j + 1];
      argument<LoadArgument>(warp, l).to[m] = low | high << 16;
    }
  }
}

// PTX ISA, mma.m16n8k16 with 16-bit factors. With g = lane / 4, t = lane % 4, and i the number of an element in the
// lane's fragment (two to a register):
//   a: row g for i in {0, 1, 4, 5}, else g + 8; column 2 t + i % 2, and 8 more for i >= 4
//   b: row 2 t + i % 2, and 8 more for i >= 2; column g
//   c: row g for i < 2, else g + 8; column 2 t + i % 2
void Block::multiply(int warp) {
  float a[16][16], b[8][16];  // b by its columns
  const auto element = [](const unsigned* registers, int i) {
    return compute::to_float(compute::Bf16(registers[i / 2] >> (i % 2 * 16)));
  };
  for (int l = 0; l < 32; ++l) {
    const int g = l / 4, t = l % 4;
    const auto& from = argument<MultiplyArgument>(warp, l);
    for (int i = 0; i < 8; ++i) a[i / 2 % 2 == 0 ? g : g + 8][2 * t + i % 2 + (i >= 4 ? 8 : 0)] = element(from.a, i);
    for (int i = 0; i < 4; ++i) b[g][2 * t + i % 2 + (i >= 2 ? 8 : 0)] = element(from.b, i);
  }
  for (int l = 0; l < 32; ++l) {
    float* c = argument<MultiplyArgument>(warp, l).c;
    for (int i = 0; i < 4; ++i) {
      const float *x = a[l / 4 + (i < 2 ? 0 : 8)], *y = b[2 * (l % 4) + i % 2];
      float sum = 0;
      for (int k = 0; k < 16; ++k) sum += x[k] * y[k];
      c[i] += sum;
    }
  }
}

void Block::run(std::int64_t number, int threads, std::size_t shared_bytes, const std::function<void(char*)>& body) {
  number_ = number;
  body_ = body;
  count_ = threads;
  shared_ = SharedMemory(shared_bytes, threads);
  gates_.clear();
  products_.assign(std::size_t(threads / 32), {});
  if (threads_.size() < std::size_t(threads)) threads_ = std::vector<Thread>(std::size_t(threads));
  for (int i = 0; i < threads; ++i) {
    Thread& thread = threads_[std::size_t(i)];
    thread.meeting = Meeting::none;
    thread.copies.clear();
    thread.group = 0;
    thread.fibre.start([](void* block) { static_cast<Block*>(block)->body_(static_cast<Block*>(block)->shared_.data()); }, this);
  }
  const auto begin = threads_.begin(), end = begin + threads;
  for (;;) {
    std::vector<int> ready;
    for (int warp = 0; warp < threads / 32; ++warp)
      if (is_ready(warp)) ready.push_back(warp);
    if (ready.empty()) break;
    const int warp = ready[random_() % ready.size()];
    if (begin[warp * 32].meeting == Meeting::gate)
      for (int lane = 0; lane < 32; ++lane) begin[warp * 32 + lane].meeting = Meeting::none;
    run_warp(warp);
  }
  if (std::any_of(begin, end, [](const Thread& t) { return !t.fibre.ended(); }))
    wrong("some threads wait for others that never come");
  for (auto thread = begin; thread != end; ++thread)
    if (!thread->copies.empty()) wrong("a thread has ended before its copies");
  for (const AsyncProducts& products : products_)
    if (products.under_way()) wrong("a warp has ended before its products");
}

}  // namespace

int current_thread() { return the_block().current_number(); }
std::int64_t current_block() { return the_block().number(); }

void barrier() { part_barrier(0, the_block().threads()); }

void part_barrier(int number, int threads) {
  BarrierArgument argument{number, threads};
  the_block().meet(Meeting::barrier, &argument);
}

unsigned shared_address(const void* p) { return the_block().shared().address(p); }

void make_gate(const void* gate, int arrivals) { the_block().make_gate(gate, arrivals); }

void arrive(const void* gate) {
  GateState& state = the_block().gate(gate);
  if (--state.missing > 0) return;
  state.missing = state.arrivals;
  ++state.ended;
}

void wait_for(const void* gate, int parity) {
  GateArgument argument{gate, parity};
  the_block().meet(Meeting::gate, &argument);
}

void fence_stores() { the_block().shared().fence(the_block().current_number()); }
void fence_registers() { the_block().meet(Meeting::fence_registers, nullptr); }
void commit_products() { the_block().meet(Meeting::commit, nullptr); }
void wait_products(int pending) { the_block().meet(Meeting::wait_products, &pending); }
void multiply_async(Product product) { the_block().meet(Meeting::multiply_async, &product); }

void stored(const void* at, std::size_t bytes) {
  the_block().shared().wrote(the_block().current_number(), at, bytes);
}

float shuffle(float value, int from) {
  ShuffleArgument argument{value, 0, from};
  the_block().meet(Meeting::shuffle, &argument);
  return argument.got;
}

void copy_async(void* to, const void* from, bool valid) {
  if (reinterpret_cast<std::uintptr_t>(to) % 16 != 0 || (valid && reinterpret_cast<std::uintptr_t>(from) % 16 != 0))
    wrong("an asynchronous copy is not aligned to 16 bytes");
  Thread& thread = the_block().current();
  thread.copies.push_back({to, from, valid, thread.group});
  std::memset(to, 0xff, 16);
  stored(to, 16);
}

void commit_copies() { ++the_block().current().group; }

// As late as the GPU may: those of older groups now, the others when they are waited for.
void wait_copies(int pending) {
  Thread& thread = the_block().current();
  std::erase_if(thread.copies, [&](const Copy& copy) {
    if (copy.group >= thread.group - pending) return false;
    if (copy.valid)
      std::memcpy(copy.to, copy.from, 16);
    else
      std::memset(copy.to, 0, 16);
    stored(copy.to, 16);
    return true;
  });
}

void load_matrices(unsigned (&to)[4], const void* row, bool transposed) {
  LoadArgument argument{to, row};
  the_block().meet(transposed ? Meeting::load_transposed : Meeting::load, &argument);
}

void multiply_bf16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  MultiplyArgument argument{c, a, {b0, b1}};
  the_block().meet(Meeting::multiply, &argument);
}

void run_blocks(std::int64_t blocks, int threads, std::size_t shared_bytes, const std::function<void(char*)>& body) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(blocks));
  for (std::int64_t i = 0; i < blocks; ++i) order[std::size_t(i)] = i;
  static std::mt19937 random(2);
  std::shuffle(order.begin(), order.end(), random);
  for (const std::int64_t number : order) the_block().run(number, threads, shared_bytes, body);
}

}  // namespace corpuscope::emulated
