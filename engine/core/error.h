#pragma once
// Errors that a person can act on: what happened, to what, and what to do about it.

#include <stdexcept>
#include <string>

namespace corpuscope::core {

// Every error that leaves a room is an Error (or std::bad_alloc).
class Error : public std::runtime_error {
 public:
  // `what`: one sentence that names the thing. `remedy`: one sentence that says what to do; may be empty.
  explicit Error(const std::string& what, std::string remedy = "")
      : std::runtime_error(what), remedy_(std::move(remedy)) {}

  const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

// Thrown out of a job that was asked to stop. Not a failure: what was done until then is kept.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("cancelled") {}
};

}  // namespace corpuscope::core
