#pragma once
// What reading one file may cost. A bomb, a quine or a file made to keep a parser busy ends in a core::Error that
// says which bound it broke; whatever one file unpacks to, through all its layers, is counted together.

#include <cstdint>
#include <functional>

#include "core/error.h"

namespace corpuscope::text {

struct Bounds {
  std::int64_t expanded = 1 << 30;  // bytes that may be unpacked from one file, in all
  std::int64_t ratio = 100;         // unpacked bytes for each byte of the file ...
  std::int64_t always = 16 << 20;   // ... but so many bytes are allowed in any case
  std::int64_t members = 500'000;   // of archives, nested ones counted in
  int depth = 4;                    // archives and compressed files inside each other
  double seconds = 30;              // of processor time, and one more for each MiB that is read or unpacked
};

// For one file, used by one thread, the one that made it.
class Allowance {
 public:
  explicit Allowance(std::int64_t file_bytes, std::function<void()> poll = {}, Bounds bounds = {});

  // To be called at least every 50 ms of work. Throws what the poll given above throws, and core::Error once the
  // time is used up.
  void poll() const;
  double seconds_left() const;
  void spend(double seconds) { spent_elsewhere_ += seconds; }  // of processor time, by another process

  void expand(std::int64_t bytes);  // unpacked bytes, before or just after they are made
  void count_member();              // of an archive
  std::int64_t expandable() const;  // how many more there may be
  bool is_bomb() const;             // its unpacked bytes broke the ratio
  bool is_used_up() const;          // a bound of the whole file is broken: there is no sense in going on
  const Bounds& bounds() const { return bounds_; }
  core::Error too_deep() const;  // to be thrown

  // One layer deeper for as long as it lives.
  class Layer {
   public:
    explicit Layer(Allowance& allowance);
    ~Layer() { --allowance_.depth_; }
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

   private:
    Allowance& allowance_;
  };

 private:
  std::int64_t most_by_ratio() const;

  std::function<void()> poll_;
  Bounds bounds_;
  std::int64_t file_bytes_ = 0, expanded_ = 0, members_ = 0;
  int depth_ = 0;
  double started_ = 0, spent_elsewhere_ = 0;
};

}  // namespace corpuscope::text
