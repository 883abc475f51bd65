#pragma once
// Fibres: functions with a stack of their own that are left and gone on with by hand.

#include <cstddef>
#include <memory>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace corpuscope::emulated {

class Fibre {
 public:
  using Function = void (*)(void*);

  void start(Function function, void* argument);  // it runs at the first resume()
  void resume();                                   // from outside, until it leaves or ends
  void leave();                                    // from inside
  bool ended() const { return ended_; }

 private:
  static constexpr std::size_t stack_bytes = 256 * 1024;
  static void entry();

  std::unique_ptr<char[]> stack_;
  Function function_ = nullptr;
  void* argument_ = nullptr;
  bool ended_ = true;
#ifdef __x86_64__
  void *inside_ = nullptr, *outside_ = nullptr;  // stack pointers
#else
  ucontext_t inside_, outside_;
#endif
#if defined(__SANITIZE_ADDRESS__)
  void *fake_inside_ = nullptr, *fake_outside_ = nullptr;
  const void* outside_bottom_ = nullptr;
  std::size_t outside_size_ = 0;
#endif
};

}  // namespace corpuscope::emulated
