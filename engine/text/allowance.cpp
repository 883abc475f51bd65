#include "text/allowance.h"

#include <time.h>

#include <algorithm>
#include <string>

#include "core/error.h"

namespace corpuscope::text {
namespace {

// Of this thread alone: a busy machine changes nothing about what is read.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

}  // namespace

Allowance::Allowance(std::int64_t file_bytes, std::function<void()> poll, Bounds bounds)
    : poll_(std::move(poll)), bounds_(bounds), file_bytes_(file_bytes), started_(processor_seconds()) {}

double Allowance::seconds_left() const {
  const double mebibytes = double(file_bytes_ + expanded_) / (1 << 20);
  return bounds_.seconds + mebibytes - (processor_seconds() - started_) - spent_elsewhere_;
}

void Allowance::poll() const {
  if (poll_) poll_();
  if (seconds_left() < 0) throw core::Error("takes too long to read");
}

std::int64_t Allowance::most_by_ratio() const {
  if (file_bytes_ > INT64_MAX / bounds_.ratio) return INT64_MAX;
  return std::max(bounds_.always, file_bytes_ * bounds_.ratio);
}

std::int64_t Allowance::expandable() const {
  return std::max<std::int64_t>(0, std::min(bounds_.expanded, most_by_ratio()) - expanded_);
}

bool Allowance::is_bomb() const { return expanded_ > most_by_ratio(); }

bool Allowance::is_used_up() const {
  return is_bomb() || expanded_ > bounds_.expanded || members_ > bounds_.members || seconds_left() < 0;
}

void Allowance::expand(std::int64_t bytes) {
  expanded_ += bytes;
  const auto say = [](std::int64_t most) { return "unpacks to more than " + std::to_string(most >> 20) + " MiB"; };
  if (expanded_ > bounds_.expanded) throw core::Error(say(bounds_.expanded));
  if (is_bomb())
    throw core::Error(say(most_by_ratio()) + ", over " + std::to_string(bounds_.ratio) + " times its size");
}

void Allowance::count_member() {
  if (++members_ > bounds_.members)
    throw core::Error("holds more than " + std::to_string(bounds_.members) + " files");
}

core::Error Allowance::too_deep() const {
  return core::Error("more than " + std::to_string(bounds_.depth) + " archives inside each other");
}

Allowance::Layer::Layer(Allowance& allowance) : allowance_(allowance) {
  if (allowance_.depth_ >= allowance_.bounds_.depth) throw allowance_.too_deep();
  ++allowance_.depth_;
}

}  // namespace corpuscope::text
