// What the forward pass allocates beside inputs and outputs, counted at operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "attention/kernel.h"
#include "cases.h"
#include "core/parallel.h"

namespace {

std::atomic<std::int64_t> live = 0, peak = 0;
constexpr std::size_t header = 64;  // holds the size, and keeps the alignment

void* counted(std::size_t size) {
  void* block = std::aligned_alloc(header, (size + 2 * header - 1) / header * header);
  if (!block) throw std::bad_alloc();
  *static_cast<std::size_t*>(block) = size;
  const std::int64_t now = live += std::int64_t(size);
  for (std::int64_t most = peak; now > most && !peak.compare_exchange_weak(most, now);) {
  }
  return static_cast<char*>(block) + header;
}

void uncounted(void* p) noexcept {
  if (!p) return;
  void* block = static_cast<char*>(p) - header;
  live -= std::int64_t(*static_cast<std::size_t*>(block));
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t) { return counted(size); }  // of up to 64 bytes, all that is asked for
void operator delete(void* p) noexcept { uncounted(p); }
void operator delete(void* p, std::size_t) noexcept { uncounted(p); }
void operator delete(void* p, std::align_val_t) noexcept { uncounted(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { uncounted(p); }

namespace corpuscope::attention::test {
namespace {

template <typename Element>
std::int64_t forward_bytes(std::int64_t length) {
  const Settings settings{{{{32, 1}, {1024, 32}}}, 0.1f, {}};
  const Shape shape{length, 2, 1, 16};
  const std::vector<Element> q(std::size_t(length * 32), Element(1)), k(std::size_t(length * 16), Element(1));
  std::vector<float> out(q.size()), lse(std::size_t(length * 2));
  const std::int64_t before = live;
  peak = before;
  forward(settings, shape, q.data(), k.data(), k.data(), out.data(), lse.data());
  return peak - before;
}

TEST(Memory, OfTheForwardPassDoesNotGrowWithTheLength) {
  for (const std::string& name : kernel_names()) {
    SCOPED_TRACE(name);
    force_kernel(name);
    forward_bytes<float>(1000);  // threads have their working memory from now on
    forward_bytes<Bf16>(1000);
    for (const std::int64_t length : {std::int64_t(1) << 13, std::int64_t(1) << 16}) {
      EXPECT_LT(forward_bytes<float>(length), 1 << 20) << length;
      EXPECT_LT(forward_bytes<Bf16>(length), 1 << 20) << length;
    }
  }
  force_kernel("");
}

// Two threads' working memory for heads of 128, from nothing.
TEST(Memory, OfTheForwardPassIsSmall) {
  core::set_threads(2);
  const Problem p = problem({{{{2048, 1}}}, 0.1f, {}}, {4096, 2, 2, 128}, 1);
  std::vector<float> out(p.q.size()), lse(std::size_t(p.shape.length * p.shape.heads));
  for (const std::string& name : kernel_names()) {
    force_kernel(name);
    const std::int64_t before = live;
    peak = before;
    forward(p.settings, p.shape, p.q.data(), p.k.data(), p.v.data(), out.data(), lse.data());
    EXPECT_LT(peak - before, 32 << 20) << name;
  }
  force_kernel("");
  core::set_threads(0);
}

}  // namespace
}  // namespace corpuscope::attention::test
