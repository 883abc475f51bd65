#include "parallel/cuda/head_exchange.h"

#include <algorithm>
#include <vector>

#include "compute/bf16.h"
#include "parallel/cuda/columns.h"

namespace corpuscope::parallel {

namespace device = attention::cuda;
using attention::HeadRange;
using compute::cuda::StreamHandle;

namespace {

// Numbers of a row that a rank's heads have: of its queries, and of its keys and as many of its values.
struct Width {
  std::int64_t q = 0, kv = 0;
  std::int64_t all() const { return q + 2 * kv; }
};

Width width_of(const HeadParts& parts, int head_dim, int rank) {
  return {std::int64_t(parts.heads_of(rank).count()) * head_dim,
          std::int64_t(parts.kv_heads_of(rank).count()) * head_dim};
}

}  // namespace

template <typename Element>
DeviceHeadExchange<Element>::Room DeviceHeadExchange<Element>::place(compute::cuda::Arena& arena,
                                                                     const HeadParts& parts, int head_dim,
                                                                     std::int64_t all) {
  Room room;
  if (parts.ranks == 1) return room;
  const std::int64_t own = part_of(all, 0, parts.ranks).count();
  std::int64_t sent = 0, widest = 0;
  for (int rank = 0; rank < parts.ranks; ++rank) {
    sent += width_of(parts, head_dim, rank).all();
    widest = std::max(widest, width_of(parts, head_dim, rank).all());
  }
  room.sent = arena.take<Element>(own * sent);
  room.rows = arena.take<Element>(all * widest);
  room.out = arena.take<float>(all * width_of(parts, head_dim, 0).q);
  room.lse = arena.take<float>(all * parts.heads_of(0).count());
  room.returned = arena.take<float>(own * parts.heads * head_dim);
  return room;
}

template <typename Element>
void DeviceHeadExchange<Element>::attend(StreamHandle stream, std::int64_t all, const device::Inputs<Element>& in,
                                         float* out, float* lse, Inside inside) {
  if (ranks_.size() == 1) return inside(in, out, lse);
  gather_heads(stream, all, in);
  const Width width = width_of(parts_, head_dim_, ranks_.rank());
  const Element* rows = room_.rows;
  if (width.q > 0)
    inside({rows, rows + width.q, rows + width.q + width.kv, width.all(), width.all(), width.all()}, room_.out,
           room_.lse);
  return_rows(stream, all, out);
}

// Ranks have their rows in order, so what comes from them is one array of rows, each its q, k and v.
template <typename Element>
void DeviceHeadExchange<Element>::gather_heads(StreamHandle stream, std::int64_t all,
                                               const device::Inputs<Element>& in) {
  constexpr std::int64_t size = sizeof(Element);
  const std::int64_t own = rows(all).count(), received_width = width_of(parts_, head_dim_, ranks_.rank()).all();
  std::vector<Block> sent, received;
  Element* to = room_.sent;
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const Width width = width_of(parts_, head_dim_, rank);
    const auto copy = [&](const Element* from, std::int64_t stride, int first_head, std::int64_t columns,
                          Element* at) {
      copy_columns(stream, own, columns * size, from + std::int64_t(first_head) * head_dim_, stride * size, at,
                   width.all() * size);
    };
    if (own > 0 && width.q > 0) {
      const int kv_head = parts_.kv_heads_of(rank).begin;
      copy(in.q, in.q_stride, parts_.heads_of(rank).begin, width.q, to);
      copy(in.k, in.k_stride, kv_head, width.kv, to + width.q);
      copy(in.v, in.v_stride, kv_head, width.kv, to + width.q + width.kv);
    }
    sent.push_back({to, own * width.all() * size});
    to += own * width.all();
    const Part part = part_of(all, rank, ranks_.size());
    received.push_back({room_.rows + part.begin * received_width, part.count() * received_width * size});
  }
  ranks_.exchange(stream, sent, received);
}

template <typename Element>
void DeviceHeadExchange<Element>::return_rows(StreamHandle stream, std::int64_t all, float* out) {
  constexpr std::int64_t size = sizeof(float);
  const std::int64_t own = rows(all).count(), sent_width = width_of(parts_, head_dim_, ranks_.rank()).q;
  std::vector<Block> sent, received;
  float* at = room_.returned;
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const Part part = part_of(all, rank, ranks_.size());
    sent.push_back({room_.out + part.begin * sent_width, part.count() * sent_width * size});
    const std::int64_t numbers = own * width_of(parts_, head_dim_, rank).q;
    received.push_back({at, numbers * size});
    at += numbers;
  }
  ranks_.exchange(stream, sent, received);
  const std::int64_t row = std::int64_t(parts_.heads) * head_dim_ * size;
  for (int rank = 0; rank < ranks_.size() && own > 0; ++rank) {
    const std::int64_t width = width_of(parts_, head_dim_, rank).q * size;
    copy_columns(stream, own, width, received[std::size_t(rank)].memory, width,
                 out + std::int64_t(parts_.heads_of(rank).begin) * head_dim_, row);
  }
}

template class DeviceHeadExchange<float>;
template class DeviceHeadExchange<compute::Bf16>;

}  // namespace corpuscope::parallel
