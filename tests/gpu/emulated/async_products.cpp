#include "emulated/async_products.h"

#include "compute/bf16.h"

namespace corpuscope::emulated {

namespace {

// "Matrix Descriptor Format", "Canonical Layouts", "Strides": only the 128-byte swizzle, with patterns that begin at
// multiples of 1024 bytes.
class Matrix {
 public:
  Matrix(const SharedMemory& shared, std::uint64_t descriptor)
      : shared_(shared),
        start_(field(descriptor, 0)),
        leading_(field(descriptor, 16)),
        stride_(field(descriptor, 32)) {
    if (descriptor >> 62 != 1) wrong("a matrix descriptor asks for another swizzle than 128 bytes");
    if ((descriptor >> 49 & 7) != 0 || start_ / 128 % 8 != 0)
      wrong("the swizzle's pattern does not begin at a multiple of 1024 bytes");
  }

  // K-major: ((8, m), (T, 2k)) : ((8T, SBO), (1, T)) with T = 8 elements of 16 bits.
  std::uint16_t by_rows(int row, int k) const {
    if (start_ % 128 + 32 > 128) wrong("16 columns go beyond the 128 bytes of a swizzled row");
    return at(row % 8 * 128 + row / 8 * stride_ + k * 2);
  }
  // MN-major: ((T, 8, m), (8, k)) : ((1, T, LBO), (8T, SBO)).
  std::uint16_t by_columns(int column, int k) const {
    if (start_ % 128 != 0) wrong("a swizzled row of 64 columns does not begin at a multiple of 128 bytes");
    return at(column % 64 * 2 + column / 64 * leading_ + k % 8 * 128 + k / 8 * stride_);
  }

 private:
  static int field(std::uint64_t descriptor, int bit) { return int(descriptor >> bit & 0x3fff) << 4; }
  // Swizzle<3, 4, 3>: bits 4 to 6 of the address are turned by bits 7 to 9.
  std::uint16_t at(int offset) const {
    const unsigned address = unsigned(start_ + offset);
    return shared_.read_async(address ^ (address >> 7 & 7) << 4);
  }

  const SharedMemory& shared_;
  int start_, leading_, stride_;
};

std::vector<std::uint16_t> right_matrix(const SharedMemory& shared, const Product& product) {
  const Matrix matrix(shared, product.b_descriptor);
  std::vector<std::uint16_t> b;
  for (int j = 0; j < product.n; ++j)
    for (int k = 0; k < 16; ++k) b.push_back(product.b_by_columns ? matrix.by_columns(j, k) : matrix.by_rows(j, k));
  return b;
}

// Rows 16 warp .. 16 warp + 15: of the matrix in shared memory, or "Matrix Fragments for wgmma.mma_async.m64nNk16":
// with g = lane / 4 and t = lane % 4, element i is of row g (i in {0, 1, 4, 5}) or g + 8, column 2 t + i % 2 (+ 8 for
// i >= 4).
std::vector<std::uint16_t> left_matrix(const SharedMemory& shared, const Product& product, int warp,
                                       const unsigned* const (&lanes)[32]) {
  std::vector<std::uint16_t> a(16 * 16);
  if (!product.a) {
    const Matrix matrix(shared, product.a_descriptor);
    for (int i = 0; i < 256; ++i) a[std::size_t(i)] = matrix.by_rows(16 * warp + i / 16, i % 16);
    return a;
  }
  for (int l = 0; l < 32; ++l)
    for (int i = 0; i < 8; ++i) {
      const int row = l / 4 + (i / 2 % 2) * 8, column = l % 4 * 2 + i % 2 + i / 4 * 8;
      a[std::size_t(row * 16 + column)] = std::uint16_t(lanes[l][i / 2] >> (i % 2 * 16));
    }
  return a;
}

std::vector<float> floats(const std::vector<std::uint16_t>& x) {
  std::vector<float> y;
  for (const std::uint16_t value : x) y.push_back(compute::to_float(compute::Bf16(value)));
  return y;
}

bool is_untouched(const float* c, int count) {
  for (int i = 0; i < count; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, c + i, 4);
    if (bits != 0xffffffff) return false;
  }
  return true;
}

}  // namespace

// Products with an accumulator that is under way go on from what it will be.
AsyncProducts::Accumulator& AsyncProducts::accumulator(Product* const (&lanes)[32]) {
  const auto [found, is_new] = accumulators_.try_emplace(lanes[0]->c);
  Accumulator& accumulator = found->second;
  const std::size_t count = std::size_t(lanes[0]->n / 2);
  if (is_new) {
    accumulator.values.resize(32 * count);
    for (std::size_t l = 0; l < 32; ++l) {
      accumulator.c[l] = lanes[l]->c;
      std::memcpy(&accumulator.values[l * count], lanes[l]->c, count * sizeof(float));
      std::memset(lanes[l]->c, 0xff, count * sizeof(float));
    }
  }
  if (accumulator.values.size() != 32 * count) wrong("products of different shapes with one accumulator");
  ++accumulator.products;
  return accumulator;
}

void AsyncProducts::start(const SharedMemory& shared, int warp, Product* const (&lanes)[32]) {
  if (!fenced_) wrong("a product without wgmma.fence after the last access to its registers");
  Started started{group_, warp, *lanes[0], {}, {}, {}};
  for (int l = 0; l < 32; ++l) {
    if (lanes[l]->a_descriptor != lanes[0]->a_descriptor || lanes[l]->b_descriptor != lanes[0]->b_descriptor)
      wrong("threads of a warp give different matrix descriptors");
    started.a_of[l] = lanes[l]->a;
  }
  started.a = left_matrix(shared, started.product, warp, started.a_of);
  started.b = right_matrix(shared, started.product);
  Accumulator& to = accumulator(lanes);
  const std::vector<float> a = floats(started.a), b = floats(started.b);
  const int count = started.product.n / 2;
  // Accumulator: element i of row g (i % 4 < 2) or g + 8, column 8 (i / 4) + 2 t + i % 2.
  for (int l = 0; l < 32; ++l)
    for (int i = 0; i < count; ++i) {
      const float *x = &a[std::size_t((l / 4 + i % 4 / 2 * 8) * 16)],
                  *y = &b[std::size_t((i / 4 * 8 + l % 4 * 2 + i % 2) * 16)];
      float& c = to.values[std::size_t(l * count + i)];
      float sum = 0;
      for (int k = 0; k < 16; ++k) sum += x[k] * y[k];
      c = started.product.accumulate ? c + sum : sum;
    }
  started_.push_back(std::move(started));
}

void AsyncProducts::wait(const SharedMemory& shared, int pending) {
  fenced_ = false;  // what was waited for is used now
  for (; !started_.empty() && started_.front().group < group_ - pending; started_.pop_front()) {
    const Started& ended = started_.front();
    if (left_matrix(shared, ended.product, ended.warp, ended.a_of) != ended.a ||
        right_matrix(shared, ended.product) != ended.b)
      wrong("a factor was written while a product read it");
    Accumulator& of = accumulators_.at(ended.product.c);
    if (--of.products > 0) continue;
    const int count = ended.product.n / 2;
    for (int l = 0; l < 32; ++l) {
      if (!is_untouched(of.c[l], count)) wrong("an accumulator was written while a product was under way");
      std::memcpy(of.c[l], &of.values[std::size_t(l * count)], std::size_t(count) * sizeof(float));
    }
    accumulators_.erase(ended.product.c);
  }
}

}  // namespace corpuscope::emulated
