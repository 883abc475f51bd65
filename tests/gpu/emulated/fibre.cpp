#include "emulated/fibre.h"

#include <cstdint>
#include <cstdlib>

namespace corpuscope::emulated {

namespace {
Fibre* starting = nullptr;  // whose entry() is about to run
}

#ifdef __x86_64__
// Keeps what a function must keep on the stack, and goes on with another stack. swapcontext does the same and asks the
// system about signals each time, which is a hundred times slower.
extern "C" void corpuscope_switch_stacks(void** from, void* to);
asm(R"(
.text
.type corpuscope_switch_stacks, @function
corpuscope_switch_stacks:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size corpuscope_switch_stacks, .-corpuscope_switch_stacks
)");
#endif

void Fibre::start(Function function, void* argument) {
  function_ = function;
  argument_ = argument;
  ended_ = false;
  if (!stack_) stack_.reset(new char[stack_bytes]);
#ifdef __x86_64__
  auto top = reinterpret_cast<std::uintptr_t>(stack_.get() + stack_bytes) / 16 * 16;
  void** frame = reinterpret_cast<void**>(top);
  *--frame = nullptr;                            // entry() returns nowhere
  *--frame = reinterpret_cast<void*>(&entry);
  for (int i = 0; i < 6; ++i) *--frame = nullptr;
  inside_ = frame;
#else
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_.get();
  inside_.uc_stack.ss_size = stack_bytes;
  inside_.uc_link = nullptr;
  makecontext(&inside_, &entry, 0);
#endif
}

void Fibre::resume() {
  starting = this;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&fake_outside_, stack_.get(), stack_bytes);
#endif
#ifdef __x86_64__
  corpuscope_switch_stacks(&outside_, inside_);
#else
  swapcontext(&outside_, &inside_);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_outside_, nullptr, nullptr);
#endif
}

void Fibre::leave() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(ended_ ? nullptr : &fake_inside_, outside_bottom_, outside_size_);
#endif
#ifdef __x86_64__
  corpuscope_switch_stacks(&inside_, outside_);
#else
  swapcontext(&inside_, &outside_);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_inside_, &outside_bottom_, &outside_size_);
#endif
}

void Fibre::entry() {
  Fibre* self = starting;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &self->outside_bottom_, &self->outside_size_);
#endif
  self->function_(self->argument_);
  self->ended_ = true;
  self->leave();
  std::abort();
}

}  // namespace corpuscope::emulated
