#pragma once
// Many small writes as few steps: each costs some milliseconds, and a kill loses the one in hand.

#include <chrono>
#include <cstdint>

#include "workspace/writer.h"

namespace corpuscope::explore {

class Batch {
 public:
  explicit Batch(workspace::Workspace::Writer& writer) : writer_(writer) {}
  ~Batch() { writer_.rollback(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // The writer inside a step; begins one where none is under way.
  workspace::Workspace::Writer& writer() {
    if (!writer_.in_transaction()) {
      writer_.begin();
      begun_ = std::chrono::steady_clock::now();
      bytes_ = 0;
    }
    return writer_;
  }

  // After each whole piece of work.
  void wrote(std::int64_t bytes) {
    bytes_ += bytes;
    if (bytes_ >= most_bytes || std::chrono::steady_clock::now() - begun_ >= longest) finish();
  }

  void finish() {
    if (writer_.in_transaction()) writer_.commit();
  }

 private:
  static constexpr std::int64_t most_bytes = 8 << 20;
  static constexpr auto longest = std::chrono::milliseconds(250);

  workspace::Workspace::Writer& writer_;
  std::chrono::steady_clock::time_point begun_{};
  std::int64_t bytes_ = 0;
};

}  // namespace corpuscope::explore
