#include "parallel/head_exchange.h"

#include <algorithm>

namespace corpuscope::parallel {

using attention::HeadRange;

namespace {

// Some heads of rows [rows, heads, head_dim], row by row, behind what there is.
void append_heads(std::vector<float>& to, const float* from, std::int64_t rows, int heads, HeadRange chosen,
                  int head_dim) {
  for (std::int64_t row = 0; row < rows; ++row, from += std::int64_t(heads) * head_dim)
    to.insert(to.end(), from + chosen.begin * head_dim, from + chosen.end * head_dim);
}

}  // namespace

HeadRange HeadParts::heads_of(int rank) const {
  const Part part = part_of(heads, rank, ranks);
  return {int(part.begin), int(part.end)};
}

HeadRange HeadParts::kv_heads_of(int rank) const {
  const HeadRange own = heads_of(rank);
  const int shared = heads / kv_heads;
  if (own.count() == 0) return {};
  return {own.begin / shared, (own.end - 1) / shared + 1};
}

HeadExchange::HeadExchange(Collective& ranks, int heads, int kv_heads, int head_dim)
    : ranks_(ranks), parts_{ranks.size(), heads, kv_heads}, head_dim_(head_dim) {}

void HeadExchange::attend(std::int64_t all, const float* q, const float* k, const float* v, float* out, float* lse,
                          Inside inside) {
  if (ranks_.size() == 1) return inside(q, k, v, out, lse);
  gather_heads(all, q, k, v);
  const std::int64_t mine = all * heads().count();
  out_.resize(std::size_t(mine * head_dim_));
  lse_.resize(std::size_t(mine));
  inside(q_.data(), k_.data(), v_.data(), out_.data(), lse_.data());
  return_rows(all, out);
}

void HeadExchange::gather_heads(std::int64_t all, const float* q, const float* k, const float* v) {
  const std::int64_t own = rows(all).count();
  std::vector<std::vector<float>> sent(std::size_t(ranks_.size()));
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const HeadRange heads = parts_.heads_of(rank), kv_heads = parts_.kv_heads_of(rank);
    std::vector<float>& row = sent[std::size_t(rank)];
    row.reserve(std::size_t(own * (heads.count() + 2 * kv_heads.count()) * head_dim_));
    append_heads(row, q, own, parts_.heads, heads, head_dim_);
    append_heads(row, k, own, parts_.kv_heads, kv_heads, head_dim_);
    append_heads(row, v, own, parts_.kv_heads, kv_heads, head_dim_);
  }
  // Ranks have their rows in order: what comes from each is put behind what came from those before.
  const std::int64_t q_width = heads().count() * head_dim_,
                     kv_width = parts_.kv_heads_of(ranks_.rank()).count() * head_dim_;
  const auto received = ranks_.all_to_all(std::move(sent));
  q_.clear();
  k_.clear();
  v_.clear();
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const std::int64_t count = part_of(all, rank, ranks_.size()).count();
    auto from = received[std::size_t(rank)].begin();
    const auto take = [&](std::vector<float>& to, std::int64_t floats) {
      to.insert(to.end(), from, from + floats);
      from += floats;
    };
    take(q_, count * q_width);
    take(k_, count * kv_width);
    take(v_, count * kv_width);
  }
}

void HeadExchange::return_rows(std::int64_t all, float* out) {
  const std::int64_t width = heads().count() * head_dim_;
  std::vector<std::vector<float>> sent;
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const Part part = part_of(all, rank, ranks_.size());
    sent.emplace_back(out_.begin() + part.begin * width, out_.begin() + part.end * width);
  }
  const std::int64_t own = rows(all).count();
  const auto received = ranks_.all_to_all(std::move(sent));
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const HeadRange heads = parts_.heads_of(rank);
    const std::int64_t count = std::int64_t(heads.count()) * head_dim_;
    auto from = received[std::size_t(rank)].begin();
    for (std::int64_t row = 0; row < own; ++row, from += count)
      std::copy_n(from, count, out + (row * parts_.heads + heads.begin) * head_dim_);
  }
}

}  // namespace corpuscope::parallel
