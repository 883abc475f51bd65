#pragma once
// To what the factors of products are rounded before they are multiplied; sums are float32 in both cases. bf16 costs
// about three digits, and is quicker on processors that multiply it (AVX-512 BF16, AMX).

namespace corpuscope::compute {

enum class Precision { float32, bf16 };

// Of the calling thread: float32, or what the WithPrecision around the call says. A loop that is shared with other
// threads asks before it begins.
Precision precision();

class WithPrecision {
 public:
  explicit WithPrecision(Precision precision);
  ~WithPrecision();
  WithPrecision(const WithPrecision&) = delete;
  WithPrecision& operator=(const WithPrecision&) = delete;

 private:
  Precision before_;
};

}  // namespace corpuscope::compute
