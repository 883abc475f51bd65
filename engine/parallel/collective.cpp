#include "parallel/collective.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace corpuscope::parallel {

void Collective::count_sent(const std::vector<std::vector<float>>& sent) {
  if (int(sent.size()) != size())
    throw core::Error(fmt::format("an exchange between {} ranks was given {} parts", size(), sent.size()));
  for (int other = 0; other < size(); ++other)
    if (other != rank()) bytes_sent_ += std::int64_t(sent[std::size_t(other)].size() * sizeof(float));
}

std::vector<std::vector<float>> Collective::all_to_all(std::vector<std::vector<float>> sent) {
  start_exchange(std::move(sent));
  return finish_exchange();
}

void Collective::all_gather(std::span<const float> part, std::span<float> all) {
  const auto rows =
      all_to_all(std::vector<std::vector<float>>(std::size_t(size()), std::vector<float>(part.begin(), part.end())));
  auto to = all.begin();
  for (const auto& row : rows) to = std::copy(row.begin(), row.end(), to);
}

void Collective::reduce_scatter(std::span<const float> all, std::span<float> part) {
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(size()));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto row = all.subspan(i * part.size(), part.size());
    sent[i].assign(row.begin(), row.end());
  }
  std::fill(part.begin(), part.end(), 0.f);
  for (const auto& row : all_to_all(std::move(sent)))
    for (std::size_t i = 0; i < part.size(); ++i) part[i] += row[i];
}

void Collective::all_reduce(std::span<float> values) {
  if (size() == 1) return;
  // Each rank adds up one part and hands it round: 2 (P - 1) / P of the values are sent, whatever P.
  const std::size_t ranks = std::size_t(size()), each = (values.size() + ranks - 1) / ranks;
  std::vector<float> padded(each * ranks), part(each);
  std::copy(values.begin(), values.end(), padded.begin());
  reduce_scatter(padded, part);
  all_gather(part, padded);
  std::copy_n(padded.begin(), values.size(), values.begin());
}

void Collective::broadcast(std::span<float> values, int root) {
  std::vector<std::vector<float>> sent(static_cast<std::size_t>(size()));
  if (rank() == root)
    for (auto& row : sent) row.assign(values.begin(), values.end());
  const auto rows = all_to_all(std::move(sent));
  std::copy_n(rows[std::size_t(root)].begin(), values.size(), values.begin());
}

namespace {

class Alone : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  bool in_one_process() const override { return true; }
  void start_exchange(std::vector<std::vector<float>> sent) override {
    count_sent(sent);
    sent_ = std::move(sent);
  }
  std::vector<std::vector<float>> finish_exchange() override { return std::move(sent_); }
  void barrier() override {}
  std::unique_ptr<Collective> split(int) override { return alone(); }

 private:
  std::vector<std::vector<float>> sent_;
};

}  // namespace

std::unique_ptr<Collective> alone() { return std::make_unique<Alone>(); }

}  // namespace corpuscope::parallel
