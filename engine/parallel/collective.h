#pragma once
// What several ranks that work on one sequence exchange. A rank is a thread of this process, or a process of its own
// under MPI; the code above does not know which.
//
// Every member is called by all ranks of a group in the same order with matching sizes. Sums are added in the order
// of the ranks, so that all ranks hold the same bits.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/error.h"

namespace corpuscope::parallel {

// Why a rank gives up that has not failed itself: the one that did says what happened.
class AnotherRankFailed : public core::Error {
 public:
  AnotherRankFailed() : Error("Another rank failed.", "See its message.") {}
};

class Collective {
 public:
  virtual ~Collective() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual bool in_one_process() const = 0;  // ranks are threads, which may share what lies in memory

  // Row i of `sent` goes to rank i; row i of what finish_exchange gives came from rank i. Rows may be of any length,
  // also none. Between the two a rank may compute while the rows travel; nothing else may be exchanged meanwhile.
  virtual void start_exchange(std::vector<std::vector<float>> sent) = 0;
  virtual std::vector<std::vector<float>> finish_exchange() = 0;

  virtual void barrier() = 0;

  // Ranks that give the same number are a group of their own, in the same order.
  virtual std::unique_ptr<Collective> split(int group) = 0;

  // Built on the above.
  std::vector<std::vector<float>> all_to_all(std::vector<std::vector<float>> sent);
  // `all` of all_gather is [size, part]; reduce_scatter leaves rank i the sum of parts i.
  void all_gather(std::span<const float> part, std::span<float> all);
  void reduce_scatter(std::span<const float> all, std::span<float> part);
  void all_reduce(std::span<float> values);
  void broadcast(std::span<float> values, int root);

  // Bytes that this rank has sent to others so far.
  std::int64_t bytes_sent() const { return bytes_sent_; }

 protected:
  void count_sent(const std::vector<std::vector<float>>& sent);

 private:
  std::int64_t bytes_sent_ = 0;
};

// A group of one.
std::unique_ptr<Collective> alone();

// Runs `body` on `ranks` threads, each with its own Collective. The first exception of a rank ends the others, which
// wait for it in vain otherwise, and is thrown here; rather than an AnotherRankFailed.
void run_on_threads(int ranks, const std::function<void(Collective&)>& body);

}  // namespace corpuscope::parallel
