#pragma once
// A block of GPU threads on one processor: each thread is a fibre, which runs until it comes to something that threads
// do together (a barrier, a shuffle, a matrix product) and goes on when the others have come there too.
//
// It is strict where a GPU is lenient, so that mistakes show:
//   shared memory is NaN at first, and the target of an asynchronous copy is NaN until the copy is waited for;
//   warps, lanes and blocks take turns by chance, so that a missing barrier gives another result now and then;
//   products of warpgroups are as async_products.h says, and what they may read as shared_memory.h says;
//   matrices whose rows lie in the same banks of shared memory, which a GPU would load slowly, end the program, as do
//   lanes that do not come to the same thing, or not all of them: with a message.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "emulated/async_products.h"

namespace corpuscope::emulated {

int current_thread();
std::int64_t current_block();

void barrier();
float shuffle(float value, int from);

void stored(const void* at, std::size_t bytes);  // an ordinary store to shared memory
void copy_async(void* to, const void* from, bool valid);
void commit_copies();
void wait_copies(int pending);

void load_matrices(unsigned (&to)[4], const void* row, bool transposed);
void multiply_bf16(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1);

// What warpgroups need.
unsigned shared_address(const void* p);
void part_barrier(int number, int threads);
void make_gate(const void* gate, int arrivals);
void arrive(const void* gate);
void wait_for(const void* gate, int parity);
void fence_stores();
void fence_registers();
void multiply_async(Product product);
void commit_products();
void wait_products(int pending);

void run_blocks(std::int64_t blocks, int threads, std::size_t shared_bytes, const std::function<void(char*)>& body);

}  // namespace corpuscope::emulated
